"""The table of operations, against figures computed span by span."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW, percentile
from tests.traces.conftest import SPANS
from tests.traces.spans import PREDICATES
from vedette.record.signals import Span
from vedette.store import rollups, steps
from vedette.store.query import TimeRange
from vedette.traces import sources
from vedette.traces.queries import NO_FILTERS, Figures, Filters, Operation, get_operations, list_spans

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


@pytest.mark.parametrize("length", [dt.timedelta(hours=13), dt.timedelta(days=2), dt.timedelta(days=5)])
@pytest.mark.parametrize(
    "filters", [NO_FILTERS, Filters(scope="all"), Filters(operation="db.*", scope="all")]
)
def test_sums_of_hours_and_days_say_what_the_spans_say(
    kept: Kept, length: dt.timedelta, filters: Filters, monkeypatch: pytest.MonkeyPatch
) -> None:
    range = TimeRange(NOW - length - dt.timedelta(minutes=7), NOW - dt.timedelta(minutes=3))

    def ask() -> tuple[object, set[str], object]:
        found = get_operations(kept.store, range=range, filters=filters, now=NOW)
        tables = {table for query in found.queries for table in query.tables}
        rows = [
            (each.service, each.op, each.name, rounded(each.figures), sum(each.sparkline), compared(each))
            for each in found.operations
        ]
        return rows, tables, (found.spans, found.operation_count)

    rows, tables, totals = ask()
    assert any(table.startswith("span_durations_") for table in tables)
    monkeypatch.setattr(sources, "choose_grain", lambda *_, **__: "raw")
    exact, tables, exact_totals = ask()
    assert tables == {"spans"}
    assert (rows, totals) == (exact, exact_totals)


def rounded(figures: Figures) -> Figures:
    """Return *figures* without the last digits of their sum, which depend on its order."""
    return dataclasses.replace(figures, duration_ms=round(figures.duration_ms, 3))


def compared(row: Operation) -> tuple[object, ...] | None:
    """Return what is compared in *row*."""
    since = row.since_release
    if since is None:
        return None
    return since.release, since.previous_release, rounded(since.figures), rounded(since.previous)


def test_a_slow_query_of_a_trace_that_was_not_sampled_is_in_no_figure(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    kept.record(
        Span(
            time=NOW - before,
            service="todo",
            op="db",
            name="SELECT ?",
            trace_id="a" * 32,
            parent_span_id="b" * 16,
            duration_ms=duration_ms,
            attributes=attributes,
        )
        for before in (dt.timedelta(minutes=5), dt.timedelta(hours=30))
        for duration_ms, attributes in (
            (1.0, {}),
            (900.0, {"slow": "true"}),
            (950.0, {"slow": "true", "sampled": "false"}),
        )
    )
    for length in (dt.timedelta(hours=1), dt.timedelta(days=2)):
        range = TimeRange(NOW - length, NOW)

        (row,) = get_operations(kept.store, range=range, filters=Filters(scope="all"), now=NOW).operations

        times = 1 if length == dt.timedelta(hours=1) else 2
        assert row.figures.spans == 2 * times
        assert row.figures.duration_ms == pytest.approx(901 * times)
        listed = list_spans(kept.store, range=range, filters=Filters(scope="all"))
        assert len(listed.spans) == 3 * times


def test_releases_that_came_in_one_hour_are_told_apart_by_their_spans(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    hour = NOW - dt.timedelta(days=3)
    # By their names alone, the order would be another.
    for version, minute in (("9.0", 5), ("10.0", 20), ("9.1", 40)):
        kept.record(
            Span(
                time=hour.replace(minute=minute) + dt.timedelta(seconds=second),
                service="todo",
                release=version,
                op="task",
                name="t",
                trace_id="a" * 32,
                duration_ms=5.0,
            )
            for second in (0, 1)
        )
        kept.drain()
    kept.merge()
    range = TimeRange(NOW - dt.timedelta(days=4), NOW)

    (row,) = get_operations(kept.store, range=range, now=NOW).operations

    assert row.since_release is not None
    assert (row.since_release.release, row.since_release.previous_release) == ("9.1", "10.0")


def test_names_that_are_not_kept_apart_are_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "MOST_NAMES", 2)
    kept = Kept(tmp_path, now=NOW)
    kept.record(
        Span(
            time=NOW - dt.timedelta(days=3),
            service="todo",
            op="task",
            name=f"task {number}",
            trace_id="a" * 32,
            duration_ms=1.0 + number,
        )
        for number in range(5)
    )
    kept.drain()
    kept.merge()
    range_ = TimeRange(NOW - dt.timedelta(days=4), NOW)

    found = get_operations(kept.store, range=range_, now=NOW)

    assert [(each.name, each.is_rest, each.figures.spans) for each in found.operations] == [
        ("", True, 3),
        ("task 4", False, 1),
        ("task 3", False, 1),
    ]
    assert (found.operation_count, found.spans) == (2, 5)


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
