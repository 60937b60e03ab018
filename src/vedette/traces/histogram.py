"""Spans over time, by whether they failed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.traces.filters import NO_FILTERS, Filters, conditions


@dataclass(frozen=True, slots=True)
class Bar:
    """The spans of one step."""

    time: dt.datetime
    spans: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars over every step of the range; steps without spans have a bar of none."""

    range: TimeRange
    step_s: int
    bars: tuple[Bar, ...]
    queries: tuple[Query, ...]

    @property
    def spans(self) -> int:
        """All spans in the range."""
        return sum(bar.spans for bar in self.bars)

    @property
    def failed(self) -> int:
        """Those of them that failed."""
        return sum(bar.failed for bar in self.bars)


def get_histogram(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, points: int = 60
) -> Histogram:
    """Return the spans of *range* over at most about *points* steps.

    Raises:
        QueryError: If the store cannot answer.
    """
    step_s = steps.choose_step_s(range, points=points)
    bindings = Bindings(store.dialect)
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings)])
    failed = store.dialect.count_if("status = 'error'")
    sql = (
        f"SELECT {store.dialect.step('time', step_s)} AS step_start, count(*) AS n, {failed} AS failed "
        f"FROM spans WHERE {where} GROUP BY step_start"
    )
    query = Query(sql, ("spans",), bindings.values, range)
    (result,) = store.run(query)
    bars = {at: Bar(at) for at in steps.starts(range, step_s)}
    bars |= {row[0]: Bar(*row) for row in result.rows}
    return Histogram(range, step_s, tuple(bars[at] for at in sorted(bars)), (query,))
