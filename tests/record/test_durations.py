"""Durations and moments as people type them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.record.durations import (
    DurationError,
    MomentError,
    format_duration,
    parse_duration,
    parse_moment,
)

NOW = dt.datetime(2026, 3, 18, 14, 0, tzinfo=dt.UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("250ms", 0.25),
        ("50us", 0.00005),
        ("50 µs", 0.00005),
        ("1s", 1),
        ("90m", 5400),
        ("1h", 3600),
        ("2d", 172800),
        ("1w", 604800),
        ("1h 30m", 5400),
        ("1h30m", 5400),
        ("1.5 hours", 5400),
        ("2 Days", 172800),
        ("10 min", 600),
        ("3 secs", 3),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", " ", "5", "h", "1x", "-1h", "1h-", "1e3s", "1,5h", "99999999999999d", "h1", "mss"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(DurationError):
        parse_duration(text)


@given(st.integers(0, 10**15))
def test_a_formatted_duration_is_read_as_about_the_same(ms: int) -> None:
    duration = dt.timedelta(milliseconds=ms)

    assert abs(parse_duration(format_duration(duration)) - duration) <= duration / 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("90m", NOW - dt.timedelta(minutes=90)),
        ("-90m", NOW - dt.timedelta(minutes=90)),
        ("2 days ago", NOW - dt.timedelta(days=2)),
        ("13:00", NOW.replace(hour=13)),
        ("15:30:05", dt.datetime(2026, 3, 17, 15, 30, 5, tzinfo=dt.UTC)),
        ("today", NOW.replace(hour=0)),
        ("Yesterday  14:00", dt.datetime(2026, 3, 17, 14, tzinfo=dt.UTC)),
        ("yesterday at 9:05", dt.datetime(2026, 3, 17, 9, 5, tzinfo=dt.UTC)),
        ("monday", dt.datetime(2026, 3, 16, tzinfo=dt.UTC)),
        ("thursday 8:00", dt.datetime(2026, 3, 12, 8, tzinfo=dt.UTC)),
        ("2026-01-31", dt.datetime(2026, 1, 31, tzinfo=dt.UTC)),
        ("2026-01-31 14:00", dt.datetime(2026, 1, 31, 14, tzinfo=dt.UTC)),
        ("2026-01-31T14:00:00.5+02:00", dt.datetime(2026, 1, 31, 12, 0, 0, 500000, tzinfo=dt.UTC)),
        ("2026-01-31T14:00Z", dt.datetime(2026, 1, 31, 14, tzinfo=dt.UTC)),
    ],
)
def test_a_moment_is_read(text: str, expected: dt.datetime) -> None:
    assert parse_moment(text, now=NOW) == expected


def test_a_moment_without_an_offset_is_in_the_readers_zone() -> None:
    zone = ZoneInfo("Asia/Kolkata")

    assert parse_moment("today", now=NOW, zone=zone) == dt.datetime(2026, 3, 17, 18, 30, tzinfo=dt.UTC)
    assert parse_moment("2026-01-31 05:30", now=NOW, zone=zone) == dt.datetime(2026, 1, 31, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "25:00",
        "12:60",
        "2026-13-01",
        "yesterday noon",
        "9999999d",
        "yesterday 99:00",
        "1h ago ago",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(MomentError):
        parse_moment(text, now=NOW)
