"""Which parts are merged: rows are conserved, periods kept apart, each record rolled up once, and it comes to an end."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, defaultdict
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.ground import NOON
from vedette.store.catalogue import Part
from vedette.store.merge import FAN_IN, MAX_INPUTS, MAX_ROWS, SETTLED_AFTER, plan
from vedette.store.periods import period_of, period_start
from vedette.store.rollups import EDITION, rollups_of

DAY = dt.timedelta(days=1)
numbers = itertools.count()


def a_part(
    table: str = "requests",
    *,
    level: int = 0,
    at: dt.datetime = NOON,
    until: dt.datetime | None = None,
    rows: int = 10,
) -> Part:
    edition = EDITION if level else 0
    return Part(table, f"{table}/{next(numbers)}", level, at, until or at, rows, rows * 50, edition=edition)


def merged(parts: list[Part], *, now: dt.datetime) -> tuple[list[Part], Counter[str], int]:
    """Merge on paper until nothing is due; return the parts left, how often each was rolled up, how many merges."""
    rolled_up: Counter[str] = Counter()
    merges = 0
    while (due := next(plan(parts, now=now), None)) is not None:
        merges += 1
        assert merges < 10_000, "merging does not come to an end"
        level = max(part.level for part in due.inputs) + 1
        gone = {part.path for part in due.inputs}
        parts = [part for part in parts if part.path not in gone]
        made = {due.table: (level, due.inputs)}
        if due.inputs[0].level == 0 and due.table in {"requests", "logs"}:
            rolled_up.update(gone)
        made |= {rollup.name: (0, due.inputs) for rollup in due.missing}
        for table, (level_, inputs) in made.items():
            by_period = defaultdict(list)
            for part in inputs:
                for end in {period_start(table, part.min_time), period_start(table, part.max_time)}:
                    by_period[end].append(part)
            for group in by_period.values():
                share = [
                    part.rows / (1 if period_of(table, part.min_time, part.max_time) else 2) for part in group
                ]
                times = [time for part in group for time in (part.min_time, part.max_time)]
                same = [
                    time
                    for time in times
                    if period_start(table, time) == period_start(table, group[0].max_time)
                ]
                low, high = (min(same or times), max(same or times))
                if period_of(table, low, high) is None:
                    high = low
                parts.append(a_part(table, level=level_, at=low, until=high, rows=int(sum(share))))
    return parts, rolled_up, merges


def test_fewer_than_ten_parts_wait() -> None:
    assert list(plan([a_part() for _ in range(FAN_IN - 1)], now=NOON)) == []


def test_ten_parts_become_one() -> None:
    [due] = plan([a_part() for _ in range(FAN_IN)], now=NOON)
    assert (due.table, len(due.inputs), due.missing) == ("requests", FAN_IN, rollups_of("requests"))


def test_tables_are_merged_apart() -> None:
    parts = [a_part(table) for table in ("requests", "logs") for _ in range(FAN_IN)]
    assert sorted(due.table for due in plan(parts, now=NOON)) == ["logs", "requests"]
    assert all({part.table for part in due.inputs} == {due.table} for due in plan(parts, now=NOON))


def test_parts_that_were_rolled_up_are_not_merged_with_such_that_were_not() -> None:
    parts = [a_part(level=level) for level in (0, 1) for _ in range(FAN_IN - 1)]
    assert list(plan(parts, now=NOON)) == []
    for due in plan(parts, now=NOON + 3 * DAY):
        assert len({part.level == 0 for part in due.inputs}) == 1


def test_periods_are_merged_apart_once_rows_are_sorted_into_them() -> None:
    parts = [a_part(level=1, at=NOON + day * DAY) for day in range(FAN_IN)]
    assert list(plan(parts, now=NOON + FAN_IN * DAY)) == []


def test_a_merge_is_no_larger_than_memory_allows() -> None:
    parts = [a_part(rows=MAX_ROWS // 20) for _ in range(100)]
    assert all(sum(part.rows for part in due.inputs) <= MAX_ROWS for due in plan(parts, now=NOON))
    parts = [a_part(rows=1) for _ in range(1000)]
    assert all(len(due.inputs) <= MAX_INPUTS for due in plan(parts, now=NOON))


def test_a_day_that_is_over_becomes_one_part() -> None:
    parts = [a_part(at=NOON + minute * dt.timedelta(minutes=1)) for minute in range(5)]
    parts += [a_part(level=1, rows=500), a_part(level=2, rows=5000)]
    left, _, _ = merged(parts, now=NOON + DAY)
    assert [part.rows for part in left if part.table == "requests"] == [5550]


def test_a_day_that_is_just_over_waits_for_late_records() -> None:
    last = NOON.replace(hour=23, minute=59)
    parts = [a_part(at=last), a_part(at=last)]
    assert list(plan(parts, now=last + dt.timedelta(minutes=10))) == []
    assert list(plan(parts, now=last + SETTLED_AFTER + dt.timedelta(minutes=2))) != []


def test_a_single_part_of_a_day_that_is_over_is_rolled_up_and_then_left_alone() -> None:
    part = a_part()
    left, rolled_up, merges = merged([part], now=NOON + DAY)
    assert rolled_up == {part.path: 1}
    assert [part.level for part in left if part.table == "requests"] == [1]
    assert merges < 10


def test_a_part_across_midnight_settles_too() -> None:
    part = a_part(at=NOON, until=NOON + DAY)
    _, rolled_up, _ = merged([part], now=NOON + 3 * DAY)
    assert rolled_up == {part.path: 1}


def test_a_part_that_was_merged_before_there_was_a_rollup_is_written_once_more() -> None:
    old = [
        replace(a_part("spans", level=2, rows=MAX_ROWS, at=NOON + day * DAY), edition=1) for day in range(3)
    ]
    planned = list(plan(old, now=NOON + 3 * DAY))
    assert [due.inputs for due in planned] == [[part] for part in reversed(old)]
    assert {rollup.source for due in planned for rollup in due.missing} == {"spans"}
    left, _, _ = merged(old, now=NOON + 3 * DAY)
    assert not any(part.level and part.missing for part in left)


def test_daily_rollups_are_not_rewritten_all_month() -> None:
    month = [a_part("requests_daily", level=1, at=NOON.replace(day=day, hour=0)) for day in (10, 11, 12)]
    assert list(plan(month, now=NOON)) == []
    assert list(plan(month, now=NOON.replace(month=2))) != []


moments = st.integers(min_value=0, max_value=4 * 24 * 60).map(
    lambda minutes: NOON + dt.timedelta(minutes=minutes)
)
some_parts = st.lists(
    st.builds(
        lambda table, level, at, minutes, rows: a_part(
            table,
            level=level,
            at=at,
            until=(at + dt.timedelta(minutes=minutes)) if level == 0 else at,
            rows=rows,
        ),
        st.sampled_from(["requests", "logs"]),
        st.integers(min_value=0, max_value=2),
        moments,
        st.integers(min_value=0, max_value=600),
        st.integers(min_value=2, max_value=MAX_ROWS),
    ),
    max_size=40,
)


@given(parts=some_parts, now=moments)
def test_what_is_planned_is_sound(parts: list[Part], now: dt.datetime) -> None:
    used: set[str] = set()
    for due in plan(parts, now=now):
        paths = {part.path for part in due.inputs}
        assert paths
        assert not paths & used, "no part is in two merges"
        used |= paths
        assert {part.table for part in due.inputs} == {due.table}
        assert len({part.level == 0 for part in due.inputs}) == 1
        if due.inputs[0].level:
            assert len({part.period for part in due.inputs}) == 1
            assert len(paths) > 1, "a merge of one part changes nothing"


@given(parts=some_parts, now=moments)
def test_merging_ends_and_rolls_up_each_part_at_most_once(parts: list[Part], now: dt.datetime) -> None:
    left, rolled_up, _ = merged(parts, now=now)
    assert all(number == 1 for number in rolled_up.values())
    assert list(plan(left, now=now)) == []
    fresh = {part.path for part in parts if part.level == 0}
    assert set(rolled_up) <= fresh


@given(parts=some_parts)
def test_in_the_end_everything_is_rolled_up_and_each_day_is_few_parts(parts: list[Part]) -> None:
    left, rolled_up, _ = merged(parts, now=NOON + 60 * DAY)
    small = {part.path for part in parts if part.level == 0 and part.rows < MAX_ROWS // 2}
    assert small <= set(rolled_up)
    by_day = Counter((part.table, part.period) for part in left if part.level and part.rows < MAX_ROWS // 2)
    assert all(number <= 1 for number in by_day.values())
