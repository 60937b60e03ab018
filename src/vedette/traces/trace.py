"""One trace: its spans over all services, and the requests, errors, logs and profiles that belong to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.record import ids
from vedette.store.bindings import Bindings
from vedette.store.paging import micros_of
from vedette.store.query import Query, Store, TimeRange
from vedette.store.rollups import is_root
from vedette.traces import listing
from vedette.traces.filters import REPEATED
from vedette.traces.listing import Span
from vedette.traces.tree import Interval
from vedette.traces.waterfall import Row, lay_out

MOST_SPANS = 10_000
MOST_LOGS = 1_000
MOST_ERRORS = 200
MOST_REQUESTS = 100
MOST_SUSPECTS = 50
_BEFORE = dt.timedelta(minutes=5)
_AFTER = dt.timedelta(minutes=55)
_AROUND = dt.timedelta(hours=1)
LINGER = dt.timedelta(minutes=1)
LONGEST_MS = 86400_000.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the trace."""

    time: dt.datetime
    span_id: str
    service: str
    environment: str
    release: str
    host: str
    user_id: str
    request_id: str
    method: str
    route: str
    path: str
    status: int
    duration_ms: float
    query_count: int
    query_ms: float


@dataclass(frozen=True, slots=True)
class Error:
    """An error event of the trace."""

    time: dt.datetime
    span_id: str
    service: str
    event_id: str
    type: str
    value: str
    culprit: str
    level: str
    handled: bool


@dataclass(frozen=True, slots=True)
class Log:
    """A log record of the trace."""

    time: dt.datetime
    span_id: str
    service: str
    severity: int
    severity_text: str
    logger: str
    message: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A statement that a request of the trace issued again and again; `call_site` is ``file:line``, ``""`` if unknown."""

    time: dt.datetime
    span_id: str
    statement: str
    count: int
    total_ms: float
    call_site: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace; `rows` are those of its waterfall, whose `place` is a span's number.

    `span_count` are all its spans, of which `spans` are the first `MOST_SPANS` and the requests of which no span was
    kept (`unsampled`, by span id).  It began `start_us` microseconds after 1970 by the clock of its roots, and took
    `duration_us` until the last span ended.  It `may_have_profile` where there is a profile of it, or a profiler was running.
    """

    id: str
    start_us: int
    duration_us: int
    spans: tuple[Span, ...]
    span_count: int
    unsampled: frozenset[str]
    rows: tuple[Row, ...]
    requests: tuple[Request, ...]
    errors: tuple[Error, ...]
    logs: tuple[Log, ...]
    suspects: tuple[Suspect, ...]
    may_have_profile: bool
    range: TimeRange
    queries: tuple[Query, ...]

    @property
    def main(self) -> Row | None:
        """The row whose critical path is marked: the longest root."""
        tops = [row for row in self.rows if row.parent is None]
        return max(tops, key=lambda row: (row.kind == "span", row.duration_us), default=None)

    @property
    def services(self) -> list[str]:
        """The services that took part, in the order in which they came in."""
        return list(
            dict.fromkeys(self.spans[row.place].service for row in self.rows if row.place is not None)
        )


def get_trace(store: Store, *, id: str, at: dt.datetime | None = None) -> Trace | None:
    """Return the trace *id*; None where the store holds nothing of it.

    It is looked for around *at*, or around the time with which an id of Vedette's own begins, and, where that finds
    nothing or may have cut it, wherever it is.

    Raises:
        QueryError: If the store cannot answer.
    """
    if not id:
        return None
    near = _near(id, at)
    found = _find(store, id, near) if near is not None else None
    if found is not None and near is not None and not _may_be_cut(found, near):
        return found
    whole = _locate(store, id)
    return None if whole is None else _find(store, id, whole)


def _near(id: str, at: dt.datetime | None) -> TimeRange | None:
    if at is not None:
        return TimeRange(at - _AROUND, at + _AROUND)
    made_at = ids.time_of(id) if len(id) == 32 else None
    return None if made_at is None else TimeRange(made_at - _BEFORE, made_at + _AFTER)


