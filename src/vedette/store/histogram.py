"""Counts over time, by the values of one expression: the bars over lists of log records and of spans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.grains import Source
from vedette.store.query import Query, Store, TimeRange

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Bar(Generic[ValueT]):
    """The rows of one step, by value."""

    time: dt.datetime
    counts: Mapping[ValueT, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Histogram(Generic[ValueT]):
    """Bars over every step of the range; steps without rows have a bar of none."""

    range: TimeRange
    step_s: int
    bars: tuple[Bar[ValueT], ...]
    queries: tuple[Query, ...]

    @property
    def total(self) -> int:
        """All rows in the range."""
        return sum(bar.total for bar in self.bars)

    def count(self, value: ValueT) -> int:
        """Return how many rows have *value*."""
        return sum(bar.counts.get(value, 0) for bar in self.bars)


def count_by_step(
    store: Store,
    source: Source,
    bindings: Bindings,
    *,
    range: TimeRange,
    step_s: int,
    value: str,
    rows: str = "count(*)",
) -> Histogram[ValueT]:
    """Return the rows of *source* in *range* over steps of *step_s*, by the values of the expression *value*.

    *rows* is how many rows of the table those of *source* stand for.

    Raises:
        QueryError: If the store cannot answer.
    """
    sql = (
        f"SELECT {store.dialect.step('time', step_s)} AS step_start, {value} AS found, {rows} AS n "
        f"FROM {source.relation} GROUP BY step_start, found"
    )
    query = source.query(sql, bindings)
    (result,) = store.run(query)
    by_step: dict[dt.datetime, dict[ValueT, int]] = {at: {} for at in steps.starts(range, step_s)}
    for at, found, count in result.rows:
        by_step.setdefault(at, {})[found] = int(count)
    return Histogram(range, step_s, tuple(Bar(at, by_step[at]) for at in sorted(by_step)), (query,))
