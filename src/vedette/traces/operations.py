"""The operations of a range: how often, how fast, how many failed, and what the newest release changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vedette.store import percentiles, steps
from vedette.store.bindings import Bindings
from vedette.store.dialect import Dialect
from vedette.store.query import Query, Result, Store, TimeRange
from vedette.store.rollups import DAY_S
from vedette.traces import arrivals, sources
from vedette.traces.arrivals import Arrival
from vedette.traces.figures import Figures
from vedette.traces.filters import NO_FILTERS, Filters
from vedette.traces.sources import Grain, Source

MOST_OPERATIONS = 100
SPARKLINE_POINTS = 30
RELEASE_LOOKBACK = dt.timedelta(days=7)
"""How far before the range a release is looked for, so that a return to it is not taken for its arrival."""
Key = tuple[str, str, str, int]
"""Service, operation, name, and whether it stands for names that are not kept apart."""


Newest = Mapping[str, tuple[Arrival, Arrival]]
"""For each service that has two the release that came last and the one before it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operation's figures in its service's newest release and in the one before."""

    release: str
    figures: Figures
    previous_release: str
    previous: Figures


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table, whose order is by `time_share`: the share of the time of all spans of the question.

    Where `is_rest`, it stands for the names of its service and operation that the sums of hours and days do not keep
    apart (`vedette.store.rollups.MOST_NAMES`); other rows may then lack some of their spans.
    """

    service: str
    op: str
    name: str
    is_rest: bool
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
    """Return the operations that took the most time in *range*, by the spans of sampled traces.

    A slow query is kept whether or not its trace was: counted with the others, of which one in ten is kept, it would make
    its statement seem slower and more frequent than it is.

    Raises:
        QueryError: If the store cannot answer.
    """
    shown = TimeRange(range.start, now) if range.start < now < range.end else range
    plan = _Plan(store.dialect, shown, replace(filters, only_sampled=True), limit)
    releases, asked = arrivals.list_releases(store, range=plan.lookback(), filters=filters)
    newest = _newest(releases)
    queries = [plan.table_query(), plan.sparklines_query()]
    if newest:
        queries.append(plan.by_release_query(newest))
    table, sparklines, *compared = store.run(*queries)
    compare = _comparing(compared[0], newest) if compared else {}
    counts = {(row[:4], row[4]): int(row[5]) for row in sparklines.rows}
    places = steps.starts(shown, plan.step_s)
    return Operations(
        range=shown,
        operations=tuple(_operation(row, counts, places, compare) for row in table.rows),
        operation_count=int(table.rows[0][-2]) if table.rows else 0,
        spans=int(table.rows[0][-1]) if table.rows else 0,
        sparkline_step_s=plan.step_s,
        queries=(*asked, *queries),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    dialect: Dialect
    range: TimeRange
    filters: Filters
    limit: int

    @property
    def series_grain(self) -> Grain:
        return sources.choose_grain(self.range, self.filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO)

    @property
    def step_s(self) -> int:
        shortest = sources.shortest_step_s(self.series_grain)
        return steps.choose_step_s(self.range, points=SPARKLINE_POINTS, at_least_s=shortest)

    def source(
        self, bindings: Bindings, columns: Sequence[str], *, range: TimeRange | None = None, also: str = ""
    ) -> Source:
        range = range or self.range
        grain = sources.choose_grain(range, self.filters)
        if "time" in columns:
            grain = self.series_grain if self.step_s < DAY_S or self.series_grain == "raw" else "daily"
        return sources.spans(
            bindings, [range], grain=grain, filters=self.filters, columns=(*_KEYS, *columns), also=also
        )

    def top(self, bindings: Bindings) -> str:
        """Return the SELECT of the keys of the rows that are shown."""
        source = self.source(bindings, ("duration_ms",))
        return f"SELECT {_BY} FROM {source.relation} GROUP BY {_BY} ORDER BY {_SPENT} DESC, {_BY} LIMIT {self.limit}"

    def table_query(self) -> Query:
        bindings = Bindings(self.dialect)
        source = self.source(bindings, ("status", "bucket", "duration_ms"))
        sql = (
            f"{self._ranked(source.relation, _KEYS)}, "
            f"figures AS (SELECT {_BY}, {_FIGURES} FROM ranked GROUP BY {_BY}) "
            "SELECT *, sum(duration_ms) OVER () AS all_ms, sum(1 - is_rest) OVER () AS operations, "
            "sum(spans) OVER () AS all_spans "
            f"FROM figures ORDER BY round(duration_ms, 3) DESC, {_BY} LIMIT {self.limit}"
        )
        return source.query(sql, bindings)

    def sparklines_query(self) -> Query:
        bindings = Bindings(self.dialect)
        source = self.source(bindings, ("time",))
        step = self.dialect.step("time", self.step_s)
        sql = (
            f"SELECT {_BY}, {step} AS step_start, sum(spans) AS n FROM {source.relation} "
            f"WHERE ({_BY}) IN ({self.top(bindings)}) GROUP BY {_BY}, step_start"
        )
        return self._with_top(source).query(sql, bindings)

    def by_release_query(self, newest: Newest) -> Query:
        bindings = Bindings(self.dialect)
        # The newest release may have come before the range: compare it over as much time before.  Before the first of these
        # releases came there is nothing of them to read.
        whole = self.range.previous().covering(self.range)
        came = steps.floor(min(each.first_at for pair in newest.values() for each in pair), DAY_S)
        range = TimeRange(max(whole.start, came), whole.end)
        pairs = " OR ".join(
            f"(service = {bindings.bind('service_of', service)} AND release IN "
            f"({bindings.bind('release_of', last.release)}, {bindings.bind('release_of', previous.release)}))"
            for service, (last, previous) in sorted(newest.items())
        )
        source = self.source(
            bindings,
            ("release", "status", "bucket", "duration_ms"),
            range=range,
            also=f"({pairs})",
        )
        # Said once of all of it: each of its tables would look for the same keys again.
        shown = f"(SELECT * FROM {source.relation} WHERE ({_BY}) IN ({self.top(bindings)})) AS shown"
        keys = {**_KEYS, "release": "release"}
        sql = f"{self._ranked(shown, keys)}SELECT {_BY}, release, {_FIGURES} FROM ranked GROUP BY {_BY}, release"
        return self._with_top(source).query(sql, bindings)

    def _with_top(self, source: Source) -> Source:
        top = self.source(Bindings(self.dialect), ("duration_ms",))
        tables = tuple(sorted({*source.tables, *top.tables}))
        return Source(source.relation, tables, source.range.covering(top.range))

    def lookback(self) -> TimeRange:
        earliest = min(self.range.previous().start, self.range.start - RELEASE_LOOKBACK)
        return TimeRange(earliest, self.range.end)

    def _ranked(self, relation: str, keys: Mapping[str, str]) -> str:
        counted = f"(SELECT *, spans AS requests FROM {relation}) AS counted"
        sums = {
            "failures": self.dialect.sum_if("spans", "status = 'error'"),
            "spent_ms": "sum(duration_ms)",
        }
        return percentiles.ranked(counted, keys=keys, sums=sums)


_KEYS = {"service": "service", "op": "op", "name": "name", "is_rest": "is_rest"}
_BY = ", ".join(_KEYS)
_SPENT = "round(sum(duration_ms), 3)"
_FIGURES = f"sum(n) AS spans, sum(failures) AS failed, sum(spent_ms) AS duration_ms, {percentiles.SELECTED}"


def _operation(
    row: tuple[Any, ...],
    counts: Mapping[tuple[Key, dt.datetime], int],
    places: Sequence[dt.datetime],
    compare: Mapping[Key, Comparison],
) -> Operation:
    service, op, name, is_rest = key = row[:4]
    all_ms = row[-3]
    figures = Figures.of_row(row[4:-3])
    return Operation(
        service=service,
        op=op,
        name=name,
        is_rest=bool(is_rest),
        figures=figures,
        time_share=figures.duration_ms / all_ms if all_ms else 0.0,
        sparkline=tuple(counts.get((key, at), 0) for at in places),
        since_release=compare.get(key),
    )


def _newest(releases: Sequence[Arrival]) -> Newest:
    """Return for each service that has two the release that came last and the one before it."""
    order: dict[str, list[Arrival]] = {}
    for each in releases:
        order.setdefault(each.service, []).append(each)
    return {service: (found[-1], found[-2]) for service, found in order.items() if len(found) > 1}


def _comparing(result: Result, newest: Newest) -> dict[Key, Comparison]:
    # What sums up many names may sum up others in another release.
    figures = {(row[:4], row[4]): Figures.of_row(row[5:]) for row in result.rows if not row[3]}
    found: dict[Key, Comparison] = {}
    for key, release in figures:
        last, previous = (each.release for each in newest[key[0]])
        before = figures.get((key, previous))
        if release == last and before is not None:
            found[key] = Comparison(last, figures[key, last], previous, before)
    return found