def _may_be_cut(found: Trace, range: TimeRange) -> bool:
    first, last = micros_of(range.start + LINGER), micros_of(range.end - LINGER)
    return found.start_us < first or found.start_us + found.duration_us > last


def _locate(store: Store, id: str) -> TimeRange | None:
    """Return the time around all that bears the id, which is looked for by the id alone."""
    tables = ("spans", "requests", "errors", "logs")
    bindings = Bindings(store.dialect)
    named = bindings.bind("id", id)
    each = " UNION ALL ".join(
        f"SELECT min(time) AS first_at, max(time) AS last_at, {_longest(table)} AS longest_ms FROM {table} WHERE trace_id = {named}"
        for table in tables
    )
    sql = f"SELECT min(first_at) AS first_at, max(last_at) AS last_at, max(longest_ms) AS longest_ms FROM ({each}) AS found"
    ((first_at, last_at, longest_ms),) = store.run(Query(sql, tables, bindings.values))[0].rows
    if first_at is None:
        return None
    took = dt.timedelta(milliseconds=min(longest_ms or 0.0, LONGEST_MS))
    return TimeRange(first_at - LINGER, last_at + took + LINGER)


def _longest(table: str) -> str:
    return "max(duration_ms)" if table in {"spans", "requests"} else "0"


def _find(store: Store, id: str, range: TimeRange) -> Trace | None:
    queries = (
        _spans_query(store, id, range),
        _count_query(store, id, range),
        _query(store, "requests", _REQUEST_COLUMNS, id, range, limit=MOST_REQUESTS),
        _query(store, "errors", ERROR_COLUMNS, id, range, limit=MOST_ERRORS),
        _query(store, "logs", LOG_COLUMNS, id, range, limit=MOST_LOGS),
        _query(store, "spans", _SUSPECT_COLUMNS, id, range, limit=MOST_SUSPECTS, also=f"op = '{REPEATED}'"),
        _profiles_query(store, id, range),
    )
    spans, counts, *others, suspects, profiles = store.run(*queries)
    requests = tuple(Request(*row) for row in others[0].rows)
    errors, logs = tuple(Error(*row) for row in others[1].rows), tuple(Log(*row) for row in others[2].rows)
    if not (spans.rows or requests or errors or logs or suspects.rows):
        return None
    kept = [listing.span_of(row[:-2]) for row in spans.rows]
    begins = [bool(row[-2]) for row in spans.rows]
    unsampled = _unsampled(requests, kept, id)
    rows = lay_out(_intervals([*kept, *unsampled], [*begins, *[True] * len(unsampled)]))
    repeated = sorted((_suspect(row) for row in suspects.rows), key=lambda each: -each.count)
    start_us = min((row.start_us for row in rows), default=None)
    if start_us is None:
        times = [*(each.time for each in errors), *(each.time for each in logs)]
        start_us = micros_of(min([*times, *(each.time for each in repeated)]))
    return Trace(
        id=id,
        start_us=start_us,
        duration_us=max((row.start_us + row.duration_us for row in rows), default=start_us) - start_us,
        spans=(*kept, *unsampled),
        span_count=counts.rows[0][0],
        unsampled=frozenset(span.span_id for span in unsampled),
        rows=tuple(rows),
        requests=requests,
        errors=errors,
        logs=logs,
        suspects=tuple(repeated),
        may_have_profile=bool(profiles.rows[0][0]) or any(row[-1] for row in spans.rows),
        range=range,
        queries=queries,
    )


_REQUEST_COLUMNS = (
    "time", "span_id", "service", "environment", "release", "host", "user_id", "request_id", "method", "route", "path",
    "status", "duration_ms", "query_count", "query_ms",
)  # fmt: skip
ERROR_COLUMNS = (
    "time", "span_id", "service", "event_id", "type", "value", "culprit", "level", "handled",
)  # fmt: skip
LOG_COLUMNS = ("time", "span_id", "service", "severity", "severity_text", "logger", "message")
_SUSPECT_COLUMNS = ("time", "parent_span_id", "name", "duration_ms", "attributes")


