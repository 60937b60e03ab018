"""Cursors."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.store.paging import Cursor, CursorError, next_cursor

TIMES = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))
VALUES = st.one_of(TIMES, st.floats(allow_nan=False))


@given(VALUES, st.integers(0, 10**6))
def test_a_cursors_text_stands_for_it(value: dt.datetime | float, skip: int) -> None:
    assert Cursor.parse(str(Cursor(value, skip))) == Cursor(value, skip)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "t1",
        "t1~",
        "t1~-1",
        "x1~1",
        "tx~1",
        "n~1",
        "t1~x",
        f"t{'9' * 30}~1",
        "t1.5~0",
        "nnan~0",
        "t253402300799999999~0",
        "t1~99999999999999999999",
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorError):
        Cursor.parse(text)


def test_the_next_page_skips_the_rows_of_its_first_value_that_were_shown() -> None:
    first = next_cursor([9.0, 5.0, 5.0], value=float)
    assert first == Cursor(5.0, 2)
    second = next_cursor([5.0, 5.0], value=float, after=first)
    assert second == Cursor(5.0, 4)
    assert next_cursor([5.0, 3.0], value=float, after=second) == Cursor(3.0, 1)


def test_no_page_follows_an_empty_one() -> None:
    assert next_cursor([], value=float) is None
