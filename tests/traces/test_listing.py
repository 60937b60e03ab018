"""Lists of spans, page by page, their histogram and what their fields hold."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from tests.traces.conftest import REPEATED, SPANS
from tests.traces.spans import PREDICATES, is_root
from vedette.record.signals import Span
from vedette.store import steps
from vedette.store.paging import Cursor, CursorError
from vedette.store.query import TimeRange
from vedette.traces.queries import (
    NO_FILTERS,
    FilterError,
    Filters,
    Sort,
    get_durations,
    get_histogram,
    list_spans,
    list_values,
)

RANGE = TimeRange(NOW - dt.timedelta(days=3), NOW)


def asked(filters: Filters, *, range: TimeRange = RANGE) -> list[Span]:
    """Return the spans that *filters* mean, one by one."""
    return [each for each in SPANS if range.start <= each.time < range.end and PREDICATES[filters](each)]


def all_pages(kept: Kept, *, sort: Sort, filters: Filters = NO_FILTERS, limit: int = 7) -> list[str]:
    """Return the ids of the spans of every page, one after the other."""
    found: list[str] = []
    after: Cursor | None = None
    while True:
        page = list_spans(kept.store, range=RANGE, filters=filters, sort=sort, after=after, limit=limit)
        found += [each.span_id for each in page.spans]
        if page.next is None:
            return found
        # As a link carries it.
        after = Cursor.parse(str(page.next))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=st.sampled_from(list(PREDICATES)), sort=st.sampled_from(["time", "duration"]))
def test_the_pages_together_hold_each_matching_span_once(kept: Kept, filters: Filters, sort: Sort) -> None:
    found = all_pages(kept, sort=sort, filters=filters, limit=200)

    assert len(found) == len(set(found))
    assert set(found) == {each.span_id for each in asked(filters)}


@pytest.mark.parametrize("filters", PREDICATES)
def test_each_filter_keeps_what_it_means(kept: Kept, filters: Filters) -> None:
    found = list_spans(kept.store, range=RANGE, filters=filters, limit=5000).spans

    in_order = sorted(asked(filters), key=lambda each: (NOW - each.time, each.trace_id, each.span_id))
    assert [each.span_id for each in found] == [each.span_id for each in in_order]
    assert found


def test_the_slowest_come_first(kept: Kept) -> None:
    found = list_spans(kept.store, range=RANGE, sort="duration", limit=50).spans

    durations = sorted((each.duration_ms for each in asked(NO_FILTERS)), reverse=True)
    assert [each.duration_ms for each in found] == durations[:50]


@pytest.mark.parametrize("sort", ["time", "duration"])
def test_of_nothing_there_is_no_page(kept: Kept, sort: Sort) -> None:
    page = list_spans(kept.store, range=RANGE, filters=Filters(name="nothing like it"), sort=sort)

    assert (page.spans, page.next) == ((), None)


def test_every_column_comes_back_as_it_was_recorded(kept: Kept) -> None:
    original = {each.span_id: each for each in SPANS}

    for found in list_spans(kept.store, range=RANGE, limit=20).spans:
        for name in found.__slots__:
            assert getattr(found, name) == getattr(original[found.span_id], name), name


def test_what_sums_up_others_is_listed_where_it_is_asked_for_alone(kept: Kept) -> None:
    wanted = {each.span_id for each in REPEATED if RANGE.start <= each.time < RANGE.end}

    found = list_spans(
        kept.store, range=RANGE, filters=Filters(operation="db.repeated", scope="all"), limit=5000
    )

    assert {each.span_id for each in found.spans} == wanted


def test_a_cursor_of_another_order_is_refused(kept: Kept) -> None:
    with pytest.raises(CursorError):
        list_spans(kept.store, range=RANGE, sort="duration", after=Cursor(NOW, 1))


@pytest.mark.parametrize("filters", PREDICATES)
def test_the_histogram_counts_each_span_in_its_step(kept: Kept, filters: Filters) -> None:
    found = get_histogram(kept.store, range=RANGE, filters=filters, points=50)

    wanted = Counter(steps.floor(each.time, found.step_s) for each in asked(filters))
    failed = Counter(
        steps.floor(each.time, found.step_s) for each in asked(filters) if each.status == "error"
    )
    assert [(bar.time, bar.total, bar.counts.get("error", 0)) for bar in found.bars] == [
        (at, wanted[at], failed[at]) for at in steps.starts(RANGE, found.step_s)
    ]
    assert (found.total, found.count("error")) == (wanted.total(), failed.total())


@pytest.mark.parametrize("filters", [NO_FILTERS, Filters(scope="all"), Filters(user_id="7", host="web-2")])
@pytest.mark.parametrize("length", [dt.timedelta(hours=3), dt.timedelta(days=3), dt.timedelta(days=12)])
def test_the_heat_map_counts_each_span_in_its_cell(
    kept: Kept, filters: Filters, length: dt.timedelta
) -> None:
    range = TimeRange(NOW - length, NOW)
    found = get_durations(kept.store, range=range, filters=filters, points=50)

    wanted = [each for each in SPANS if range.start <= each.time < range.end and PREDICATES[filters](each)]
    for cell in found.cells:
        assert cell.count == sum(
            steps.floor(each.time, found.step_s) == cell.time
            and (cell.low_ms < each.duration_ms <= cell.high_ms or cell.low_ms == each.duration_ms == 0)
            for each in wanted
        )
    assert sum(cell.count for cell in found.cells) == len(wanted)


def test_the_fields_values_come_with_their_counts(kept: Kept) -> None:
    found = list_values(kept.store, range=RANGE, filters=NO_FILTERS)

    roots = [each for each in SPANS if is_root(each) and RANGE.start <= each.time < RANGE.end]
    assert {each.value: each.spans for each in found["op"]} == Counter(each.op for each in roots)
    releases = Counter(each.release for each in roots if each.release)
    assert {each.value: each.spans for each in found["release"]} == releases


@pytest.mark.parametrize(
    "values",
    [
        {"status": "500"},
        {"scope": "some"},
        {"min_duration_ms": -1.0},
        {"min_duration_ms": float("nan")},
        {"min_duration_ms": 5.0, "max_duration_ms": 1.0},
        {"attributes": (("a", "b"),) * 51},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(FilterError):
        Filters(**values)  # type: ignore[arg-type]
