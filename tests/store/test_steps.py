"""Steps of a time range."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from vedette.store import steps
from vedette.store.query import TimeRange

TIMES = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))
LENGTHS = st.sampled_from(steps.LENGTHS_S)


@given(TIMES, LENGTHS)
def test_a_time_lies_between_its_floor_and_its_ceiling(time: dt.datetime, length_s: int) -> None:
    low, high = steps.floor(time, length_s), steps.ceil(time, length_s)

    assert low <= time <= high
    assert high - low in {dt.timedelta(0), dt.timedelta(seconds=length_s)}
    assert low.timestamp() % length_s == 0


@given(TIMES, st.timedeltas(dt.timedelta(seconds=1), dt.timedelta(days=400)), st.integers(10, 200))
def test_steps_cover_a_range_and_are_about_as_many_as_asked_for(
    start: dt.datetime, length: dt.timedelta, points: int
) -> None:
    range = TimeRange(start, start + length)

    step_s = steps.choose_step_s(range, points=points)
    starts = steps.starts(range, step_s)

    assert len(starts) <= max(points, 400 / 28) + 1
    assert starts[0] <= range.start < starts[0] + dt.timedelta(seconds=step_s)
    assert starts[-1] < range.end <= starts[-1] + dt.timedelta(seconds=step_s)


def test_a_step_is_no_shorter_than_what_is_read() -> None:
    range = TimeRange(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 2, tzinfo=dt.UTC))

    assert steps.choose_step_s(range, points=1000, at_least_s=3600) == 3600
