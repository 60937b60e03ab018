"""The operations of a range: how often, how fast, how many failed, and what the newest release changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.store import percentiles, steps
from vedette.store.bindings import Bindings
from vedette.store.dialect import Dialect
from vedette.store.percentiles import Percentiles
from vedette.store.query import Query, Result, Store, TimeRange
from vedette.traces.filters import NO_FILTERS, Filters, conditions

MOST_OPERATIONS = 100
SPARKLINE_POINTS = 30
RELEASE_LOOKBACK = dt.timedelta(days=7)
"""How far before the range a release is looked for, so that a return to it is not taken for its arrival."""
Key = tuple[str, str, str]
"""Service, operation, name."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums and percentiles of some spans; a share or a mean of none is None."""

    spans: int = 0
    failed: int = 0
    duration_ms: float = 0.0
    percentiles: Percentiles = percentiles.NONE

    @property
    def failed_share(self) -> float | None:
        """The share (0 to 1) that failed."""
        return self.failed / self.spans if self.spans else None

    @property
    def mean_ms(self) -> float | None:
        """The mean duration."""
        return self.duration_ms / self.spans if self.spans else None

    def per_minute(self, range: TimeRange) -> float:
        """Return how many there were a minute of *range*."""
        return self.spans * 60 / range.seconds


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operation's figures in its service's newest release and in the one before."""

    release: str
    figures: Figures
    previous_release: str
    previous: Figures


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table, whose order is by `time_share`: the share of the time of all spans of the question."""

    service: str
    op: str
    name: str
    figures: Figures
    time_share: float
    sparkline: tuple[int, ...]
    since_release: Comparison | None


@dataclass(frozen=True, slots=True)
class Operations:
    """The first `MOST_OPERATIONS` by time spent, of `operation_count`; `range` ends at the present."""

    range: TimeRange
    operations: tuple[Operation, ...]
    operation_count: int
    spans: int
    sparkline_step_s: int
    queries: tuple[Query, ...]


