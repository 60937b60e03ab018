"""One issue: its sentence, its event, its cards, and the doors to everything around it."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from pathlib import Path

import pytest
from django.db import DatabaseError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web import troubles
from tests.web.conftest import TRACE
from tests.web.site import put
from tests.web.troubles import MARKUP, ago, error_of, issue_called, told
from vedette.issues import issue, operations
from vedette.record.signals import Log, Request
from vedette.releases import operations as releases
from vedette.store.attachments import Attachments
from vedette.store.catalogue import Commit
from vedette.store.query import StoreUnavailableError
from vedette.testing import Recorded
from vedette.wire.arrival import Attachment

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
shop = troubles.shop
LATEST, OLDEST = f"{12:032x}", f"{1:032x}"


def _get(browser: Client, address: str, status: int = 200, /, **params: str) -> str:
    response = browser.get(address, {"range": "2h", **params})
    assert response.status_code == status
    return str(response.content.decode())


def _page(browser: Client, seen: Recorded, title: str = "ValueError", rest: str = "", **params: str) -> str:
    return _get(browser, f"/vedette/issues/{issue_called(seen, title).id}/{rest}", **params)


def _card(browser: Client, seen: Recorded, name: str, title: str = "ValueError", **params: str) -> str:
    return _get(browser, f"/vedette/cards/issues/{issue_called(seen, title).id}/{name}", **params)


def test_the_latest_event_is_shown(browser: Client, shop: Recorded) -> None:
    shown = told(_page(browser, shop))

    assert "Event 12 of 12" in shown
    assert LATEST in shown
    assert "ValueError unhandled caught by django cannot price order 17" in shown
    assert "KeyError cause of ValueError" in shown
    assert "2 frames of django" in shown


def test_of_many_ways_to_be_together_the_rest_is_counted(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "of fewer events" not in told(_page(browser, shop))
    monkeypatch.setattr(issue, "MOST_HASHES", 1)
    total = issue.count_hashes(issue_called(shop, "ValueError").id)
    assert total > 1
    assert f"{total - 1} more, of fewer events" in told(_page(browser, shop))


def test_the_order_of_calls_is_in_the_link(browser: Client, shop: Recorded) -> None:
    newest, oldest = told(_page(browser, shop)), told(_page(browser, shop, order="last"))

    assert newest.index("checkout in shop/views.py:30") < newest.index("price in shop/views.py:22")
    assert oldest.index("price in shop/views.py:22") < oldest.index("checkout in shop/views.py:30")


def test_every_event_can_be_gone_through(browser: Client, shop: Recorded) -> None:
    text, seen = _page(browser, shop, which="oldest"), [OLDEST]
    while door := re.search(r'data-key="n" href="([^"]*)"', text):
        text = browser.get(html.unescape(door[1])).content.decode()
        seen += re.findall(r"title=\"The event’s id\">([0-9a-f]{32})<", text)

    assert seen == [f"{number:032x}" for number in range(1, 13)]
    assert re.search(rf'data-key="p" href="/vedette/issues/\d+/events/{11:032x}/', text)


def test_the_sentence_answers_first(browser: Client, shop: Recorded) -> None:
    assert "12 events, 3 users in 2 h; first seen ago ; last ago ." in told(_card(browser, shop, "figures"))
    assert "2 events, 2 users in 12 min;" in told(_card(browser, shop, "figures", range="12m"))


def test_the_sentence_names_the_deploy_that_came_before(browser: Client, shop: Recorded) -> None:
    first_at = issue_called(shop, "ValueError").first_at
    at = first_at - dt.timedelta(minutes=4)
    releases.announce("shop", "1.0", at=at)
    releases.add_deploy("shop", "1.0", environment="production", at=at)

    card, page = _card(browser, shop, "figures"), _page(browser, shop)
    assert "first seen 4 min after deploy 1.0 in production;" in told(card)
    assert "First seen 4 min after the deploy of 1.0 in production" in told(page)
    for text in (card, page):
        assert re.search(
            r'after (?:the )?deploy (?:of )?<a [^>]*href="[^"]*service=shop&amp;version=1\.0"', text
        )


def test_the_chart_stacks_the_releases(browser: Client, shop: Recorded) -> None:
    payload = re.search(r'data-chart="([^"]*)"', _card(browser, shop, "figures"))
    assert payload is not None
    chart = json.loads(html.unescape(payload[1]))

    counts = {each["name"]: sum(value or 0 for value in each["values"]) for each in chart["series"]}
    assert counts == {"2.0": 8, "1.0": 4}


def test_tags_that_all_events_share_stand_together(browser: Client, shop: Recorded) -> None:
    shown = told(_card(browser, shop, "tags"))

    assert "The same in all of them environment production" in shown
    assert "level error" in shown.partition("The same in all of them")[2]
    assert "Of the one event" in told(_card(browser, shop, "tags", "Stock"))


def test_the_cards_are_in_the_page_itself_where_no_script_would_load_them(
    browser: Client, shop: Recorded
) -> None:
    plain = told(_page(browser, shop))
    browser.cookies["vedette_zone"] = "Asia/Tokyo"
    scripted = told(_page(browser, shop))

    for words in ("12 events, 3 users in 2 h", "Firefox 75 %", "Events in this time", "It broke"):
        assert (words in plain, words in scripted) == (True, False)


def test_tags_are_doors_to_their_events(browser: Client, shop: Recorded) -> None:
    text = _card(browser, shop, "tags")
    door = re.search(r'href="([^"]*tag\.browser\.name=Safari[^"]*)" title="Safari"', text)
    assert "browser.name Firefox 75 % Safari 25 %" in told(text)
    assert door is not None
    address = html.unescape(door[1])

    page = browser.get(address).content.decode()
    assert f"{9:032x}" in page
    assert re.search(r"browser\.name\s*</span>\s*Safari", page)
    assert browser.get(address.replace("/vedette/", "/vedette/cards/", 1).replace("/?", "/events?")).content.decode().count("<tr data-row>") == 3  # fmt: skip


@pytest.mark.parametrize(
    ("params", "count"), [({}, 12), ({"user": "1"}, 4), ({"tag.host": "web-1"}, 12), ({"tag.host": "x"}, 0)]
)
def test_the_events_are_listed(browser: Client, shop: Recorded, params: dict[str, str], count: int) -> None:
    assert _card(browser, shop, "events", **params).count("<tr data-row>") == count


def test_events_follow_each_other_by_key(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.web.issues.cards.EVENTS_ON_A_PAGE", 5)
    id, seen = issue_called(shop, "ValueError").id, []
    query = "range=2h"
    while query:
        text = browser.get(f"/vedette/cards/issues/{id}/events?{query}").content.decode()
        seen += re.findall(r"/events/([0-9a-f]{32})/", text)
        older = re.search(r'href="[^"]*\?([^"]*after=[^"]*)#events"', text)
        query = html.unescape(older[1]) if older else ""

    assert seen == [f"{number:032x}" for number in range(12, 0, -1)]


def test_what_was_logged_around_it_is_shown(browser: Client, shop: Recorded) -> None:
    door = re.search(r'hx-get="([^"]*/logs\?[^"]*)"', _page(browser, shop))
    assert door is not None

    assert "Logged in the same request 1 line" in told(browser.get(html.unescape(door[1])).content.decode())
    assert _card(browser, shop, "logs").strip() == ""


def test_what_people_wrote_is_shown(browser: Client, shop: Recorded) -> None:
    text = _card(browser, shop, "feedback")

    assert f"Feedback 1 Ada ago event It broke {MARKUP}" in told(text)
    assert _card(browser, shop, "feedback", "TypeError").strip() == ""


def test_files_that_came_with_it_are_shown(browser: Client, shop: Recorded, tmp_path: Path) -> None:
    put.directory = tmp_path
    file = Attachment(
        event_id=LATEST, name="log.txt", content_type="text/plain", kind="event.attachment", data=b"hello"
    )
    assert not Attachments(tmp_path, 1 << 20).keep([file], service="shop")

    assert "Attachments log.txt 5 B · text/plain" in told(_page(browser, shop))


def test_why_events_are_together_is_said(browser: Client, shop: Recorded) -> None:
    _, _, shown = told(_page(browser, shop)).partition("Why these are together ")

    assert shown.startswith(
        "The same chain of exceptions, ValueError , KeyError , raised at the same 2 places, shop.views in price"
    )
    assert "12 events, last ago" in shown


def test_doors_lead_to_what_belongs_to_it(browser: Client, shop: Recorded) -> None:
    text = html.unescape(_page(browser, shop))

    assert f'href="/vedette/requests/{TRACE}/?range=2h"' in text
    assert f'href="/vedette/traces/{TRACE}/?range=2h"' in text
    assert re.search(rf'href="/vedette/logs/\?from=[^"]*&q=trace%3A{TRACE}"', text)


def test_an_event_leads_to_its_issue(browser: Client, shop: Recorded) -> None:
    response = browser.get(f"/vedette/events/{OLDEST}/", {"range": "2h"})

    assert response.status_code == 302
    assert "Event 1 of 12" in told(browser.get(response["Location"]).content.decode())


def test_an_event_that_is_not_there(browser: Client, shop: Recorded) -> None:
    shop.recorder.record(error_of(troubles.MESSAGE, 999))

    assert "belongs to no issue yet" in _get(browser, f"/vedette/events/{999:032x}/", 404)
    assert "No event has this id" in _get(browser, "/vedette/events/nothing/", 404)
    message = issue_called(shop, "Stock").id
    assert "This issue has no such event" in _get(browser, f"/vedette/issues/{message}/events/{OLDEST}/", 404)


def test_an_issue_that_is_not_there(browser: Client, shop: Recorded) -> None:
    assert "There is no issue 4711" in _get(browser, "/vedette/issues/4711/", 404)
    for name in ("figures", "tags", "events", "feedback"):
        _get(browser, f"/vedette/cards/issues/4711/{name}")


def test_it_can_be_copied_as_markdown_and_as_json(browser: Client, shop: Recorded) -> None:
    markdown = browser.get(f"/vedette/issues/{issue_called(shop, 'ValueError').id}/events/{LATEST}/markdown")
    raw = browser.get(f"/vedette/issues/{issue_called(shop, 'ValueError').id}/events/{LATEST}/json")

    assert markdown["Content-Type"] == raw["Content-Type"] == "text/plain; charset=utf-8"
    assert raw["X-Content-Type-Options"] == "nosniff"
    text = markdown.content.decode()
    assert text.startswith("# ValueError: cannot price order 17\n\n- http://testserver/vedette/issues/")
    assert json.loads(raw.content)["exception"]["values"][1]["value"] == "cannot price order 17"
    other = issue_called(shop, "TypeError").id
    assert browser.get(f"/vedette/issues/{other}/events/{LATEST}/json").status_code == 404


def test_filters_that_no_event_meets_are_said(browser: Client, shop: Recorded) -> None:
    shown = told(_page(browser, shop, user="nobody"))

    assert "No event matches" in shown
    assert "user nobody" in shown


def test_an_issue_whose_events_are_gone_keeps_its_history(browser: Client, shop: Recorded) -> None:
    issue = issue_called(shop, "ValueError")
    operations.comment(issue.id, text="Known since spring", author="ada", now=ago(minutes=0))
    _forget_all(shop)
    shown = told(_get(browser, f"/vedette/issues/{issue.id}/"))

    assert "Its events are no longer stored" in shown
    assert "ada ago Known since spring" in shown


def _forget_all(seen: Recorded) -> None:
    parts = seen.catalogue.snapshot().parts
    seen.catalogue.apply(Commit(removed=parts), at=ago(minutes=0))


def test_a_store_that_is_away_leaves_the_issue(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise StoreUnavailableError("The files cannot be read.")

    issue = issue_called(shop, "ValueError")
    monkeypatch.setattr("vedette.web.issues.detail.get_event", fail)
    monkeypatch.setattr("vedette.web.issues.texts.get_event", fail)
    shown = told(_get(browser, f"/vedette/issues/{issue.id}/", 503))

    assert "The store cannot be read The files cannot be read." in shown
    assert "Activity" in shown and "Resolve" in shown
    _get(browser, f"/vedette/events/{LATEST}/", 503)
    _get(browser, f"/vedette/issues/{issue.id}/events/{LATEST}/json", 503)


def test_a_state_database_that_is_away_is_said(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the disk is full")

    issue = issue_called(shop, "ValueError")
    monkeypatch.setattr("vedette.web.issues.detail.get_issue", fail)
    monkeypatch.setattr("vedette.web.issues.cards.get_issue", fail)

    assert "The state database cannot be asked" in _get(browser, f"/vedette/issues/{issue.id}/", 503)
    _get(browser, f"/vedette/cards/issues/{issue.id}/figures", 503)


def test_the_state_database_is_asked_as_often_for_many_events(browser: Client, shop: Recorded) -> None:
    issue, counts = issue_called(shop, "ValueError"), []
    browser.cookies["vedette_zone"] = "Asia/Tokyo"
    for _ in range(2):
        with CaptureQueriesContext(connections["vedette"]) as asked:
            _get(browser, f"/vedette/issues/{issue.id}/")
            for name in ("figures", "tags", "events", "feedback"):
                _get(browser, f"/vedette/cards/issues/{issue.id}/{name}")
        counts.append(len(asked))
        for number in range(40):
            shop.recorder.record(error_of(troubles.CHAIN, 1000 + number, minutes=number))
        shop.drain()

    assert counts[0] == counts[1] <= 30


def test_the_newest_issues_are_on_the_overview(browser: Client, shop: Recorded) -> None:
    text = _get(browser, "/vedette/cards/issues/newest")

    assert re.findall(r"<strong>([^<]*)", text)[:2] == ["TypeError", "ValueError"]
    assert told(_get(browser, "/vedette/cards/issues/newest", environment="staging")).startswith(
        "Newest issues unresolved Open FRONT-"
    )
    assert _get(browser, "/vedette/cards/issues/newest", user="nobody").strip() == ""
    assert "cards/issues/newest" in _get(browser, "/vedette/")


def test_a_trace_leads_to_its_errors(browser: Client, shop: Recorded) -> None:
    at = ago(minutes=5).isoformat()
    text = _get(browser, "/vedette/cards/issues/of-trace", trace=TRACE, at=at)

    assert told(text) == f"ValueError cannot price order 17 {issue_called(shop, 'ValueError').short_id}"
    assert f"/vedette/events/{LATEST}/" in text
    assert _get(browser, "/vedette/cards/issues/of-trace", trace="").strip() == ""


@pytest.mark.parametrize("name", ["request", "log"])
def test_a_request_and_a_log_record_lead_to_the_error(browser: Client, shop: Recorded, name: str) -> None:
    at = ago(minutes=5)
    shop.recorder.record(Request(time=at, trace_id=TRACE, method="POST", path="/checkout/", status=500))
    shop.recorder.record(Log(time=at, trace_id=TRACE, message="failed", severity=17, exception="ValueError"))
    address = f"/vedette/requests/{TRACE}/"
    if name == "log":
        listed = _get(browser, "/vedette/cards/logs/list", q="failed")
        found = re.search(r'data-open href="(/vedette/logs/[^"?]+)', listed)
        assert found is not None
        address = found[1]
    card = re.search(r'hx-get="([^"]*of-trace[^"]*)"', _get(browser, address))
    assert card is not None

    shown = browser.get(html.unescape(card[1])).content.decode()
    assert "ValueError cannot price order 17" in told(shown)
    door = re.search(r'href="([^"]*)"', shown)
    assert door is not None
    assert browser.get(html.unescape(door[1]))["Location"].startswith(
        f"/vedette/issues/{issue_called(shop, 'ValueError').id}/events/{LATEST}/"
    )
