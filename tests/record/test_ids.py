"""Ids: their form, their time, their randomness after a fork."""

from __future__ import annotations

import ctypes
import datetime as dt
import os
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.record.ids import new_span_id, new_trace_id, time_of

moments = st.datetimes(
    min_value=dt.datetime(2020, 1, 2), max_value=dt.datetime(2099, 12, 30), timezones=st.just(dt.UTC)
)


@given(moments)
def test_a_trace_id_tells_when_it_was_made(moment: dt.datetime) -> None:
    unix_ms = int(moment.timestamp() * 1000)
    made = time_of(new_trace_id(unix_ms))
    assert made is not None
    assert abs(made - moment) <= dt.timedelta(milliseconds=1)


@given(moments, moments)
def test_trace_ids_sort_by_time(one: dt.datetime, other: dt.datetime) -> None:
    first, second = (int(moment.timestamp() * 1000) for moment in sorted((one, other)))
    if first < second:
        assert new_trace_id(first) < new_trace_id(second)


def test_ids_are_lower_case_hex_of_the_length_that_w3c_asks_for() -> None:
    assert re.fullmatch("[0-9a-f]{32}", new_trace_id(0))
    assert re.fullmatch("[0-9a-f]{16}", new_span_id())


def test_ids_do_not_repeat() -> None:
    assert len({new_trace_id(0) for _ in range(10_000)}) == 10_000
    assert len({new_span_id() for _ in range(10_000)}) == 10_000


@given(st.text())
def test_what_is_no_id_of_ours_has_no_time_or_a_plausible_one(text: str) -> None:
    made = time_of(text)
    assert made is None or 2020 <= made.year <= 2100


def test_a_random_id_of_somebody_else_s_has_no_time() -> None:
    assert time_of("ffffffffffffffffffffffffffffffff") is None
    assert time_of("00000000000000000000000000000000") is None


@pytest.mark.parametrize("fork", [os.fork, ctypes.PyDLL(None).fork], ids=["python's", "uwsgi's"])
def test_a_forked_process_does_not_repeat_its_parent_s_ids(fork: Callable[[], int]) -> None:
    readable, writable = os.pipe()
    child = fork()
    if child == 0:
        os.write(writable, new_trace_id(0).encode())
        os._exit(0)
    os.waitpid(child, 0)
    ours = new_trace_id(0)
    theirs = os.read(readable, 100).decode()
    os.close(readable)
    os.close(writable)
    assert theirs != ours
