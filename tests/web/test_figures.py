"""Figures in words."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.web import figures
from vedette.web.figures import Unit


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (412, "count", "412"),
        (9_999, "count", "9,999"),
        (12_345, "count", "12.3 k"),
        (1_200_000, "count", "1.2 M"),
        (2.5, "count", "2.5"),
        (0.4, "ms", "0.4 ms"),
        (4.25, "ms", "4.2 ms"),
        (380.4, "ms", "380 ms"),
        (999.7, "ms", "1 s"),
        (1_240, "ms", "1.24 s"),
        (150_000, "ms", "2.5 min"),
        (0.3, "percent", "0.3 %"),
        (0.001, "percent", "< 0.01 %"),
        (0, "percent", "0 %"),
        (99.5, "percent", "99.5 %"),
        (99.96, "percent", "99.96 %"),
        (99.998, "percent", "> 99.99 %"),
        (100, "percent", "100 %"),
        (412.3, "rate", "412 /min"),
        (0.2, "rate", "0.2 /min"),
        (0.003, "rate", "< 0.01 /min"),
        (12_345, "rate", "12.3 k/min"),
        (4_200_000, "bytes", "4.2 MB"),
        (12, "bytes", "12 B"),
    ],
)
def test_a_figure_is_short(value: float, unit: Unit, text: str) -> None:
    assert str(figures.written(value, unit=unit)) == text


def test_the_exact_value_is_kept() -> None:
    assert figures.count(12_345).exact == "12,345"
    assert figures.duration(1_240.5678).exact == "1,240.568 ms"


@given(st.floats(0, 1e12), st.sampled_from(["count", "ms", "percent", "rate", "bytes"]))
def test_no_figure_is_long(value: float, unit: Unit) -> None:
    assert len(str(figures.written(value, unit=unit))) <= 20


def _change(
    value: float | None, before: float | None, unit: Unit = "ms", higher_is: str = "worse"
) -> tuple[str, str]:
    change = figures.change(value, before, unit=unit, higher_is=higher_is)
    assert change is not None
    return change.text, change.judgement


def test_a_rise_of_what_should_be_low_is_worse() -> None:
    assert _change(150, 100) == ("▲ 50 %", "worse")
    assert _change(80, 100) == ("▼ 20 %", "better")


def test_a_small_change_is_not_judged() -> None:
    assert _change(104, 100) == ("▲ 4 %", "")
    assert _change(100.2, 100) == ("as before", "")


def test_a_multiple_is_said_as_one() -> None:
    assert _change(470, 100) == ("▲ × 4.7", "worse")


def test_shares_are_compared_in_points() -> None:
    assert _change(1.4, 0.1, "percent") == ("▲ 1.3 pts", "worse")
    assert _change(0.05, 0.04, "percent") == ("▲ 0.01 pts", "")


def test_of_a_share_near_the_whole_what_is_missing_is_judged() -> None:
    assert _change(98.0, 99.6, "percent", "better") == ("▼ 1.6 pts", "worse")
    assert _change(40.0, 38.0, "percent", "better") == ("▲ 2 pts", "")


def test_traffic_is_neither_better_nor_worse() -> None:
    assert _change(200, 100, "rate", "") == ("▲ 100 %", "")


def test_what_was_not_there_before_is_new() -> None:
    assert _change(5, 0, "count", "") == ("new", "")
    assert _change(0, 0, "count", "") == ("as before", "")


def test_what_is_not_known_is_not_compared() -> None:
    assert figures.change(None, 1, unit="ms") is None
    assert figures.change(1, None, unit="ms") is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (42, "42 s ago"),
        (240, "4 min ago"),
        (7300, "2 h ago"),
        (200_000, "2 d ago"),
        (-60, "just now"),
    ],
)
def test_how_long_ago(seconds: int, text: str) -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert figures.ago(now - dt.timedelta(seconds=seconds), now=now) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(42, "42 s"), (90, "90 s"), (180, "3 min"), (86_400, "24 h"), (7 * 86_400, "7 d")]
)
def test_a_length_of_time(seconds: int, text: str) -> None:
    assert figures.span(seconds) == text
