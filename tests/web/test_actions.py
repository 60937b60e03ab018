"""Views that change something: who may, against which forgeries, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core import signing
from django.test import Client
from django.urls import reverse

from tests.web import actions_site
from vedette.testing import Recorded
from vedette.web import access, notices
from vedette.web.security import CONTENT_SECURITY_POLICY

CSRF = "django.middleware.csrf.CsrfViewMiddleware"
FORM = "application/x-www-form-urlencoded"
OVERVIEW = "/vedette/"


@pytest.fixture(autouse=True)
def done(settings: Any) -> Iterator[list[str]]:
    settings.ROOT_URLCONF = "tests.web.actions_site"
    yield actions_site.done
    actions_site.done.clear()


@pytest.fixture
def strict(staff: User) -> Client:
    """Give a superuser's client that forges nothing and is checked for it."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    return client


def post(client: Client, fields: str = "word=tea", **extra: Any) -> Any:
    return client.post("/write/", fields, content_type=FORM, **extra)


def token_in(response: Any) -> str:
    found = re.search(r'<meta name="csrf-token" content="(\w+)"', response.content.decode())
    assert found
    return found[1]


def with_permissions(*names: str) -> User:
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture(params=["no middleware", "its own middleware", "the session", "no script"])
def kind_of_site(request: pytest.FixtureRequest, settings: Any) -> str:
    """Let the site guard its own forms in one way or another."""
    if request.param != "no middleware":
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, CSRF]
    settings.CSRF_USE_SESSIONS = request.param == "the session"
    settings.CSRF_COOKIE_HTTPONLY = request.param == "no script"
    return str(request.param)


@pytest.mark.usefixtures("kind_of_site", "empty")
def test_a_form_of_ours_is_taken_whatever_guards_the_site_s_own(strict: Client, done: list[str]) -> None:
    token = token_in(strict.get(OVERVIEW))
    response = post(strict, f"word=tea&csrfmiddlewaretoken={token}&next=/vedette/logs/%3Frange%3D1h")
    assert (response.status_code, response["Location"]) == (303, "/vedette/logs/?range=1h")
    assert done == ["tea"]


@pytest.mark.usefixtures("kind_of_site", "empty")
def test_a_script_may_send_the_token_as_a_header(strict: Client, done: list[str]) -> None:
    token = token_in(strict.get(OVERVIEW))
    assert post(strict, headers={"X-CSRFToken": token}).status_code == 303
    assert done == ["tea"]


@pytest.mark.usefixtures("kind_of_site", "empty")
def test_a_form_of_another_site_is_refused_in_plain_words(strict: Client, done: list[str]) -> None:
    strict.get(OVERVIEW)
    for fields in ("word=tea", f"word=tea&csrfmiddlewaretoken={'a' * 64}"):
        response = post(strict, fields)
        assert response.status_code == 403
        assert "Nothing was changed" in response.content.decode()
        assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert done == []


@pytest.mark.usefixtures("kind_of_site", "empty")
def test_a_page_and_its_cards_share_one_secret(strict: Client, done: list[str]) -> None:
    token = token_in(strict.get(OVERVIEW))
    assert token_in(strict.get(OVERVIEW)) != token
    assert post(strict, f"word=tea&csrfmiddlewaretoken={token}").status_code == 303


def test_the_name_of_the_header_is_the_site_s(strict: Client, empty: Recorded, settings: Any) -> None:
    settings.CSRF_HEADER_NAME = "HTTP_X_OURS"
    page = strict.get(OVERVIEW)
    assert 'data-header="X-Ours"' in page.content.decode()
    assert post(strict, headers={"X-Ours": token_in(page)}).status_code == 303


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch", "options"])
def test_an_action_is_only_posted_to(browser: Client, done: list[str], method: str) -> None:
    response = getattr(browser, method)("/write/")
    assert (response.status_code, response["Allow"], done) == (405, "POST", [])


@pytest.mark.django_db
def test_a_stranger_logs_in_and_comes_back_to_the_page_not_to_the_action(client: Client) -> None:
    response = post(client, "word=tea&next=/vedette/logs/")
    assert response["Location"] == "/accounts/login/?next=/vedette/logs/"


