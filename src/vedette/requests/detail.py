"""One request with everything that happened in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vedette.record import ids
from vedette.requests import listing
from vedette.requests.listing import Request
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Result, Store, TimeRange

MOST_SPANS = 5000
MOST_LOGS = 1000
REPEATED = "db.repeated"
"""The `op` of a span that stands for a statement issued again and again in one request."""
_BEFORE = dt.timedelta(minutes=5)
_AFTER = dt.timedelta(minutes=55)
_LINGER = dt.timedelta(minutes=1)
_LONGEST_MS = 86400_000.0


@dataclass(frozen=True, slots=True)
class Span:
    """A span of the request's trace."""

    time: dt.datetime
    span_id: str
    parent_span_id: str
    op: str
    name: str
    duration_ms: float
    status: str
    kind: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A statement that was issued again and again: an N+1 suspect; `call_site` is ``file:line``, ``""`` if unknown."""

    statement: str
    count: int
    total_ms: float
    first_at: dt.datetime
    call_site: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Log:
    """A log record of the request."""

    time: dt.datetime
    severity: int
    severity_text: str
    logger: str
    message: str
    exception: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the time line; `offset_ms` is counted from the request's start."""

    kind: Literal["request", "span", "log"]
    offset_ms: float
    duration_ms: float
    entry: Request | Span | Log


@dataclass(frozen=True, slots=True)
class Detail:
    """One request, its spans and its logs, also in one time line.

    `other_requests` are those of the same trace.  A list that was cut holds the first `MOST_SPANS` or `MOST_LOGS`.
    """

    request: Request
    attributes: Mapping[str, str]
    other_requests: tuple[Request, ...]
    spans: tuple[Span, ...]
    suspects: tuple[Suspect, ...]
    logs: tuple[Log, ...]
    queries: tuple[Query, ...]
    timeline: tuple[Moment, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "timeline", _timeline(self.request, self.spans, self.logs))


def get_request(store: Store, *, id: str, span_id: str = "") -> Detail | None:
    """Return the request whose trace id or request id is *id*; None where there is none.

    Of several in one trace it is that of *span_id*, else the first.

    Raises:
        QueryError: If the store cannot answer.
    """
    found = _find_near(store, (id,), span_id) if id else None
    if found is None or found.request.trace_id in {"", id}:
        return found
    # Found by its request id: what belongs to it may bear its trace id alone.
    return _find_near(store, (found.request.trace_id, id), span_id or found.request.span_id)


def _find_near(store: Store, names: tuple[str, ...], span_id: str) -> Detail | None:
    made_at = ids.time_of(names[0]) if len(names[0]) == 32 else None
    if made_at is not None:
        found = _find(store, names, span_id, TimeRange(made_at - _BEFORE, made_at + _AFTER))
        if found is not None and not _may_be_cut(found, made_at + _AFTER):
            return found
    # The id tells no time, or the trace went on long after it was made.
    range = _locate(store, names)
    return None if range is None else _find(store, names, span_id, range)


def _locate(store: Store, names: tuple[str, ...]) -> TimeRange | None:
    """Return the time around the requests of these ids, which is looked for by the ids alone."""
    bindings = Bindings(store.dialect)
    sql = (
        "SELECT min(time) AS first_at, max(time) AS last_at, max(duration_ms) AS longest_ms "
        f"FROM requests WHERE {_is_named(names, bindings)}"
    )
    ((first_at, last_at, longest_ms),) = store.run(Query(sql, ("requests",), bindings.values))[0].rows
    if first_at is None:
        return None
    took = dt.timedelta(milliseconds=min(longest_ms, _LONGEST_MS))
    return TimeRange(first_at - _BEFORE, last_at + took + _AFTER)