def _spans_query(store: Store, id: str, range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    profiler = store.dialect.map_get("attributes", bindings.bind("profiler_id", "profiler_id"))
    said = f"CASE WHEN {is_root(bindings.dialect)} THEN 1 ELSE 0 END AS begins, CASE WHEN {profiler} <> '' THEN 1 ELSE 0 END AS profiled"
    sql = (
        f"SELECT {', '.join(listing.COLUMNS)}, {said} FROM spans WHERE {of_trace(id, range, bindings)} "
        f"AND op <> '{REPEATED}' ORDER BY time, duration_ms DESC LIMIT {MOST_SPANS}"
    )
    return Query(sql, ("spans",), bindings.values, range)


def _count_query(store: Store, id: str, range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    where = of_trace(id, range, bindings)
    return Query(
        f"SELECT count(*) AS n FROM spans WHERE {where} AND op <> '{REPEATED}'",
        ("spans",),
        bindings.values,
        range,
    )


def _profiles_query(store: Store, id: str, range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    sql = f"SELECT count(*) AS n FROM profiles WHERE {of_trace(id, range, bindings)}"
    return Query(sql, ("profiles",), bindings.values, range)


def _query(
    store: Store, table: str, columns: Sequence[str], id: str, range: TimeRange, *, limit: int, also: str = ""
) -> Query:
    bindings = Bindings(store.dialect)
    where = " AND ".join(part for part in (of_trace(id, range, bindings), also) if part)
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {where} ORDER BY time LIMIT {limit}"
    return Query(sql, (table,), bindings.values, range)


def of_trace(id: str, range: TimeRange, bindings: Bindings) -> str:
    """Return the condition that a record of *range* bears the trace's id."""
    return f"{bindings.within(range)} AND trace_id = {bindings.bind('id', id)}"


def _unsampled(requests: Sequence[Request], spans: Sequence[Span], id: str) -> list[Span]:
    # Every request is recorded, its span only where the trace was sampled: what was slow in it hangs on it all the same.
    known = {span.span_id for span in spans}
    return [
        Span(
            time=request.time,
            trace_id=id,
            span_id=request.span_id,
            parent_span_id="",
            service=request.service,
            environment=request.environment,
            release=request.release,
            host=request.host,
            user_id=request.user_id,
            request_id=request.request_id,
            op="http.server",
            name=f"{request.method} {request.route or request.path}",
            duration_ms=request.duration_ms,
            status="error" if request.status >= 500 else "ok",
            kind="server",
        )
        for request in requests
        if request.span_id not in known
    ]


def _intervals(spans: Sequence[Span], begins: Sequence[bool]) -> list[Interval]:
    return [
        Interval(
            id=span.span_id,
            parent_id=span.parent_span_id,
            start_us=micros_of(span.time),
            duration_us=round(span.duration_ms * 1000),
            clock=f"{span.service} {span.host}",
            label=f"{span.service} {span.op} {span.name}",
            begins=is_first,
        )
        for span, is_first in zip(spans, begins, strict=True)
    ]


def _suspect(row: Sequence[Any]) -> Suspect:
    time, span_id, statement, total_ms, found = row
    attributes = dict(found or {})
    count = attributes.get("count", "")
    return Suspect(
        time, span_id, statement, int(count) if count.isdecimal() else 0, total_ms, call_site_of(attributes)
    )


def call_site_of(attributes: Mapping[str, str]) -> str:
    """Return ``file:line`` as Vedette, Sentry and OpenTelemetry say it; ``""`` where they do not."""
    for file, line in (("code.filepath", "code.lineno"), ("code.file.path", "code.line.number")):
        if attributes.get(file):
            return ":".join(part for part in (attributes[file], attributes.get(line, "")) if part)
    return ""
