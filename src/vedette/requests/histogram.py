"""Requests over time: by status class, and as a heat map of durations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from vedette.record import buckets
from vedette.requests import sources
from vedette.requests.filters import NO_FILTERS, Filters
from vedette.requests.sources import CURRENT
from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

BUCKETS_PER_ROW = 17
"""Log buckets in a row of the heat map: each row's durations are 1.4 times those of the one below."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The requests of one step; `by_status_class` counts by the status' first digit."""

    time: dt.datetime
    by_status_class: Mapping[int, int]

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(self.by_status_class.values())


@dataclass(frozen=True, slots=True)
class Cell:
    """The requests of one step that took longer than `low_ms` and at most `high_ms`."""

    time: dt.datetime
    low_ms: float
    high_ms: float
    requests: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars and cells over the same steps; steps without requests have a bar of none, and no cell."""

    range: TimeRange
    step_s: int
    bars: tuple[Bar, ...]
    cells: tuple[Cell, ...]
    queries: tuple[Query, ...]


def get_histogram(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, points: int = 60
) -> Histogram:
    """Return the requests of *range* over at most about *points* steps.

    Raises:
        QueryError: If the store cannot answer.
    """
    grain = sources.choose_grain(range, filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO)
    step_s = steps.choose_step_s(range, points=points, at_least_s=sources.shortest_step_s(grain))
    bindings = Bindings(store.dialect)
    source = sources.traffic(
        bindings, [(CURRENT, range)], grain=grain, filters=filters, columns=("time", "status_class", "bucket")
    )
    # One pass gives both: a step has few status classes, and few rows of the heat map.
    sql = (
        f"SELECT {store.dialect.step('time', step_s)} AS step_start, status_class, "
        f"CAST(floor(bucket / {BUCKETS_PER_ROW}.0) AS INTEGER) AS height, sum(requests) AS n "
        f"FROM {source.relation} GROUP BY step_start, status_class, height"
    )
    query = source.query(sql, bindings)
    (result,) = store.run(query)
    by_class: dict[dt.datetime, dict[int, int]] = {at: {} for at in steps.starts(range, step_s)}
    by_height: dict[tuple[dt.datetime, int], int] = {}
    for at, status_class, height, requests in result.rows:
        counts = by_class.setdefault(at, {})
        counts[status_class] = counts.get(status_class, 0) + int(requests)
        by_height[at, height] = by_height.get((at, height), 0) + int(requests)
    bars = tuple(Bar(at, by_class[at]) for at in sorted(by_class))
    cells = tuple(_cell(at, height, requests) for (at, height), requests in sorted(by_height.items()))
    return Histogram(range, step_s, bars, cells, (query,))


def _cell(at: dt.datetime, height: int, requests: int) -> Cell:
    lowest = height * BUCKETS_PER_ROW
    low_ms = 0.0 if lowest <= buckets.LOWEST else buckets.GAMMA ** (lowest - 1)
    return Cell(at, low_ms, buckets.GAMMA ** (lowest + BUCKETS_PER_ROW - 1), requests)
