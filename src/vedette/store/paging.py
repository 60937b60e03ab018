"""Paging by key: a page begins where the last one ended, however many rows have come since.

Rows may be equal in every column, so a cursor is the sort value of the last row shown and how many rows of that value
were shown: no row is skipped or repeated.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_LAST = dt.datetime(9999, 12, 1, tzinfo=dt.UTC)
MOST_SKIPPED = 10_000_000
"""Past this many rows of one value a place is made up: the engine would have to hold them all."""
Row = TypeVar("Row")


class CursorError(ValueError):
    """A cursor's text is not one that was given out."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: at `value`, past the first `skip` rows that have it."""

    value: dt.datetime | float
    skip: int = 0

    def __str__(self) -> str:
        text = f"t{micros_of(self.value)}" if isinstance(self.value, dt.datetime) else f"n{self.value!r}"
        return f"{text}~{self.skip}"

    @staticmethod
    def parse(text: str) -> Cursor:
        """Return the cursor that *text* stands for.

        Raises:
            CursorError: If it is none.
        """
        value, separator, skip = text.partition("~")
        try:
            if not separator or not 0 <= int(skip) <= MOST_SKIPPED:
                raise ValueError
            if value[:1] == "t" and (at := time_of(int(value[1:]))) < _LAST:
                return Cursor(at, int(skip))
            if value[:1] == "n" and not math.isnan(number := float(value[1:])):
                return Cursor(number, int(skip))
        except (ValueError, OverflowError):
            pass
        raise CursorError(f"{text[:60]!r} is not the place of a page")


def next_cursor(
    rows: Sequence[Row], *, value: Callable[[Row], dt.datetime | float], after: Cursor | None = None
) -> Cursor | None:
    """Return where the page after *rows*, which began at *after*, begins; None where there are no rows."""
    if not rows:
        return None
    last = value(rows[-1])
    same = sum(1 for row in rows if value(row) == last)
    if after is not None and after.value == last:
        same += after.skip
    return Cursor(last, same)


def micros_of(time: dt.datetime) -> int:
    """Return the microseconds from 1970-01-01 UTC to *time*."""
    return (time - _EPOCH) // _MICROSECOND


def time_of(micros: int) -> dt.datetime:
    """Return the time *micros* microseconds after 1970-01-01 UTC.

    Raises:
        OverflowError: If no calendar holds it.
    """
    return _EPOCH + dt.timedelta(microseconds=micros)
