"""Heat maps: counts by step and by duration, in rows of so many log buckets (`vedette.record.buckets`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from vedette.record import buckets

BUCKETS_PER_ROW = 17
"""Log buckets in a row of the heat map: each row's durations are 1.4 times those of the one below."""
ROW_RATIO = buckets.GAMMA**BUCKETS_PER_ROW
ROW = f"CAST(floor(bucket / {BUCKETS_PER_ROW}.0) AS INTEGER)"
"""The expression of the row in which the column `bucket` lies."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What of one step took longer than `low_ms` and at most `high_ms`, and how many that are."""

    time: dt.datetime
    low_ms: float
    high_ms: float
    count: int


def cells(counts: Iterable[tuple[dt.datetime, int, int]]) -> tuple[Cell, ...]:
    """Return a cell for each step and row of *counts* (step, row, count), the first step and its lowest row first."""
    by_place: dict[tuple[dt.datetime, int], int] = {}
    for at, row, count in counts:
        by_place[at, row] = by_place.get((at, row), 0) + int(count)
    return tuple(_cell(at, row, count) for (at, row), count in sorted(by_place.items()))


def _cell(at: dt.datetime, row: int, count: int) -> Cell:
    lowest = row * BUCKETS_PER_ROW
    low_ms = 0.0 if lowest <= buckets.LOWEST else buckets.GAMMA ** (lowest - 1)
    return Cell(at, low_ms, buckets.GAMMA ** (lowest + BUCKETS_PER_ROW - 1), count)
