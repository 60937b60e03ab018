"""The table of operations, against figures computed span by span."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW, percentile
from tests.traces.conftest import SPANS
from tests.traces.spans import PREDICATES
from vedette.record.signals import Span
from vedette.store import steps
from vedette.store.query import TimeRange
from vedette.traces.queries import NO_FILTERS, Figures, Filters, get_operations

RANGE = TimeRange(NOW - dt.timedelta(days=3), NOW)
Key = tuple[str, str, str]


def by_key(range: TimeRange, filters: Filters = NO_FILTERS) -> dict[Key, list[Span]]:
    """Return the spans of *range* by their operation."""
    groups: dict[Key, list[Span]] = defaultdict(list)
    for each in SPANS:
        if range.start <= each.time < range.end and PREDICATES[filters](each):
            groups[each.service, each.op, each.name].append(each)
    return groups


def agrees(figures: Figures, spans: Sequence[Span]) -> None:
    """Fail where *figures* are not those of *spans*."""
    durations = [each.duration_ms for each in spans]
    assert figures.spans == len(spans)
    assert figures.failed == sum(each.status == "error" for each in spans)
    assert figures.failed_share == pytest.approx(figures.failed / len(spans))
    assert figures.duration_ms == pytest.approx(sum(durations))
    assert figures.mean_ms == pytest.approx(sum(durations) / len(spans))
    for percent in (50, 95, 99):
        exact = percentile(durations, percent)
        found = getattr(figures.percentiles, f"p{percent}_ms")
        assert found == (None if exact is None else pytest.approx(exact, rel=0.0101, abs=0.001))


@pytest.mark.parametrize("filters", [NO_FILTERS, Filters(scope="all"), Filters(status="error", scope="all")])
def test_the_figures_are_those_of_the_spans(kept: Kept, filters: Filters) -> None:
    found = get_operations(kept.store, range=RANGE, filters=filters, now=NOW)

    wanted = by_key(RANGE, filters)
    assert {(each.service, each.op, each.name) for each in found.operations} == set(wanted)
    assert found.operation_count == len(wanted)
    assert found.spans == sum(len(spans) for spans in wanted.values())
    whole = sum(each.duration_ms for spans in wanted.values() for each in spans)
    for row in found.operations:
        spans = wanted[row.service, row.op, row.name]
        agrees(row.figures, spans)
        assert row.time_share == pytest.approx(sum(each.duration_ms for each in spans) / whole)
    assert [row.time_share for row in found.operations] == sorted(
        (row.time_share for row in found.operations), reverse=True
    )


def test_the_sparkline_counts_the_spans_of_each_step(kept: Kept) -> None:
    found = get_operations(kept.store, range=RANGE, now=NOW)

    for row in found.operations:
        spans = by_key(RANGE)[row.service, row.op, row.name]
        counts = Counter(steps.floor(each.time, found.sparkline_step_s) for each in spans)
        places = steps.starts(found.range, found.sparkline_step_s)
        assert row.sparkline == tuple(counts[at] for at in places)


def test_only_the_first_are_returned_and_how_many_there_are_is_known(kept: Kept) -> None:
    whole = get_operations(kept.store, range=RANGE, now=NOW)
    cut = get_operations(kept.store, range=RANGE, now=NOW, limit=3)

    # Sums of floats may differ in their last digit from one run to the next.
    names = [(each.service, each.op, each.name, each.sparkline) for each in whole.operations]
    assert [(each.service, each.op, each.name, each.sparkline) for each in cut.operations] == names[:3]
    assert cut.operation_count == whole.operation_count


def test_the_newest_release_of_a_service_is_compared_with_the_one_before(kept: Kept) -> None:
    found = get_operations(kept.store, range=RANGE, now=NOW)

    both = RANGE.previous().covering(RANGE)
    compared = 0
    for row in found.operations:
        spans = by_key(both)[row.service, row.op, row.name]
        if row.since_release is None:
            # Only todo names releases.
            assert row.service == "billing"
            continue
        compared += 1
        assert (row.since_release.release, row.since_release.previous_release) == ("1.2", "1.1")
        agrees(row.since_release.figures, [each for each in spans if each.release == "1.2"])
        agrees(row.since_release.previous, [each for each in spans if each.release == "1.1"])
    assert compared


def test_a_range_that_goes_on_ends_at_the_present(kept: Kept) -> None:
    going_on = TimeRange(RANGE.start, NOW + dt.timedelta(hours=5))

    found = get_operations(kept.store, range=going_on, now=NOW)

    assert found.range == RANGE
    row = found.operations[0]
    assert row.figures.per_minute(found.range) == pytest.approx(row.figures.spans / (3 * 24 * 60))


def test_a_range_without_spans_has_no_operations(kept: Kept) -> None:
    empty = TimeRange(NOW - dt.timedelta(days=60), NOW - dt.timedelta(days=50))

    found = get_operations(kept.store, range=empty, now=NOW)

    assert (found.operations, found.operation_count, found.spans) == ((), 0, 0)