def _find(store: Store, names: tuple[str, ...], span_id: str, range: TimeRange) -> Detail | None:
    queries = (
        _query(store, "requests", (*listing.COLUMNS, "attributes"), names, range, limit=100),
        _query(store, "spans", _SPAN_COLUMNS, names, range, limit=MOST_SPANS),
        _query(store, "logs", _LOG_COLUMNS, names, range, limit=MOST_LOGS),
    )
    requests, spans, logs = store.run(*queries)
    if not requests.rows:
        return None
    rows = sorted(requests.rows, key=lambda row: (row[2] != span_id, row[0]))
    request = listing.request_of(rows[0][:-1])
    own = _own_rows(spans, request)
    return Detail(
        request=request,
        attributes=_mapping(rows[0][-1]),
        other_requests=tuple(listing.request_of(row[:-1]) for row in rows[1:]),
        spans=tuple(_span(row) for row in own if row[3] != REPEATED),
        suspects=_suspects(own),
        logs=tuple(Log(*[*row[:6], _mapping(row[6])]) for row in _own_rows(logs, request)),
        queries=queries,
    )


_SPAN_COLUMNS = (
    "time", "span_id", "parent_span_id", "op", "name", "duration_ms", "status", "kind", "attributes",
    "trace_id", "request_id",
)  # fmt: skip
_LOG_COLUMNS = (
    "time", "severity", "severity_text", "logger", "message", "exception", "attributes", "trace_id", "request_id",
)  # fmt: skip


def _query(
    store: Store,
    table: str,
    columns: Sequence[str],
    names: Sequence[str],
    range: TimeRange,
    *,
    limit: int,
) -> Query:
    bindings = Bindings(store.dialect)
    where = f"{bindings.within(range)} AND {_is_named(names, bindings)}"
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {where} ORDER BY time LIMIT {limit}"
    return Query(sql, (table,), bindings.values, range)


def _is_named(names: Sequence[str], bindings: Bindings) -> str:
    bound = [bindings.bind("id", name) for name in names]
    return f"({' OR '.join(f'trace_id = {name} OR request_id = {name}' for name in bound)})"


def _own_rows(result: Result, request: Request) -> list[tuple[Any, ...]]:
    # Another request may have been sent the same id: its entries belong to its own trace.
    return [row for row in result.rows if row[-2] in {request.trace_id, ""}]


def _span(row: Sequence[Any]) -> Span:
    return Span(*[*row[:8], _mapping(row[8])])


def _suspects(rows: Sequence[tuple[Any, ...]]) -> tuple[Suspect, ...]:
    found = [_suspect(_span(row)) for row in rows if row[3] == REPEATED]
    return tuple(sorted(found, key=lambda suspect: (-suspect.count, suspect.first_at)))


def _suspect(span: Span) -> Suspect:
    count = span.attributes.get("count", "")
    site = ":".join(
        span.attributes[name] for name in ("code.filepath", "code.lineno") if name in span.attributes
    )
    return Suspect(
        statement=span.name,
        count=int(count) if count.isdecimal() and len(count) < 10 else 0,
        total_ms=span.duration_ms,
        first_at=span.time,
        call_site=site,
        attributes=span.attributes,
    )


def _timeline(request: Request, spans: Sequence[Span], logs: Sequence[Log]) -> tuple[Moment, ...]:
    def offset(time: dt.datetime) -> float:
        return (time - request.time).total_seconds() * 1000

    moments = [Moment("request", 0.0, request.duration_ms, request)]
    # The root span says what the request says.
    moments += [
        Moment("span", offset(span.time), span.duration_ms, span)
        for span in spans
        if span.span_id != request.span_id
    ]
    moments += [Moment("log", offset(log.time), 0.0, log) for log in logs]
    return tuple(sorted(moments, key=lambda moment: (moment.offset_ms, moment.kind != "request")))


def _may_be_cut(found: Detail, end: dt.datetime) -> bool:
    return found.request.time + dt.timedelta(milliseconds=found.request.duration_ms) + _LINGER > end


def _mapping(value: Any) -> dict[str, str]:
    return dict(value) if value else {}
