"""The page of tokens: made by those who may, shown once, switched off."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.web.test_projects import post, text_of
from vedette.projects.operations import add_project
from vedette.tokens import operations
from vedette.tokens.queries import find_token, list_tokens

pytestmark = [pytest.mark.django_db(databases=["default", "vedette"]), pytest.mark.usefixtures("empty")]
PAGE, MAKE, OFF = "/vedette/tokens/", "/vedette/tokens/make", "/vedette/tokens/off"
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def reader(client: Client) -> Client:
    """Give the client of somebody who may look and change nothing."""
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(user)
    return client


def secrets_in(response: Any) -> set[str]:
    """Return the tokens that a page shows."""
    return set(re.findall(r"vedette_[\w-]{43}", response.content.decode()))


def test_a_page_without_a_token_says_what_one_is_for(browser: Client) -> None:
    text = text_of(browser.get(PAGE))
    assert "No program may call the API yet" in text
    assert "Make a token" in text


def test_a_token_is_made_and_shown_once(browser: Client) -> None:
    response = post(browser, MAKE, "name=+ci+&service=&ends=90d")

    (secret,) = secrets_in(response)
    token = find_token(secret)
    assert token is not None
    assert (response.status_code, token.name, token.service, token.made_by) == (200, "ci", "", "grace")
    assert token.expires_at is not None
    assert 89 * DAY < token.expires_at - NOW < 91 * DAY
    assert "no-store" in response["Cache-Control"]
    assert "SENTRY_URL=http://testserver/" in text_of(response)
    again = browser.get(PAGE)
    assert secrets_in(again) == set()
    assert "never used" in text_of(again)


def test_a_token_may_be_limited_to_a_service_and_last_for_good(browser: Client) -> None:
    add_project("mail", at=NOW)
    assert "<option>mail</option>" in browser.get(PAGE).content.decode()

    response = post(browser, MAKE, "name=ci&service=mail&ends=never")
    assert "SENTRY_PROJECT=mail" in text_of(response)
    (token,) = list_tokens()
    assert (token.service, token.expires_at) == ("mail", None)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ("name=&ends=30d", "A token&#x27;s name has 1 to 100 characters."),
        ("name=taken&ends=30d", "There is a token taken already: choose another name."),
        ("name=ci&ends=soon", "Choose when it ends."),
        ("name=ci&ends=30d&service=" + "s" * 201, "A service has a name of at most 200 characters."),
    ],
)
def test_what_makes_no_sense_is_an_error_of_the_form(browser: Client, fields: str, why: str) -> None:
    operations.make_token("taken", at=NOW)
    response = post(browser, MAKE, fields)
    assert response.status_code == 400
    assert why in response.content.decode()
    assert [token.name for token in list_tokens()] == ["taken"]


def test_a_token_is_switched_off(browser: Client) -> None:
    secret = operations.make_token("ci", at=NOW)
    response = post(browser, OFF, "name=ci")

    assert (response.status_code, response["Location"]) == (303, PAGE)
    assert find_token(secret) is None
    text = text_of(browser.get(PAGE))
    assert "The token ci is off." in text
    assert "1 that no longer lets in" in text
    again = post(browser, OFF, "name=ci")
    assert again.status_code == 400
    assert "There is no active token ci." in text_of(again)


def test_an_expired_token_stands_among_those_that_let_nobody_in(browser: Client) -> None:
    operations.make_token("old", at=NOW - 3 * DAY, expires_at=NOW - DAY)
    text = text_of(browser.get(PAGE))
    assert "1 that no longer lets in" in text
    assert "expired" in text


@pytest.mark.parametrize(("ago", "words"), [(0, "last used today"), (9, "last used ")])
def test_the_day_of_the_last_use_is_said(browser: Client, ago: int, words: str) -> None:
    token = find_token(operations.make_token("ci", at=NOW - 10 * DAY))
    assert token is not None
    used_at = dt.datetime.now(dt.UTC) - ago * DAY
    operations.note_use(token, at=used_at)
    text = text_of(browser.get(PAGE))
    assert words in text
    assert ago == 0 or f"{used_at:%b} {used_at.day}, {used_at:%Y}" in text


def test_who_may_only_look_can_neither_make_nor_switch_off(reader: Client) -> None:
    operations.make_token("ci", at=NOW)
    text = text_of(reader.get(PAGE))
    assert "vedette.manage_telemetry" in text
    assert "Make a token" not in text
    assert "Switch off" not in text
    for address, fields in ((MAKE, "name=x&ends=30d"), (OFF, "name=ci")):
        assert post(reader, address, fields).status_code == 403
    assert [token.name for token in list_tokens() if token.is_active(NOW)] == ["ci"]


def test_a_site_whose_root_does_not_answer_sentry_cli_says_what_is_missing(
    browser: Client, settings: Any
) -> None:
    assert "is not answered here" not in text_of(browser.get(PAGE))
    operations.make_token("ci", at=NOW)
    text = text_of(browser.get(PAGE))
    assert "sentry-cli is not answered here" in text
    assert 'include("vedette.sentry_urls")' in text.replace("&quot;", '"')
    settings.ROOT_URLCONF = "tests.api.site"
    assert "is not answered here" not in text_of(browser.get(PAGE))


def test_projects_lead_to_tokens(browser: Client) -> None:
    assert f'href="{PAGE}' in browser.get("/vedette/projects/").content.decode()