def get_operations(
    store: Store,
    *,
    range: TimeRange,
    filters: Filters = NO_FILTERS,
    now: dt.datetime,
    limit: int = MOST_OPERATIONS,
) -> Operations:
    """Return the operations that took the most time in *range*.

    Raises:
        QueryError: If the store cannot answer.
    """
    shown = TimeRange(range.start, now) if range.start < now < range.end else range
    step_s = steps.choose_step_s(range, points=SPARKLINE_POINTS)
    plan = _Plan(store.dialect, shown, filters, limit)
    queries = (plan.table_query(), plan.sparklines_query(step_s), plan.releases_query())
    table, sparklines, releases = store.run(*queries)
    compared = _compared(store, plan, releases) if table.rows else []
    compare = _comparing(compared[0][1], _newest(releases)) if compared else {}
    counts = {(row[:3], row[3]): row[4] for row in sparklines.rows}
    places = steps.starts(shown, step_s)
    return Operations(
        range=shown,
        operations=tuple(_operation(row, counts, places, compare) for row in table.rows),
        operation_count=table.rows[0][-2] if table.rows else 0,
        spans=int(table.rows[0][-1]) if table.rows else 0,
        sparkline_step_s=step_s,
        queries=(*queries, *(query for query, _ in compared)),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    dialect: Dialect
    range: TimeRange
    filters: Filters
    limit: int

    def source(self, bindings: Bindings, range: TimeRange, columns: str) -> str:
        where = " AND ".join([bindings.within(range), *conditions(self.filters, bindings)])
        return f"(SELECT service, op, name, {columns} FROM spans WHERE {where}) AS source"

    def top(self, bindings: Bindings) -> str:
        """Return the SELECT of the keys of the rows that are shown."""
        source = self.source(bindings, self.range, "duration_ms")
        return (
            f"SELECT service, op, name FROM {source} GROUP BY service, op, name "
            f"ORDER BY {_SPENT} DESC, service, op, name LIMIT {self.limit}"
        )

    def table_query(self) -> Query:
        bindings = Bindings(self.dialect)
        ranked = self._ranked(bindings, self.range, _KEYS)
        sql = (
            f"{ranked}, figures AS (SELECT {_BY}, {_FIGURES} FROM ranked GROUP BY {_BY}) "
            "SELECT *, sum(duration_ms) OVER () AS all_ms, count(*) OVER () AS operations, sum(spans) OVER () AS all_spans "
            f"FROM figures ORDER BY round(duration_ms, 3) DESC, {_BY} LIMIT {self.limit}"
        )
        return Query(sql, ("spans",), bindings.values, self.range)

    def sparklines_query(self, step_s: int) -> Query:
        bindings = Bindings(self.dialect)
        source = self.source(bindings, self.range, "time")
        sql = (
            f"SELECT {_BY}, {self.dialect.step('time', step_s)} AS step_start, count(*) AS n FROM {source} "
            f"WHERE ({_BY}) IN ({self.top(bindings)}) GROUP BY {_BY}, step_start"
        )
        return Query(sql, ("spans",), bindings.values, self.range)

    def releases_query(self) -> Query:
        # A release arrives for the whole service, whichever operation is being looked at.
        bindings = Bindings(self.dialect)
        range = self._lookback()
        origin = Filters(
            service=self.filters.service, environment=self.filters.environment, host=self.filters.host
        )
        where = " AND ".join([bindings.within(range), *conditions(origin, bindings), "release <> ''"])
        sql = (
            "SELECT service, release, min(time) AS first_at, max(time) AS last_at "
            f"FROM spans WHERE {where} GROUP BY service, release"
        )
        return Query(sql, ("spans",), bindings.values, range)

    def by_release_query(self, newest: Mapping[str, tuple[str, str]]) -> Query:
        bindings = Bindings(self.dialect)
        # The newest release may have come before the range: compare it over as much time before.
        range = self.range.previous().covering(self.range)
        pairs = " OR ".join(
            f"(service = {bindings.bind('service_of', service)} AND release IN "
            f"({bindings.bind('release_of', release)}, {bindings.bind('release_of', previous)}))"
            for service, (release, previous) in sorted(newest.items())
        )
        ranked = self._ranked(
            bindings,
            range,
            {**_KEYS, "release": "release"},
            where=f" WHERE ({pairs}) AND ({_BY}) IN ({self.top(bindings)})",
        )
        sql = f"{ranked}SELECT {_BY}, release, {_FIGURES} FROM ranked GROUP BY {_BY}, release"
        return Query(sql, ("spans",), bindings.values, range)

    def _lookback(self) -> TimeRange:
        earliest = min(self.range.previous().start, self.range.start - RELEASE_LOOKBACK)
        return TimeRange(earliest, self.range.end)

    def _ranked(
        self, bindings: Bindings, range: TimeRange, keys: Mapping[str, str], *, where: str = ""
    ) -> str:
        bucket = self.dialect.log_bucket("duration_ms")
        columns = f"release, duration_ms, status, {bucket} AS bucket, 1 AS requests"
        source = f"(SELECT * FROM {self.source(bindings, range, columns)}{where}) AS asked"
        sums = {"failures": self.dialect.sum_if("1", "status = 'error'"), "spent_ms": "sum(duration_ms)"}
        return percentiles.ranked(source, keys=keys, sums=sums)


_KEYS = {"service": "service", "op": "op", "name": "name"}
_BY = ", ".join(_KEYS)
_SPENT = "round(sum(duration_ms), 3)"
_FIGURES = f"sum(n) AS spans, sum(failures) AS failed, sum(spent_ms) AS duration_ms, {percentiles.SELECTED}"


def _figures(values: Sequence[Any]) -> Figures:
    spans, failed, duration_ms, *found = values
    return Figures(int(spans), int(failed), duration_ms, percentiles.from_buckets(found, total=int(spans)))


def _operation(
    row: tuple[Any, ...],
    counts: Mapping[tuple[Key, dt.datetime], int],
    places: Sequence[dt.datetime],
    compare: Mapping[Key, Comparison],
) -> Operation:
    service, op, name = key = row[:3]
    all_ms = row[-3]
    figures = _figures(row[3:-3])
    return Operation(
        service=service,
        op=op,
        name=name,
        figures=figures,
        time_share=figures.duration_ms / all_ms if all_ms else 0.0,
        sparkline=tuple(counts.get((key, at), 0) for at in places),
        since_release=compare.get(key),
    )


def _compared(store: Store, plan: _Plan, releases: Result) -> list[tuple[Query, Result]]:
    newest = _newest(releases)
    if not newest:
        return []
    query = plan.by_release_query(newest)
    return [(query, store.run(query)[0])]


def _newest(releases: Result) -> dict[str, tuple[str, str]]:
    """Return for each service that has two the release that came last and the one before it."""
    order: dict[str, list[str]] = {}
    for service, release, _, _ in sorted(releases.rows, key=lambda row: (row[2], row[3], row[1])):
        order.setdefault(service, []).append(release)
    return {service: (found[-1], found[-2]) for service, found in order.items() if len(found) > 1}


def _comparing(result: Result, newest: Mapping[str, tuple[str, str]]) -> dict[Key, Comparison]:
    figures = {(row[:3], row[3]): _figures(row[4:]) for row in result.rows}
    found: dict[Key, Comparison] = {}
    for key, release in figures:
        last, previous = newest[key[0]]
        before = figures.get((key, previous))
        if release == last and before is not None:
            found[key] = Comparison(last, figures[key, last], previous, before)
    return found
