"""Statements that cost too much: those issued again and again in one request, and those that are slow.

In its own site Vedette counts each request's statements and records those that were repeated.  What other services send
is counted here: spans of one statement below one parent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.traces.filters import NO_FILTERS, REPEATED, Filters

MOST_FINDINGS = 50
MOST_ROUTES = 5
SPARKLINE_POINTS = 30
Kind = Literal["repeated", "slow"]
Key = tuple[str, str, str]
"""Statement, call site, service."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route whose requests issued the statement, and how many of them."""

    route: str
    requests: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement at a line of code; `call_site` is ``file:line``, ``""`` where that is not known.

    `times` is how often it was found: in so many requests where it is repeated, executed so often where it is slow.
    `executions` is how often it was executed in them, `most` the greatest number in one of them.  The example is the
    newest.
    """

    kind: Kind
    service: str
    statement: str
    call_site: str
    times: int
    executions: int
    most: int
    total_ms: float
    longest_ms: float
    last_at: dt.datetime
    example_trace_id: str
    example_span_id: str
    routes: tuple[Route, ...]
    sparkline: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of one kind that took the most time, `MOST_FINDINGS` of `finding_count`."""

    kind: Kind
    findings: tuple[Finding, ...]
    finding_count: int
    sparkline_step_s: int
    queries: tuple[Query, ...]


