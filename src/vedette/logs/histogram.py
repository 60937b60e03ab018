"""Log records over time, by level."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from vedette.logs import levels
from vedette.logs.filters import NO_FILTERS, Filters, conditions
from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange


@dataclass(frozen=True, slots=True)
class Bar:
    """The records of one step; `by_level` counts by the level's name."""

    time: dt.datetime
    by_level: Mapping[str, int]

    @property
    def logs(self) -> int:
        """All of them."""
        return sum(self.by_level.values())


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars over every step of the range; steps without records have a bar of none."""

    range: TimeRange
    step_s: int
    bars: tuple[Bar, ...]
    queries: tuple[Query, ...]

    @property
    def logs(self) -> int:
        """All records in the range."""
        return sum(bar.logs for bar in self.bars)


def get_histogram(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, points: int = 60
) -> Histogram:
    """Return the records of *range* over at most about *points* steps.

    Raises:
        QueryError: If the store cannot answer.
    """
    step_s = steps.choose_step_s(range, points=points)
    bindings = Bindings(store.dialect)
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings)])
    sql = (
        f"SELECT {store.dialect.step('time', step_s)} AS step_start, {levels.least_of_level()} AS least, "
        f"count(*) AS n FROM logs WHERE {where} GROUP BY step_start, least"
    )
    query = Query(sql, ("logs",), bindings.values, range)
    (result,) = store.run(query)
    by_step: dict[dt.datetime, dict[str, int]] = {at: {} for at in steps.starts(range, step_s)}
    for at, least, count in result.rows:
        by_step.setdefault(at, {})[levels.level_of(least)] = count
    return Histogram(range, step_s, tuple(Bar(at, by_step[at]) for at in sorted(by_step)), (query,))
