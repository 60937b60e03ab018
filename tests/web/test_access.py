"""Who may see the pages, and what the pages tell the browser."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web.site import put
from vedette.sourcemaps.files import Files
from vedette.store.attachments import Attachments
from vedette.testing import Recorded
from vedette.web import access
from vedette.web.parts import Parts
from vedette.web.security import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
PAGES = ("overview", "issues", "requests", "traces", "logs", "releases", "projects", "tokens")
CARDS = (
    "overview-card", "requests-histogram", "requests-list", "requests-values", "requests-differences", "requests-spent", "logs-histogram", "logs-list",
    "logs-tail", "logs-facets", "logs-patterns", "logs-complete", "health",
    "traces-histogram", "traces-spent", "traces-list", "traces-values", "traces-operations", "traces-repeated", "traces-slow", "traces-profiles",
    "releases-latest", "releases-list", "projects-list", "issues-list", "issues-filters", "issues-newest", "issues-of-trace", "issues-complete",
)  # fmt: skip
OPENED = (
    "/vedette/requests/abc/",
    "/vedette/logs/1-abc/",
    "/vedette/traces/abc/",
    "/vedette/cards/trace/abc/span",
    "/vedette/cards/trace/abc/flame",
    "/vedette/releases/named",
    "/vedette/releases/1/",
    "/vedette/cards/releases/1/figures",
    "/vedette/cards/releases/1/suspects",
    "/vedette/issues/1/",
    "/vedette/issues/1/events/abc/",
    "/vedette/issues/1/events/abc/markdown",
    "/vedette/issues/1/events/abc/json",
    "/vedette/events/abc/",
    "/vedette/cards/issues/1/figures",
    "/vedette/cards/issues/1/tags",
    "/vedette/cards/issues/1/events",
    "/vedette/cards/issues/1/logs",
    "/vedette/cards/issues/1/feedback",
    "/vedette/projects/1/",
    "/vedette/cards/projects/1/intake",
    "/vedette/cards/projects/1/sourcemaps",
    "/vedette/attachments/00000000000000000000000000000000/00000000000000000000000000000000",
)
ACTIONS = {
    "issues-change": "/vedette/issues/change",
    "issue-change": "/vedette/issues/1/change",
    "issue-comment": "/vedette/issues/1/comment",
    "issue-merge": "/vedette/issues/1/merge",
    "issue-split": "/vedette/issues/1/split",
    "project-add": "/vedette/projects/add",
    "project-key-make": "/vedette/projects/1/keys/make",
    "project-key-rotate": "/vedette/projects/1/keys/rotate",
    "project-key-off": "/vedette/projects/1/keys/off",
    "project-sourcemaps-remove": "/vedette/projects/1/sourcemaps/remove",
    "release-archive": "/vedette/releases/1/archive",
    "release-restore": "/vedette/releases/1/restore",
    "token-make": "/vedette/tokens/make",
    "token-off": "/vedette/tokens/off",
}
ALL = (*(f"vedette:{name}" for name in (*PAGES, *CARDS)), *OPENED)


def _address(name: str) -> str:
    return name if name.startswith("/") else reverse(name)


def test_every_address_is_in_these_tests() -> None:
    resolvers = [
        each for each in get_resolver("tests.web.site").url_patterns if isinstance(each, URLResolver)
    ]
    names = {each.name for each in resolvers[0].url_patterns if isinstance(each, URLPattern)}
    assert names == {
        *PAGES,
        *CARDS,
        "issue",
        "issue-event",
        "issue-markdown",
        "issue-json",
        "event",
        "issue-figures",
        "issue-tags",
        "issue-events",
        "issue-logs",
        "issue-feedback",
        "request",
        "log",
        "trace",
        "trace-span",
        "trace-flame",
        "release-named",
        "release",
        "release-figures",
        "release-suspects",
        "project",
        "project-intake",
        "project-sourcemaps",
        "attachment",
        "asset",
        *ACTIONS,
    }


@pytest.mark.parametrize("name", ALL)
def test_a_stranger_is_sent_to_the_log_in_page_and_back(client: Client, name: str) -> None:
    response = client.get(_address(name), {"range": "1h"})
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={_address(name)}%3Frange%3D1h"


def test_a_card_has_the_whole_page_sent_to_the_log_in_page(client: Client) -> None:
    response = client.get(reverse("vedette:overview-card"), headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (401, "true")


@pytest.mark.parametrize("name", ALL)
def test_who_is_not_staff_is_refused(client: Client, db: None, name: str) -> None:
    client.force_login(User.objects.create_user("bob"))
    response = client.get(_address(name))
    assert response.status_code == 403
    assert "These pages are for staff" in response.content.decode()


def test_staff_without_the_permission_are_refused(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("eve", is_staff=True))
    assert client.get(reverse("vedette:overview")).status_code == 403


def test_the_permission_without_being_staff_is_not_enough(client: Client, db: None) -> None:
    user = User.objects.create_user("mallory")
    user.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(user)
    assert client.get(reverse("vedette:overview")).status_code == 403


def test_staff_with_the_permission_may_look(client: Client, db: None, empty: Recorded) -> None:
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(user)
    assert client.get(reverse("vedette:overview")).status_code == 200


def test_a_superuser_who_is_not_active_may_not_look(client: Client, staff: User) -> None:
    client.force_login(staff)
    User.objects.update(is_active=False)
    assert client.get(reverse("vedette:overview")).status_code == 302


def test_a_site_without_users_is_told_how_to_see_the_pages(client: Client, settings: object) -> None:
    settings.MIDDLEWARE = []  # type: ignore[attr-defined]
    response = client.get(reverse("vedette:overview"))
    assert response.status_code == 403
    assert "This site knows no users" in response.content.decode()


@pytest.mark.parametrize("name", ALL)
def test_every_page_and_card_forbids_what_is_not_its_own(browser: Client, empty: Recorded, name: str) -> None:
    response = browser.get(_address(name))
    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cache-Control"] == "private, no-store"


def test_a_refusal_carries_the_headers_too(client: Client) -> None:
    assert client.get(reverse("vedette:overview"))["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_the_policy_allows_no_inline_script_or_style() -> None:
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("name", ALL)
def test_no_page_holds_inline_script_or_style(browser: Client, traffic: Recorded, name: str) -> None:
    text = browser.get(_address(name)).content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert "<script>" not in text
    assert " onclick=" not in text
    assert "hx-on" not in text


@pytest.mark.parametrize("name", ALL)
def test_pages_can_only_be_read(browser: Client, empty: Recorded, name: str) -> None:
    assert browser.post(_address(name)).status_code == 405


@pytest.mark.parametrize("address", ACTIONS.values())
def test_actions_are_for_those_who_may_manage_and_are_only_posted_to(client: Client, address: str) -> None:
    form = "application/x-www-form-urlencoded"
    assert client.get(address).status_code == 405
    assert client.post(address, content_type=form)["Location"].startswith("/accounts/login/")
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(user)
    assert client.post(address, content_type=form).status_code == 403


@pytest.mark.parametrize("address", ACTIONS.values())
def test_an_action_that_another_site_sends_is_refused(staff: User, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    response = client.post(address, "service=mail", content_type="application/x-www-form-urlencoded")
    assert response.status_code == 403
    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("error", [OperationalError("no such place"), PermissionError("not yours")])
def test_a_state_database_that_cannot_be_made_is_left_to_the_page_to_tell(
    rf: RequestFactory, staff: User, error: Exception
) -> None:
    def refuse() -> None:
        raise error

    @access.page
    def told(request: HttpRequest, *, parts: Parts) -> HttpResponse:
        return HttpResponse("told")

    request = rf.get("/")
    request.user = staff
    parts = Parts(
        store=put.get_store,
        behind_s=lambda: 0.0,
        attachments=lambda: Attachments(put.directory, 1),
        source_map_files=lambda: Files(put.directory, 1),
        make_state=refuse,
    )
    assert told(request, parts=parts).status_code == 200
