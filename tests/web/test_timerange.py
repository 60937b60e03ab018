"""The time range picker's words."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.web import timerange
from vedette.web.timerange import InvalidRange, Period

NOW = dt.datetime(2026, 3, 18, 14, 30, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def _parse(text: str, zone: dt.tzinfo = dt.UTC) -> Period:
    return timerange.parse({"range": text}, now=NOW, zone=zone)


@pytest.mark.parametrize(
    ("text", "words", "length"),
    [
        ("24h", "24h", dt.timedelta(hours=24)),
        ("last 90m", "90m", dt.timedelta(minutes=90)),
        ("Last  2 Hours", "2h", dt.timedelta(hours=2)),
        ("past 3 days", "3d", dt.timedelta(days=3)),
        ("hour", "1h", dt.timedelta(hours=1)),
        ("45 sec", "45s", dt.timedelta(seconds=45)),
        ("2 weeks", "2w", dt.timedelta(days=14)),
    ],
)
def test_a_length_ends_now(text: str, words: str, length: dt.timedelta) -> None:
    period = _parse(text)
    assert (period.words, period.range.end) == (words, NOW)
    assert period.range.end - period.range.start == length


def test_nothing_said_means_the_last_day() -> None:
    assert timerange.parse({}, now=NOW) == timerange.default(NOW)
    assert timerange.default(NOW).label == "Last 24 hours"


def test_today_begins_at_the_readers_midnight() -> None:
    assert _parse("today", BERLIN).range.start == dt.datetime(2026, 3, 17, 23, tzinfo=dt.UTC)


def test_yesterday_is_a_whole_day_even_where_the_clocks_change() -> None:
    after_the_change = dt.datetime(2026, 3, 30, 10, tzinfo=dt.UTC)
    period = timerange.parse({"range": "yesterday"}, now=after_the_change, zone=BERLIN)
    assert period.range.end - period.range.start == dt.timedelta(hours=23)
    assert not period.is_moving


def test_since_a_time_of_day_is_the_last_time_it_struck() -> None:
    assert _parse("since 10:30").range.start == NOW.replace(hour=10)
    assert _parse("since 23:00").range.start == NOW.replace(day=17, hour=23, minute=0)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("14:00 to 14:20", "2026-03-18T14:00", "2026-03-18T14:20"),
        ("16:00 to 17:30", "2026-03-17T16:00", "2026-03-17T17:30"),
        ("23:00 to 01:00", "2026-03-17T23:00", "2026-03-18T01:00"),
        ("10:00 to now", "2026-03-18T10:00", "2026-03-18T14:30"),
        ("2026-03-01 to 2026-03-02T12:00Z", "2026-03-01T00:00", "2026-03-02T12:00"),
    ],
)
def test_a_range_can_be_said_from_when_to_when(text: str, start: str, end: str) -> None:
    period = _parse(text)
    assert period.range.start == dt.datetime.fromisoformat(start + "+00:00")
    assert period.range.end == dt.datetime.fromisoformat(end + "+00:00")
    # A link to it names its bounds: the words mean another time tomorrow.
    assert set(period.params) == {"from", "to"}


def test_a_time_of_day_is_in_the_readers_zone() -> None:
    assert _parse("14:00 to 15:00", BERLIN).range.start == NOW.replace(hour=13, minute=0)


def test_since_deploy_begins_with_the_last_release() -> None:
    deployed_at = NOW - dt.timedelta(hours=3)
    period = timerange.parse({"range": "since deploy"}, now=NOW, deployed_at=lambda: deployed_at)
    assert (period.range.start, period.words) == (deployed_at, "since deploy")


def test_since_deploy_without_a_deploy_says_so() -> None:
    with pytest.raises(InvalidRange, match="No deploy has been seen"):
        timerange.parse({"range": "since deploy"}, now=NOW, deployed_at=lambda: None)


@pytest.mark.parametrize(
    "text",
    [
        "banana",
        "0h",
        "-3h",
        "999999999d",
        "last",
        "since",
        "since 25:00",
        "since tomorrow",
        "1 2 h",
        "٣h",
        "h" * 500,
        "9999-12-31t23:59 to 00:30",
        "2199-12-31 to 2200-01-01",
    ],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InvalidRange):
        _parse(text)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-18T10:00:00Z", "2026-03-18T11:00:00Z"),
        ("2026-03-18T10:00:00+00:00", "2026-03-18T11:00:00+00:00"),
        ("2026-03-18T10:00:00 00:00", "2026-03-18T11:00:00 00:00"),
        ("1773828000", "1773831600000"),
    ],
)
def test_both_bounds_can_be_named(since: str, until: str) -> None:
    period = timerange.parse({"from": since, "to": until}, now=NOW)
    assert period.range.start == dt.datetime(2026, 3, 18, 10, tzinfo=dt.UTC)
    assert period.range.end == dt.datetime(2026, 3, 18, 11, tzinfo=dt.UTC)
    assert period.words == ""


def test_a_bound_without_a_zone_is_in_the_readers() -> None:
    period = timerange.parse({"from": "2026-03-18"}, now=NOW, zone=BERLIN)
    assert period.range.start == dt.datetime(2026, 3, 17, 23, tzinfo=dt.UTC)
    assert period.range.end == NOW


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-18T11:00Z", "2026-03-18T10:00Z"),
        ("2026-03-18T11:00Z", "2026-03-18T11:00Z"),
        ("", "2026-03-18T10:00Z"),
        ("nonsense", ""),
        ("2020-01-01", "2026-01-01"),
        ("1999-01-01", "1999-01-02"),
        ("99999999999999999999", ""),
        ("9999-12-30", "9999-12-31T23:59:59"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(since: str, until: str) -> None:
    with pytest.raises(InvalidRange):
        timerange.parse({"from": since, "to": until}, now=NOW)


@given(st.text(max_size=60))
def test_no_text_breaks_the_picker(text: str) -> None:
    try:
        period = _parse(text)
    except InvalidRange as problem:
        assert str(problem)
    else:
        assert period.range.start < period.range.end


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_bounds_break_the_picker(since: str, until: str) -> None:
    try:
        period = timerange.parse({"from": since, "to": until}, now=NOW)
    except InvalidRange as problem:
        assert str(problem)
    else:
        assert period.range.seconds <= timerange.LONGEST.total_seconds()


moments = st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC))
lengths = st.timedeltas(dt.timedelta(seconds=1), dt.timedelta(days=399))


@given(moments, lengths)
def test_a_link_says_the_range_that_it_was_made_from(start: dt.datetime, length: dt.timedelta) -> None:
    bounds = {"from": timerange.written(start), "to": timerange.written(start + length)}
    period = timerange.parse(bounds, now=NOW)
    assert (period.range.start, period.range.end) == (start, start + length)
    assert timerange.parse(period.params, now=NOW) == period


@given(st.integers(1, 400), st.sampled_from(["s", "m", "h", "d"]))
def test_words_are_kept_in_the_link(count: int, unit: str) -> None:
    period = _parse(f"{count}{unit}")
    assert timerange.parse(period.params, now=NOW) == period


def test_stepping_and_zooming() -> None:
    period = timerange.parse({"from": "2026-03-18T10:00Z", "to": "2026-03-18T11:00Z"}, now=NOW)
    assert timerange.earlier(period) == {"from": "2026-03-18T09:00:00Z", "to": "2026-03-18T10:00:00Z"}
    assert timerange.later(period, now=NOW) == {"from": "2026-03-18T11:00:00Z", "to": "2026-03-18T12:00:00Z"}
    assert timerange.wider(period, now=NOW) == {"from": "2026-03-18T09:00:00Z", "to": "2026-03-18T12:00:00Z"}


def test_nothing_comes_after_now() -> None:
    assert timerange.later(_parse("1h"), now=NOW) is None
    wider = timerange.wider(_parse("1h"), now=NOW)
    assert wider == {"from": "2026-03-18T11:30:00Z", "to": "2026-03-18T14:30:00Z"}
    assert timerange.wider(_parse("300d"), now=NOW) is None
