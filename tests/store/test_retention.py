"""Retention: by age, by size, by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ground import DAYS, NOON, Ground, a_log, a_request
from vedette.store.catalogue import Part
from vedette.store.retention import excess, expired

DAY = dt.timedelta(days=1)


def a_part(table: str, *, age_days: float, size: int = 100, number: int = 0) -> Part:
    at = NOON - age_days * DAY
    return Part(table, f"{table}/{age_days}-{number}", 1, at - dt.timedelta(hours=1), at, 10, size)


@pytest.mark.parametrize(("table", "days"), [("requests", 30), ("logs", 14), ("requests_hourly", 400)])
def test_each_table_has_its_own_age(table: str, days: int) -> None:
    young, old = a_part(table, age_days=days - 0.1), a_part(table, age_days=days + 0.1)
    assert expired([young, old], days=DAYS, now=NOON) == [old]


def test_the_oldest_go_when_there_is_too_much() -> None:
    parts = [a_part("requests", age_days=age) for age in (3, 1, 2)]
    assert [part.path for part in excess(parts, max_bytes=150)] == ["requests/3-0", "requests/2-0"]


def test_rollups_stay_longest() -> None:
    parts = [a_part("requests_daily", age_days=9), a_part("requests", age_days=1)]
    assert excess(parts, max_bytes=100) == [parts[1]]


@given(
    sizes=st.lists(st.integers(min_value=1, max_value=1000), max_size=30),
    max_bytes=st.integers(min_value=0, max_value=10_000),
)
def test_what_is_left_fits_and_no_more_goes_than_must(sizes: list[int], max_bytes: int) -> None:
    parts = [a_part("logs", age_days=number, size=size, number=number) for number, size in enumerate(sizes)]
    gone = excess(parts, max_bytes=max_bytes)
    left = sum(sizes) - sum(part.bytes for part in gone)
    assert left <= max_bytes
    if gone:
        assert left + gone[-1].bytes > max_bytes


def test_what_is_too_old_is_not_served_any_more_and_its_files_go_later(ground: Ground) -> None:
    ground.record([a_log(1, time=NOON - 20 * DAY)])
    ground.drain_all()
    ground.record([a_log(2)])
    ground.drain_all()
    [removed] = ground.maintenance.apply_retention()
    assert ground.ask("SELECT message FROM logs") == [("message 2",)]
    assert (ground.parts_dir / removed.path).exists()
    ground.clock.advance(600)
    ground.maintenance.clean_up()
    assert not (ground.parts_dir / removed.path).exists()
    assert ground.losses == [], "what is past its age is not lost"


def test_what_does_not_fit_is_counted_as_lost(ground: Ground) -> None:
    for number in range(4):
        ground.record([a_request(number, time=NOON + number * DAY)])
        ground.drain_all()
    size = sum(part.bytes for part in ground.catalogue.snapshot().parts)
    ground.maintenance.max_bytes = size - 1
    ground.maintenance.apply_retention()
    assert ground.request_ids() == ["r1", "r2", "r3"]
    assert ground.losses == [("requests", "store_full", 1)]


def test_a_trial_run_removes_nothing(ground: Ground) -> None:
    ground.record([a_request()])
    ground.drain_all()
    assert len(ground.maintenance.apply_retention(before=NOON + DAY, is_dry_run=True)) == 1
    assert ground.request_ids() == ["r0"]


def test_a_person_may_remove_what_is_older_than_a_day(ground: Ground) -> None:
    for number in range(3):
        ground.record([a_request(number, time=NOON + number * DAY)])
        ground.drain_all()
    assert len(ground.maintenance.apply_retention(before=NOON + DAY)) == 1
    assert ground.request_ids() == ["r1", "r2"]
