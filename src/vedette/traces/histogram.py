"""Spans over time: by their status, and as a heat map of durations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.store import heat, histogram, steps
from vedette.store.bindings import Bindings
from vedette.store.heat import Cell
from vedette.store.histogram import Histogram
from vedette.store.query import Query, Store, TimeRange
from vedette.traces import sources
from vedette.traces.filters import NO_FILTERS, Filters

FAILED = "error"
"""The status of a span that failed."""
HOURLY_DURATIONS_UP_TO = dt.timedelta(days=10)
"""Past it a column of the heat map is a day: counts by bucket are tens of times as many rows as counts are."""


@dataclass(frozen=True, slots=True)
class Durations:
    """The heat map of the spans of `range`; steps without spans have no cell."""

    range: TimeRange
    step_s: int
    cells: tuple[Cell, ...]
    queries: tuple[Query, ...]


def get_histogram(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, points: int = 60
) -> Histogram[str]:
    """Return the spans of *range* by status, over at most about *points* steps.

    Raises:
        QueryError: If the store cannot answer.
    """
    grain = sources.choose_grain(range, filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO)
    step_s = steps.choose_step_s(range, points=points, at_least_s=sources.shortest_step_s(grain))
    bindings = Bindings(store.dialect)
    source = sources.spans(bindings, [range], grain=grain, filters=filters, columns=("time", "status"))
    return histogram.count_by_step(
        store, source, bindings, range=range, step_s=step_s, value="status", rows="sum(spans)"
    )


def get_durations(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, points: int = 60
) -> Durations:
    """Return the durations of the spans of *range*, over at most about *points* steps.

    Raises:
        QueryError: If the store cannot answer.
    """
    grain = sources.choose_grain(range, filters, hourly_up_to=HOURLY_DURATIONS_UP_TO)
    step_s = steps.choose_step_s(range, points=points, at_least_s=sources.shortest_step_s(grain))
    bindings = Bindings(store.dialect)
    source = sources.spans(bindings, [range], grain=grain, filters=filters, columns=("time", "bucket"))
    sql = (
        f"SELECT {store.dialect.step('time', step_s)} AS step_start, {heat.ROW} AS height, sum(spans) AS n "
        f"FROM {source.relation} GROUP BY step_start, height"
    )
    query = source.query(sql, bindings)
    (result,) = store.run(query)
    return Durations(range, step_s, heat.cells(result.rows), (query,))