def get_findings(
    store: Store,
    *,
    kind: Kind,
    range: TimeRange,
    filters: Filters = NO_FILTERS,
    slow_ms: float,
    repeated_at: int,
    now: dt.datetime,
    limit: int = MOST_FINDINGS,
) -> Findings:
    """Return the statements of *range* that were repeated *repeated_at* times, or that took longer than *slow_ms*.

    Of *filters* those count that say where: service, environment, release and host.

    Raises:
        QueryError: If the store cannot answer.
    """
    shown = TimeRange(range.start, now) if range.start < now < range.end else range
    step_s = steps.choose_step_s(range, points=SPARKLINE_POINTS)
    plan = _Plan(store, kind, shown, filters, slow_ms, repeated_at, limit)
    queries = (plan.table_query(), plan.routes_query(), plan.sparklines_query(step_s))
    table, routes, sparklines = store.run(*queries)
    by_key: dict[Key, list[Route]] = {}
    for *key, route, requests in routes.rows:
        by_key.setdefault((key[0], key[1], key[2]), []).append(Route(route, requests))
    counts = {(row[:3], row[3]): row[4] for row in sparklines.rows}
    places = steps.starts(shown, step_s)
    return Findings(
        kind=kind,
        findings=tuple(_finding(kind, row, by_key, counts, places) for row in table.rows),
        finding_count=table.rows[0][-1] if table.rows else 0,
        sparkline_step_s=step_s,
        queries=queries,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    store: Store
    kind: Kind
    range: TimeRange
    filters: Filters
    slow_ms: float
    repeated_at: int
    limit: int

    def table_query(self) -> Query:
        bindings = Bindings(self.store.dialect)
        latest = self.store.dialect.latest
        sql = (
            f"SELECT {_BY}, count(*) AS times, sum(executions) AS executed, max(executions) AS most, "
            "sum(duration_ms) AS total_ms, max(duration_ms) AS longest_ms, max(time) AS last_at, "
            f"{latest('trace_id', 'time')} AS example, {latest('parent_span_id', 'time')} AS example_span, "
            f"count(*) OVER () AS findings FROM {self._source(bindings)} GROUP BY {_BY} "
            f"ORDER BY {_SPENT} DESC, {_BY} LIMIT {self.limit}"
        )
        return Query(sql, ("spans",), bindings.values, self.range)

    def routes_query(self) -> Query:
        bindings = Bindings(self.store.dialect)
        # Counted on the request already, which spares joining those that issued none.
        counted = "repeated_query_count > 0" if self.kind == "repeated" else "slow_query_count > 0"
        longest = dt.timedelta(hours=1)
        around = TimeRange(self.range.start - longest, self.range.end)
        requests = f"(SELECT trace_id, span_id, route FROM requests WHERE {bindings.within(around)} AND {counted}) AS asking"
        sql = (
            f"SELECT {_BY}, route, count(DISTINCT asking.span_id) AS n FROM {self._source(bindings)} JOIN {requests} "
            "ON source.trace_id = asking.trace_id AND source.parent_span_id = asking.span_id "
            f"WHERE ({_BY}) IN ({self._top(bindings)}) GROUP BY {_BY}, route ORDER BY n DESC, route"
        )
        return Query(sql, ("requests", "spans"), bindings.values, around)

    def sparklines_query(self, step_s: int) -> Query:
        bindings = Bindings(self.store.dialect)
        step = self.store.dialect.step("time", step_s)
        sql = (
            f"SELECT {_BY}, {step} AS step_start, count(*) AS n FROM {self._source(bindings)} "
            f"WHERE ({_BY}) IN ({self._top(bindings)}) GROUP BY {_BY}, step_start"
        )
        return Query(sql, ("spans",), bindings.values, self.range)

    def _top(self, bindings: Bindings) -> str:
        return (
            f"SELECT {_BY} FROM {self._source(bindings)} GROUP BY {_BY} "
            f"ORDER BY {_SPENT} DESC, {_BY} LIMIT {self.limit}"
        )

    def _source(self, bindings: Bindings) -> str:
        if self.kind == "slow":
            slow = bindings.bind("slow_ms", float(self.slow_ms))
            return f"({self._select(bindings, '1', f'{_IS_QUERY} AND duration_ms > {slow}')}) AS source"
        count = self.store.dialect.whole_number(_attribute(bindings, "count"))
        recorded = self._select(bindings, count, f"op = '{REPEATED}'")
        return f"({recorded} UNION ALL {self._counted(bindings)}) AS source"

    def _counted(self, bindings: Bindings) -> str:
        """Return the SELECT of what was repeated in the traces of others, whose spans name no connection of Django's."""
        foreign = f"{_IS_QUERY} AND trace_id <> '' AND {_attribute(bindings, 'db.alias')} = ''"
        least = bindings.bind("repeated_at", self.repeated_at)
        return (
            "SELECT min(time) AS time, trace_id, parent_span_id, service, statement, min(call_site) AS call_site, "
            "sum(duration_ms) AS duration_ms, count(*) AS executions "
            f"FROM ({self._select(bindings, '1', foreign)}) AS single "
            f"GROUP BY trace_id, parent_span_id, service, statement HAVING count(*) >= {least}"
        )

    def _select(self, bindings: Bindings, executions: str, condition: str) -> str:
        columns = (
            f"time, trace_id, parent_span_id, service, name AS statement, {_call_site(bindings)} AS call_site"
        )
        where = " AND ".join([*self._where(bindings), condition])
        return f"SELECT {columns}, duration_ms, {executions} AS executions FROM spans WHERE {where}"

    def _where(self, bindings: Bindings) -> list[str]:
        origin = ("service", "environment", "release", "host")
        named = [(column, getattr(self.filters, column)) for column in origin]
        return [
            bindings.within(self.range),
            *(f"{column} = {bindings.bind(column, value)}" for column, value in named if value),
        ]


_BY = "statement, call_site, service"
_SPENT = "round(sum(duration_ms), 3)"
_IS_QUERY = f"(op = 'db' OR substring(op, 1, 3) = 'db.') AND op <> '{REPEATED}'"


def _attribute(bindings: Bindings, name: str) -> str:
    return bindings.dialect.map_get("attributes", bindings.bind(name.replace(".", "_"), name))


def _call_site(bindings: Bindings) -> str:
    """Return ``file:line`` as Vedette, Sentry and OpenTelemetry say it; ``''`` where they do not."""
    cases = " ".join(
        f"WHEN {_attribute(bindings, file)} <> '' THEN concat({_attribute(bindings, file)}, "
        f"CASE WHEN {_attribute(bindings, line)} = '' THEN '' ELSE concat(':', {_attribute(bindings, line)}) END)"
        for file, line in (("code.filepath", "code.lineno"), ("code.file.path", "code.line.number"))
    )
    return f"CASE {cases} ELSE '' END"


def _finding(
    kind: Kind,
    row: tuple[Any, ...],
    routes: Mapping[Key, Sequence[Route]],
    counts: Mapping[tuple[Key, dt.datetime], int],
    places: Sequence[dt.datetime],
) -> Finding:
    (
        statement,
        call_site,
        service,
        times,
        executions,
        most,
        total_ms,
        longest_ms,
        last_at,
        example,
        span,
        _,
    ) = row
    key = (statement, call_site, service)
    return Finding(
        kind=kind,
        service=service,
        statement=statement,
        call_site=call_site,
        times=times,
        executions=int(executions),
        most=int(most),
        total_ms=total_ms,
        longest_ms=longest_ms,
        last_at=last_at,
        example_trace_id=example,
        example_span_id=span,
        routes=tuple(routes.get(key, ())[:MOST_ROUTES]),
        sparkline=tuple(counts.get((key, at), 0) for at in places),
    )