@pytest.mark.parametrize("permissions", [(), ("view_telemetry",), ("manage_telemetry",)])
def test_without_both_permissions_nothing_is_changed(
    client: Client, db: None, done: list[str], permissions: tuple[str, ...]
) -> None:
    client.force_login(with_permissions(*permissions))
    assert post(client).status_code == 403
    assert done == []


def test_who_may_look_is_told_which_permission_to_ask_for(client: Client, db: None, empty: Recorded) -> None:
    client.force_login(with_permissions("view_telemetry"))
    assert "vedette.manage_telemetry" in post(client).content.decode()
    assert "csrf-token" not in client.get(OVERVIEW).content.decode()


def test_staff_with_both_permissions_may_act(client: Client, db: None, done: list[str]) -> None:
    client.force_login(with_permissions("view_telemetry", "manage_telemetry"))
    assert post(client).status_code == 303
    assert done == ["tea"]


def test_a_site_without_users_changes_nothing(client: Client, settings: Any, done: list[str]) -> None:
    settings.MIDDLEWARE = []
    assert (post(client).status_code, done) == (403, [])


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/", "//example.org/", "/\\example.org", "\\/example.org", "javascript:alert(1)", "logs/",
        "", "///example.org", "/\t/example.org", " /vedette/", "/" + "x" * 5000,
    ],
)  # fmt: skip
def test_no_form_leads_away_from_this_site(browser: Client, address: str) -> None:
    response = browser.post("/write/", f"word=tea&next={address.replace('&', '%26')}", content_type=FORM)
    assert response["Location"] == "/vedette/logs/"


def test_a_line_break_in_the_next_address_makes_no_header(browser: Client) -> None:
    response = post(browser, "next=/vedette/%0d%0aSet-Cookie:%20a=b")
    assert "\n" not in response["Location"]
    assert "a" not in response.cookies


def test_htmx_is_told_to_load_the_page_as_a_whole(browser: Client) -> None:
    response = post(browser, "word=tea&next=/vedette/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (204, "/vedette/")


def test_the_next_page_says_once_what_was_done(browser: Client, empty: Recorded) -> None:
    post(browser, "word=<b>tea</b>")
    browser.get(reverse("vedette:health"), headers={"HX-Request": "true"})
    assert "“&lt;b&gt;tea&lt;/b&gt;” was written." in browser.get(OVERVIEW).content.decode()
    assert "was written" not in browser.get(OVERVIEW).content.decode()


def test_a_notice_that_we_have_not_signed_is_not_shown(browser: Client, empty: Recorded) -> None:
    for forged in ("Pay here", signing.dumps("Pay here", salt="another")):
        browser.cookies[notices.COOKIE] = forged
        assert "Pay here" not in browser.get(OVERVIEW).content.decode()


def test_a_notice_is_kept_from_scripts_and_from_the_rest_of_the_site(browser: Client) -> None:
    cookie = post(browser).cookies[notices.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (OVERVIEW, True, "Lax")
    assert cookie["max-age"] == notices.LIVES_S


def test_what_is_too_long_is_refused_before_it_is_read(browser: Client, done: list[str]) -> None:
    response = post(browser, "word=" + "x" * access.MOST_FORM_BYTES)
    assert (response.status_code, done) == (413, [])


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json", "text/plain"])
def test_only_a_plain_form_is_read(browser: Client, done: list[str], kind: str) -> None:
    response = browser.generic("POST", "/write/", b"word=tea", content_type=kind)
    assert (response.status_code, done) == (415, [])


def test_a_script_that_has_nothing_to_say_but_the_token_needs_no_form(
    strict: Client, empty: Recorded
) -> None:
    token = token_in(strict.get(OVERVIEW))
    response = strict.generic("POST", "/write/", headers={"X-CSRFToken": token})
    assert response.status_code == 303


def test_the_hidden_fields_of_a_form_bring_its_reader_back(
    strict: Client, empty: Recorded, done: list[str]
) -> None:
    text = strict.get("/form/?range=1h&older=5&q=%22%3E").content.decode()
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))
    assert fields["next"] == "/form/?range=1h&amp;q=%22%3E"
    assert post(strict, f"csrfmiddlewaretoken={fields['csrfmiddlewaretoken']}").status_code == 303
