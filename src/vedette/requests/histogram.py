"""Requests over time: by status class, and as a heat map of durations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from vedette.requests import sources
from vedette.requests.filters import NO_FILTERS, Filters
from vedette.requests.sources import CURRENT
from vedette.store import heat, steps
from vedette.store.bindings import Bindings
from vedette.store.heat import Cell
from vedette.store.query import Query, Store, TimeRange


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
        f"{heat.ROW} AS height, sum(requests) AS n "
        f"FROM {source.relation} GROUP BY step_start, status_class, height"
    )
    query = source.query(sql, bindings)
    (result,) = store.run(query)
    by_class: dict[dt.datetime, dict[int, int]] = {at: {} for at in steps.starts(range, step_s)}
    for at, status_class, _, requests in result.rows:
        counts = by_class.setdefault(at, {})
        counts[status_class] = counts.get(status_class, 0) + int(requests)
    bars = tuple(Bar(at, by_class[at]) for at in sorted(by_class))
    cells = heat.cells((at, height, requests) for at, _, height, requests in result.rows)
    return Histogram(range, step_s, bars, cells, (query,))
