"""Times come in several forms, from clocks that may be wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire.otlp.times import time_of as otlp_time_of
from vedette.wire.times import Clock, of_unix_nano, time_of

NOW = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-23T07:04:03.394177Z", (2026, 11, 23, 7, 4, 3, 394177)),
        ("2026-11-23T07:04:03.394177", (2026, 11, 23, 7, 4, 3, 394177)),
        ("2025-06-03T02:00:23.7069486+02:00", (2025, 6, 3, 0, 0, 23, 706948)),
        ("2024-12-12T17:19:37.131907238+01:00", (2024, 12, 12, 16, 19, 37, 131907)),
        ("2026-11-23", (2026, 11, 23)),
        (1795419180.23, (2026, 11, 23, 7, 33, 0, 230000)),
        (1795419180, (2026, 11, 23, 7, 33)),
        ("1795419180.23", (2026, 11, 23, 7, 33, 0, 230000)),
    ],
)
def test_a_time_is_read(value: object, expected: tuple[int, ...]) -> None:
    assert time_of(value) == dt.datetime(*expected, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    "value", [None, True, "", "soon", "2026-99-99", -1, 1e20, float("inf"), float("nan"), [], {}, "9" * 400]
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert time_of(value) is None


@given(st.text() | st.floats() | st.integers())
def test_anything_is_a_time_or_none(value: object) -> None:
    moment = time_of(value)

    assert moment is None or moment.tzinfo is not None


def test_a_clock_that_is_off_is_put_right() -> None:
    clock = Clock.of(received_at=NOW, sent_at=NOW - dt.timedelta(hours=3))

    assert clock.right((NOW - dt.timedelta(hours=3, seconds=5)).isoformat()) == NOW - dt.timedelta(seconds=5)


def test_the_time_of_the_network_is_not_taken_for_drift() -> None:
    clock = Clock.of(received_at=NOW, sent_at=NOW - dt.timedelta(seconds=30))

    assert clock.right((NOW - dt.timedelta(seconds=40)).isoformat()) == NOW - dt.timedelta(seconds=40)


@pytest.mark.parametrize("off", [dt.timedelta(minutes=2), dt.timedelta(days=-31), dt.timedelta(days=-3000)])
def test_a_time_that_cannot_be_is_that_of_receipt(off: dt.timedelta) -> None:
    assert Clock.of(received_at=NOW, sent_at=NOW).right((NOW + off).isoformat()) == NOW


def test_no_time_is_that_of_receipt() -> None:
    assert Clock.of(received_at=NOW, sent_at=None).right(None) == NOW


def test_a_drift_past_the_calendar_is_passed_over() -> None:
    clock = Clock.of(received_at=NOW, sent_at=dt.datetime(9990, 1, 1, tzinfo=dt.UTC))

    assert clock.right("0001-01-02T00:00:00Z") == NOW


def test_nanoseconds_are_read_but_zero_is_unknown() -> None:
    assert of_unix_nano(1_795_419_180_000_000_999) == dt.datetime(2026, 11, 23, 7, 33, tzinfo=dt.UTC)
    assert of_unix_nano(0) is None
    assert of_unix_nano(1 << 70) is None


def test_otlp_may_tell_of_long_ago_but_not_of_tomorrow() -> None:
    assert otlp_time_of("1544712660300000000", received_at=NOW).year == 2018
    assert otlp_time_of("1895419180000000000", received_at=NOW) == NOW
    assert otlp_time_of("x", received_at=NOW) == NOW
