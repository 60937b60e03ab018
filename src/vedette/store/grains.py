"""At which grain a range is read: the rows themselves, or their sums over whole hours and days (`vedette.store.rollups`).

A long range is answered from whole hours or days where it can be, and from finer rows at its two ends, so that the answer
is for exactly the range asked for, and equals what the rows themselves would give.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, TimeRange
from vedette.store.rollups import DAY_S, HOUR_S

Grain = Literal["raw", "hourly", "daily"]
RAW_UP_TO = dt.timedelta(hours=12)
HOURLY_UP_TO = dt.timedelta(days=2)
"""Past it, whole days are read where figures need no finer time; the ends are hours either way."""
HOURLY_SERIES_UP_TO = dt.timedelta(days=62)
_FINER: Mapping[Grain, Grain] = {"hourly": "raw", "daily": "hourly"}
_STEP_S: Mapping[Grain, int] = {"raw": 1, "hourly": HOUR_S, "daily": DAY_S}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a range that is read at one grain; at the grain of hours and days it is whole ones."""

    grain: Grain
    range: TimeRange


@dataclass(frozen=True, slots=True)
class Source:
    """A relation that stands after FROM, with the tables and the range that it reads."""

    relation: str
    tables: tuple[str, ...]
    range: TimeRange

    def query(self, sql: str, bindings: Bindings) -> Query:
        """Return the query *sql*, which reads this relation."""
        return Query(sql, self.tables, bindings.values, self.range)


def choose(range: TimeRange, *, needs_raw_rows: bool, hourly_up_to: dt.timedelta = HOURLY_UP_TO) -> Grain:
    """Return the coarsest grain that can answer for *range* and is needed for it."""
    length = range.end - range.start
    if needs_raw_rows or length <= RAW_UP_TO:
        return "raw"
    return "hourly" if length <= hourly_up_to else "daily"


def shortest_step_s(grain: Grain) -> int:
    """Return the shortest step of a series that is read at *grain*."""
    return _STEP_S[grain]


def pieces(range: TimeRange, grain: Grain) -> list[Piece]:
    """Cut *range* into whole hours or days and the finer ends that remain."""
    if grain == "raw":
        return [Piece(grain, range)]
    start, end = steps.ceil(range.start, _STEP_S[grain]), steps.floor(range.end, _STEP_S[grain])
    if start >= end:
        return pieces(range, _FINER[grain])
    found = [Piece(grain, TimeRange(start, end))]
    if range.start < start:
        found = pieces(TimeRange(range.start, start), _FINER[grain]) + found
    if end < range.end:
        found += pieces(TimeRange(end, range.end), _FINER[grain])
    return found


def by_grain(ranges: Sequence[TimeRange], grain: Grain) -> dict[Grain, list[TimeRange]]:
    """Return the pieces of all *ranges* by their grain."""
    found: dict[Grain, list[TimeRange]] = {}
    for range in ranges:
        for piece in pieces(range, grain):
            found.setdefault(piece.grain, []).append(piece.range)
    return found


def within(ranges: Sequence[TimeRange], bindings: Bindings) -> str:
    """Return the condition that a row's time lies in one of *ranges*."""
    if len(ranges) == 1:
        return bindings.within(ranges[0])
    # Each table stands in the query once, however many pieces are read of it: planning would cost more than reading.
    hull = ranges[0]
    for range in ranges:
        hull = hull.covering(range)
    either = " OR ".join(f"({bindings.within(range)})" for range in ranges)
    return f"{bindings.within(hull)} AND ({either})"
