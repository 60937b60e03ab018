"""The list of issues: figures of the range, tabs, search, order, pages by key."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web import troubles
from tests.web.events import raised, thrown
from tests.web.troubles import MARKUP, ago, error_of, issue_called, told
from vedette.issues import operations
from vedette.store.query import StoreUnavailableError
from vedette.testing import Recorded

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
shop = troubles.shop
LIST = "/vedette/cards/issues/list"


def _get(browser: Client, address: str = LIST, **params: str) -> str:
    response = browser.get(address, {"range": "2h", **params})
    assert response.status_code == 200
    return str(response.content.decode())


def _titles(markup: str) -> list[str]:
    return [html.unescape(title) for title in re.findall(r"<a data-open [^>]*><strong>([^<]*)", markup)]


def test_each_issue_has_the_figures_of_the_range(browser: Client, shop: Recorded) -> None:
    shown = told(_get(browser))

    assert "Unresolved 3 Resolved 0 Ignored 0 All 3" in shown
    assert "SHOP-2 ValueError cannot price order 17 new unhandled ago /checkout/ 12 3 ago ago 1.0 –" in shown


def test_a_shorter_range_counts_what_is_in_it(browser: Client, shop: Recorded) -> None:
    shown = told(_get(browser, range="12m"))

    assert "Unresolved 1 Resolved 0" in shown
    assert "/checkout/ 2 2 ago" in shown


def test_users_are_unknown_where_no_event_names_one(browser: Client, shop: Recorded) -> None:
    shop.recorder.record(error_of(raised(thrown("OSError", "disk")), 950))
    shop.drain()

    assert 'title="No event in this time names a user"' in _get(browser, q="type:OSError")
    assert "names a user" not in _get(browser, q="type:ValueError")


def test_the_columns_order_the_list(browser: Client, shop: Recorded) -> None:
    text = _get(browser, sort="events", q="is:all")

    assert re.findall(r'aria-sort="descending"><a href="[^"]*">(\w+)', text) == ["Events"]
    assert 'href="/vedette/issues/?range=2h&amp;sort=users&amp;q=is%3Aall">Users' in text
    assert 'href="/vedette/issues/?range=2h&amp;q=is%3Aall">Last seen' in text


def test_the_list_is_in_the_page_itself_where_no_script_would_load_it(
    browser: Client, shop: Recorded
) -> None:
    plain = _get(browser, "/vedette/issues/", q="service:shop")
    browser.cookies["vedette_zone"] = "Asia/Tokyo"
    scripted = _get(browser, "/vedette/issues/", q="service:shop")

    assert [title.split()[0] for title in _titles(plain)] == ["ValueError", "Stock"]
    assert "Environment production" in told(plain)
    assert _titles(scripted) == []


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["ValueError", "TypeError", f"Stock of {MARKUP} is low"]),
        ("price", ["ValueError"]),
        ("is:unhandled", ["ValueError"]),
        ("level:warning", [f"Stock of {MARKUP} is low"]),
        ("type:TypeError", ["TypeError"]),
        ("service:front", ["TypeError"]),
        ("environment:staging", ["TypeError"]),
        ("user:1", ["ValueError"]),
        ("release:1.0", ["ValueError"]),
        ("tag.browser.name:Safari", ["ValueError"]),
        ("tag.browser.name:Opera", []),
        ("is:resolved", []),
        ("assigned:me", []),
    ],
)
def test_the_search_narrows_the_list(browser: Client, shop: Recorded, query: str, titles: list[str]) -> None:
    assert _titles(_get(browser, q=query)) == titles


def test_filters_of_events_count_those_alone_and_are_kept_by_the_door(
    browser: Client, shop: Recorded
) -> None:
    text = _get(browser, q="release:1.0 user:1 tag.host:web-1")

    assert re.search(
        r"/vedette/issues/\d+/\?range=2h&amp;release=1\.0&amp;user=1&amp;tag\.host=web-1\"", text
    )
    assert " 1 1 " in told(text)


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("last", ["ValueError", "TypeError", "Stock"]),
        ("first", ["TypeError", "ValueError", "Stock"]),
        ("events", ["ValueError", "TypeError", "Stock"]),
        ("users", ["ValueError", "TypeError", "Stock"]),
        ("nonsense", ["ValueError", "TypeError", "Stock"]),
    ],
)
def test_the_order_is_in_the_link(browser: Client, shop: Recorded, sort: str, titles: list[str]) -> None:
    assert [title.split()[0] for title in _titles(_get(browser, sort=sort))] == titles


def test_pages_follow_each_other_by_key(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.web.issues.listing.ON_A_PAGE", 2)
    first = _get(browser)
    following = re.search(r'href="/vedette/issues/\?([^"]*after=[^"]*)"', first)
    assert following is not None
    second = browser.get(f"{LIST}?{html.unescape(following[1])}").content.decode()

    assert (len(_titles(first)), len(_titles(second))) == (2, 1)
    assert not set(_titles(first)) & set(_titles(second))
    assert "First page" in second
    assert "That is all in this time" in second


def test_states_and_who_is_assigned_are_shown(browser: Client, shop: Recorded) -> None:
    ids = {title: issue_called(shop, title).id for title in ("ValueError", "TypeError", "Stock")}
    now = dt.datetime.now(dt.UTC)
    operations.assign([ids["ValueError"]], to="grace", actor="grace", now=now)
    operations.resolve([ids["TypeError"]], actor="grace", now=now, in_next_release=True)
    operations.ignore([ids["Stock"]], actor="grace", now=now, events=50)

    assert "1.0 grace" in told(_get(browser, q="assigned:me"))
    assert "resolved in the next release after 2.0" in told(_get(browser, q="is:resolved"))
    assert "ignored until 50 more events" in told(_get(browser, q="is:ignored"))
    assert "Unresolved 1 Resolved 1 Ignored 1 All 3" in told(_get(browser))


def test_an_issue_that_came_back_is_marked(browser: Client, shop: Recorded) -> None:
    issue = issue_called(shop, "ValueError")
    operations.resolve([issue.id], actor="grace", now=ago(minutes=3))
    shop.recorder.record(error_of(troubles.CHAIN, 900, release="2.1"))
    shop.drain()

    assert "regressed" in told(_get(browser, q="is:regressed"))


def test_services_and_environments_can_be_chosen(browser: Client, shop: Recorded) -> None:
    text = _get(browser, "/vedette/cards/issues/filters", q="price")

    assert told(text) == "Service shop front Environment production staging"
    assert "q=service%3Afront+price" in text
    chosen = _get(browser, "/vedette/cards/issues/filters", q="service:front")
    assert 'href="/vedette/issues/?range=2h"' in chosen


@pytest.mark.parametrize(
    ("word", "choices"),
    [
        ("rel", ["release:"]),
        ("release:2", ["release:2.0"]),
        ("is:un", ["is:unresolved", "is:unhandled"]),
        ("level:f", ["level:fatal"]),
        ("assigned:", ["assigned:me", "assigned:none"]),
        ("type:val", ["type:ValueError"]),
        ("user:nobody", []),
        ("nothing:", []),
        ("ta", ["tag."]),
        ("tag.", ["tag.browser.name:", "tag.cart:"]),
        ("tag.bro", ["tag.browser.name:"]),
        ("tag.browser.name:", ["tag.browser.name:Firefox", "tag.browser.name:Safari"]),
        ("tag.browser.name:saf", ["tag.browser.name:Safari"]),
        ("tag.nothing:", []),
    ],
)
def test_the_search_bar_completes(browser: Client, shop: Recorded, word: str, choices: list[str]) -> None:
    found = browser.get("/vedette/complete/issues", {"range": "2h", "word": word}).json()

    assert [each["text"] for each in found["choices"]] == choices


def test_tags_that_cannot_be_asked_for_are_not_offered(browser: Client, shop: Recorded) -> None:
    odd = {"two words": "1", "a:b": "1", 'quo"te': "1", "plain": "1"}
    shop.recorder.record(error_of(raised(thrown("OSError")), 960, attributes=odd))
    found = browser.get("/vedette/complete/issues", {"range": "2h", "word": "tag."}).json()

    assert {each["text"] for each in found["choices"]} == {"tag.browser.name:", "tag.cart:", "tag.plain:"}


def test_what_a_sender_wrote_is_no_markup(browser: Client, shop: Recorded) -> None:
    assert MARKUP not in _get(browser)
    assert MARKUP not in _get(browser, "/vedette/issues/", q=MARKUP)


def test_a_search_that_makes_no_sense_is_a_form_error(browser: Client, shop: Recorded) -> None:
    page = browser.get("/vedette/issues/", {"q": "is:gone kept"})
    card = browser.get(LIST, {"q": "is:gone"})

    assert (page.status_code, card.status_code) == (400, 400)
    assert "'is:gone' is none of" in told(page.content.decode())
    assert 'value="is:gone kept"' in page.content.decode()


def test_a_place_that_is_none_is_refused(browser: Client, shop: Recorded) -> None:
    assert browser.get(LIST, {"after": "nonsense"}).status_code == 400
    assert browser.get(LIST, {"range": "2h", "after": "n1~0"}).status_code == 400


def test_empty_lists_teach(browser: Client, shop: Recorded) -> None:
    assert "3 issues in other states" in told(_get(browser, q="is:resolved"))
    assert "No issue matches" in _get(browser, q="nothing-like-it")
    assert "sentry_sdk.capture_message" in _get(
        browser, range="", **{"from": "2026-01-01", "to": "2026-01-02"}
    )


def test_a_store_that_is_away_is_said(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise StoreUnavailableError("the files cannot be read.")

    monkeypatch.setattr("vedette.web.issues.listing.list_issues", fail)
    monkeypatch.setattr("vedette.web.issues.listing.list_values", fail)
    monkeypatch.setattr("vedette.web.issues.listing.choices_for", fail)
    response = browser.get(LIST, {"range": "2h"})

    assert response.status_code == 503
    assert "The store cannot be read" in told(response.content.decode())
    assert browser.get("/vedette/complete/issues", {"word": "r"}).json() == {"choices": []}
    assert told(_get(browser, "/vedette/cards/issues/filters")) == ""


def test_a_state_database_that_is_away_is_said(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr("vedette.web.issues.listing.list_issues", fail)
    response = browser.get(LIST, {"range": "2h"})

    assert response.status_code == 503
    assert "The state database cannot be asked the disk is full." in told(response.content.decode())


def test_whoever_may_not_manage_sees_no_button(client: Client, shop: Recorded) -> None:
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(user)
    text = client.get(LIST, {"range": "2h"}).content.decode()

    assert len(_titles(text)) == 3
    assert "<button" not in text
    assert "checkbox" not in text


def test_the_state_database_is_asked_as_often_for_many_issues(browser: Client, shop: Recorded) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connections["vedette"]) as asked:
            browser.get(LIST, {"range": "2h"})
        counts.append(len(asked))
        for number in range(40):
            event = raised(thrown(f"Error{number}", "v"))
            shop.recorder.record(error_of(event, 1000 + number))
        shop.drain()

    assert counts[0] == counts[1] <= 4
    assert "Unresolved 43" in told(_get(browser))
