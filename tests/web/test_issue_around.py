"""What happened around an event: the longest work of its trace beside the lines that were logged in it."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.test import Client

from tests.web import troubles
from tests.web.conftest import TRACE
from tests.web.troubles import ago, issue_called, told
from vedette.record.signals import Span
from vedette.store.query import TimeRange
from vedette.testing import Recorded
from vedette.web.issues import around

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
shop = troubles.shop
START = ago(minutes=5.1)
RANGE = TimeRange(START - dt.timedelta(minutes=5), START + dt.timedelta(minutes=5))


def _span(
    id: int,
    at_ms: float,
    took_ms: float,
    op: str,
    name: str,
    *,
    parent: int = 0,
    trace_id: str = TRACE,
    start: dt.datetime = START,
) -> Span:
    return Span(
        time=start + dt.timedelta(milliseconds=at_ms),
        trace_id=trace_id,
        span_id=f"{id:016x}",
        parent_span_id=f"{parent:016x}" if parent else "",
        service="shop",
        op=op,
        name=name,
        duration_ms=took_ms,
    )


def _record(seen: Recorded, *spans: Span) -> None:
    for span in spans:
        seen.recorder.record(span)


def _of(seen: Recorded, *, at_ms: float = 300.0, span: int = 0) -> around.Surroundings | None:
    at = START + dt.timedelta(milliseconds=at_ms)
    return around.of_event(seen.store, trace_id=TRACE, span_id=f"{span:016x}", at=at, range=RANGE)


def test_work_of_one_name_stands_together_as_it_began(shop: Recorded) -> None:
    queries = [_span(10 + number, 100 + 20 * number, 15, "db", "SELECT 1") for number in range(5)]
    _record(shop, _span(1, 0, 400, "http.server", "/pay/"), *queries, _span(2, 50, 20, "cache.get", "menu"))
    _record(shop, _span(99, 0, 9000, "db", "of another trace", trace_id="f" * 32))
    found = _of(shop)
    assert found is not None

    assert (found.spans, found.has_more, found.took_ms, found.error_at) == (7, False, 400.0, 750.0)
    assert [(step.name, step.times, step.at_ms, step.took_ms) for step in found.steps] == [
        ("/pay/", 1, 0.0, 400.0),
        ("menu", 1, 50.0, 20.0),
        ("SELECT 1", 5, 100.0, 75.0),
    ]
    assert [(step.left, step.width) for step in found.steps] == [(0, 1000), (125, 50), (250, 237.5)]


def test_what_only_waits_gives_way_to_what_it_waits_for(
    shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(around, "MOST_STEPS", 3)
    layers = [
        _span(number, number, 400 - number, "middleware", f"m{number}", parent=number - 1)
        for number in range(1, 6)
    ]
    _record(shop, _span(99, 0, 401, "http.server", "/pay/"), *layers)
    _record(
        shop,
        _span(20, 10, 300, "http.client", "POST", parent=5),
        _span(21, 320, 60, "db", "SELECT 1", parent=5),
    )
    found = _of(shop)
    assert found is not None

    assert [step.name for step in found.steps] == ["/pay/", "POST", "SELECT 1"]


def test_where_the_error_was_captured_is_shown_however_short_it_was(shop: Recorded) -> None:
    spans = [_span(number, number, 100 + number, "db", f"SELECT {number}") for number in range(1, 12)]
    _record(shop, *spans, _span(50, 6, 0.01, "cache.get", "menu"))
    found = _of(shop, span=50)
    assert found is not None

    assert [step.name for step in found.steps if step.is_where] == ["menu"]
    assert len(found.steps) == around.MOST_STEPS + 1
    assert all(step.width >= around.THINNEST for step in found.steps)


def test_a_trace_with_more_spans_than_are_looked_at_says_so(
    shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(around, "MOST_SPANS", 3)
    _record(shop, *(_span(number, 0, 10 + number, "db", f"SELECT {number}") for number in range(1, 6)))
    found = _of(shop)
    assert found is not None

    assert (found.spans, found.has_more) == (3, True)
    assert {step.name for step in found.steps} == {"SELECT 3", "SELECT 4", "SELECT 5"}


def test_a_trace_of_which_nothing_was_kept_is_not_shown(shop: Recorded) -> None:
    assert _of(shop) is None


@pytest.mark.parametrize("at_ms", [-5_000.0, 60_000.0])
def test_an_error_outside_of_its_trace_is_marked_at_its_edge(shop: Recorded, at_ms: float) -> None:
    _record(shop, _span(1, 0, 400, "http.server", "/pay/"))
    found = _of(shop, at_ms=at_ms)
    assert found is not None

    assert found.error_at == (0.0 if at_ms < 0 else around.WIDTH)


def test_the_issue_shows_it_with_a_door_to_the_whole(browser: Client, shop: Recorded) -> None:
    start = ago(minutes=5.1)
    _record(shop, _span(1, 0, 400, "http.server", "/pay/", start=start))
    _record(shop, _span(2, 5, 20, "db", "SELECT <b>", start=start))
    address = f"/vedette/issues/{issue_called(shop, 'ValueError').id}/"
    plain = browser.get(address, {"range": "2h"}).content.decode()
    door = re.search(r'hx-get="([^"]*/logs\?[^"]*)"', plain)
    assert door is not None
    card = browser.get(html.unescape(door[1])).content.decode()

    for text in (plain, card):
        shown = told(text)
        assert "In the same trace 2 spans, 400 ms Whole trace" in shown
        assert "+ 0 ms http.server /pay/ 400 ms + 5 ms db SELECT <b> 20 ms" in shown
        assert "Logged in the same request 1 line" in shown
        assert f'href="/vedette/traces/{TRACE}/' in text
    assert "SELECT <b>" not in card
