"""Lists of requests, page by page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.requests.conftest import REQUESTS
from tests.requests.kept import Kept
from tests.requests.traffic import NOW, PREDICATES, within
from vedette.record.signals import Request
from vedette.requests.queries import NO_FILTERS, Filters, Sort, list_requests
from vedette.store.paging import Cursor, CursorError
from vedette.store.query import TimeRange

RANGE = TimeRange(NOW - dt.timedelta(days=3), NOW)


def all_pages(
    kept: Kept, *, sort: Sort, filters: Filters = NO_FILTERS, limit: int = 7
) -> list[tuple[str, str]]:
    """Return the requests of every page, one after the other."""
    found: list[tuple[str, str]] = []
    after: Cursor | None = None
    while True:
        page = list_requests(kept.store, range=RANGE, filters=filters, sort=sort, after=after, limit=limit)
        found += [(each.trace_id, each.span_id) for each in page.requests]
        if page.next is None:
            return found
        # As a link carries it.
        after = Cursor.parse(str(page.next))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=st.sampled_from(list(PREDICATES)), sort=st.sampled_from(["time", "duration"]))
def test_the_pages_together_hold_each_matching_request_once(kept: Kept, filters: Filters, sort: Sort) -> None:
    found = all_pages(kept, sort=sort, filters=filters, limit=60)

    wanted = [each for each in within(REQUESTS, RANGE) if PREDICATES[filters](each)]
    assert len(found) == len(wanted)
    assert set(found) == {(each.trace_id, each.span_id) for each in wanted}


def test_the_newest_come_first(kept: Kept) -> None:
    page = list_requests(kept.store, range=RANGE, limit=50)

    times = [each.time for each in page.requests]
    assert times == sorted((each.time for each in within(REQUESTS, RANGE)), reverse=True)[:50]


def test_the_slowest_come_first(kept: Kept) -> None:
    page = list_requests(kept.store, range=RANGE, sort="duration", limit=50)

    durations = [each.duration_ms for each in page.requests]
    assert durations == sorted((each.duration_ms for each in within(REQUESTS, RANGE)), reverse=True)[:50]


def test_every_column_comes_back_as_it_was_recorded(kept: Kept) -> None:
    original = {each.span_id: each for each in REQUESTS}

    for found in list_requests(kept.store, range=RANGE, limit=20).requests:
        for name in found.__slots__:
            assert getattr(found, name) == getattr(original[found.span_id], name), name


@pytest.mark.parametrize("sort", ["time", "duration"])
def test_requests_that_tie_are_on_one_page_each(tmp_path: Path, sort: Sort) -> None:
    kept = Kept(tmp_path, now=NOW)
    at = NOW - dt.timedelta(minutes=1)
    kept.record(Request(time=at, trace_id=f"{number:032x}", duration_ms=0.1 + 0.2) for number in range(20))
    kept.record([Request(time=at, trace_id="f" * 32, duration_ms=0.3)] * 5)

    found = all_pages(kept, sort=sort, limit=3)

    assert len(found) == 25
    assert len(set(found)) == 21


def test_a_cursor_of_another_order_is_refused(kept: Kept) -> None:
    with pytest.raises(CursorError):
        list_requests(kept.store, range=RANGE, sort="duration", after=Cursor(NOW, 1))
