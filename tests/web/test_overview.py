"""The overview."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.conftest import NOW
from vedette.record.signals import Request
from vedette.testing import Recorded

CARD = "/vedette/cards/overview"


def _card(browser: Client, **params: str) -> str:
    response = browser.get(CARD, {"range": "1h", **params})
    assert response.status_code == 200
    return response.content.decode()


def _charts(text: str) -> list[dict[str, Any]]:
    return [json.loads(html.unescape(found)) for found in re.findall(r'data-chart="([^"]*)"', text)]


def test_the_frame_asks_for_its_card_with_the_whole_query(browser: Client, empty: Recorded) -> None:
    text = browser.get(reverse("vedette:overview"), {"range": "2h", "route": "/tasks/"}).content.decode()
    assert 'hx-get="/vedette/cards/overview?range=2h&amp;route=%2Ftasks%2F"' in text


def _words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html.unescape(text)).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_answer_comes_first(browser: Client, traffic: Recorded) -> None:
    answer = re.match(r"([\d.]+) requests/min, (.*?\.) Requests", _words(_card(browser)))
    assert answer
    assert answer[2] == "2.4 % errors, p95 48 ms: there is nothing earlier to compare with."


def test_time_without_records_does_not_thin_the_traffic_out(browser: Client, traffic: Recorded) -> None:
    (per_minute,) = re.findall(r"([\d.]+) requests/min", _words(_card(browser, range="7d")))
    # 41 requests came in 40 minutes; over seven days they would be 0.004 a minute.
    assert 0.5 < float(per_minute) < 1.2


def test_a_site_that_has_run_for_some_seconds_has_had_as_many_requests_in_its_minute(
    browser: Client, empty: Recorded
) -> None:
    for number in range(14):
        at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=2)
        empty.recorder.record(Request(time=at, trace_id=f"{number:032x}", route="/", status=200))
    assert "14 requests/min" in _words(_card(browser, range="24h"))


def test_a_period_in_which_recording_began_is_not_compared_with(browser: Client, traffic: Recorded) -> None:
    assert "nothing earlier to compare with" in _card(browser, range="30m")


def test_a_route_that_nobody_asked_for_before_is_compared_all_the_same(
    browser: Client, traffic: Recorded
) -> None:
    text = _card(browser, range="10m", route="/tasks/<int:pk>/")
    assert "there were none in the 10 min before" in text


def test_every_figure_is_a_door_to_its_requests(browser: Client, traffic: Recorded) -> None:
    text = _card(browser)
    assert 'href="/vedette/requests/?range=1h&amp;status=error"' in text
    assert 'href="/vedette/requests/?range=1h&amp;route=%2Fboard%2F"' in text
    assert (
        'href="/vedette/requests/?range=1h&amp;route=%2Ftasks%2F%3Cint%3Apk%3E%2F&amp;status=error"' in text
    )


def test_steps_before_the_first_record_are_unknown(browser: Client, traffic: Recorded) -> None:
    traffic_chart = _charts(_card(browser, range="2h"))[0]
    ((since, until),) = traffic_chart["unknown"]
    assert until - since > 60 * 60 * 1000
    values = traffic_chart["series"][0]["values"]
    assert values[0] is None
    assert values[-2] is not None


def test_the_traffic_of_the_week_before_is_a_ghost_behind_it(browser: Client, empty: Recorded) -> None:
    for minute in range(30):
        for weeks, requests in ((0, 1), (1, 3)):
            at = NOW - dt.timedelta(weeks=weeks, minutes=minute, seconds=5)
            for _ in range(requests):
                empty.recorder.record(Request(time=at, route="/", path="/", status=200, duration_ms=10.0))
    traffic, *others = _charts(_card(browser, range="30m"))
    *shown, ghost = traffic["series"]
    assert (ghost["name"], ghost["ghost"]) == ("a week before", True)
    assert [series["name"] for series in shown] == ["2xx"]
    assert ghost["values"][5:25] == [3 * value for value in shown[0]["values"][5:25]]
    assert all(series["name"] != "a week before" for chart in others for series in chart["series"])


def test_a_week_that_is_not_known_is_no_ghost_at_nought(browser: Client, empty: Recorded) -> None:
    for minute in (5, 20):
        at = NOW - dt.timedelta(minutes=minute)
        empty.recorder.record(Request(time=at, route="/", path="/", status=200, duration_ms=10.0))
    for minute in (15, 10):
        at = NOW - dt.timedelta(weeks=1, minutes=minute, seconds=5)
        empty.recorder.record(Request(time=at, route="/", path="/", status=200, duration_ms=10.0))
    *_, ghost = _charts(_card(browser, range="30m"))[0]["series"]
    assert ghost["name"] == "a week before"
    known = [value is not None for value in ghost["values"]]
    assert known == sorted(known)
    assert (known[0], known[-1]) == (False, True)


def test_there_is_no_ghost_where_nothing_is_known_of_the_week_before(
    browser: Client, traffic: Recorded
) -> None:
    assert "a week before" not in _card(browser)


def test_a_bad_period_is_said_in_words(browser: Client, empty: Recorded) -> None:
    for minute in range(120):
        is_late = minute < 60
        empty.recorder.record(
            Request(
                time=NOW - dt.timedelta(minutes=minute, seconds=5),
                route="/",
                path="/",
                status=500 if is_late and minute % 2 else 200,
                duration_ms=900.0 if is_late else 10.0,
            )
        )
    text = _card(browser)
    assert "more errors and slower than in the 60 min before." in text
    assert 'class="verdict is-bad"' in text


def test_percentiles_of_few_requests_are_not_shown(browser: Client, empty: Recorded) -> None:
    for second in range(19):
        empty.recorder.record(
            Request(time=NOW - dt.timedelta(seconds=second), route="/", status=200, duration_ms=5.0)
        )
    assert "p95 5" not in _card(browser)
    assert "Percentiles of fewer than 20 requests are not shown" in _card(browser)


@pytest.mark.parametrize("order", ["time", "requests", "p50", "p95", "p99", "errors", "queries", "nonsense"])
def test_routes_can_be_ordered(browser: Client, traffic: Recorded, order: str) -> None:
    text = _card(browser, sort=order)
    places = [text.index(f">{route}</a>") for route in ("/tasks/", "/board/", "/tasks/&lt;int:pk&gt;/")]
    if order == "errors":
        assert min(places) == places[2]
    if order == "requests":
        assert max(places) == places[2]


def test_a_route_can_be_looked_at_alone(browser: Client, traffic: Recorded) -> None:
    text = _card(browser, route="/board/")
    assert ">/board/</a>" in text
    assert ">/tasks/</a>" not in text
    assert "Remove the filter Route" in text


def test_an_empty_overview_teaches(browser: Client, empty: Recorded) -> None:
    text = _card(browser)
    assert "vedette.middleware.Vedette" in text
    assert "python manage.py vedette demo --backfill 2d" in text


def test_an_empty_overview_with_filters_offers_to_remove_them(browser: Client, traffic: Recorded) -> None:
    text = _card(browser, route="/nowhere/")
    assert "No request matches" in text
    assert 'href="/vedette/?range=1h"' in text


def test_its_sql_can_be_seen(browser: Client, traffic: Recorded) -> None:
    assert "Show the SQL" in _card(browser)
    assert "SELECT" in _card(browser)


def test_a_page_asks_the_sites_database_for_the_session_and_the_user_alone(
    browser: Client, traffic: Recorded, django_assert_num_queries: object
) -> None:
    for address in (
        "/vedette/",
        CARD,
        "/vedette/requests/",
        "/vedette/cards/requests/list",
        "/vedette/cards/logs/list",
    ):
        with django_assert_num_queries(2):  # type: ignore[operator]
            browser.get(address)


def test_a_range_can_begin_with_the_last_deploy(browser: Client, traffic: Recorded) -> None:
    page = browser.get("/vedette/", {"range": "since deploy"}).content.decode()
    assert "Since the last deploy" in page
    # Twenty of the forty-one requests were served by release 2.0, and one by no named release in that time.
    assert 'title="21 requests"' in _card(browser, range="since deploy")
