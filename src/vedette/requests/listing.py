"""Lists of single requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.requests.filters import NO_FILTERS, Filters, conditions
from vedette.store.bindings import Bindings
from vedette.store.paging import Cursor
from vedette.store.query import Query, Store, TimeRange
from vedette.store.timed import Sort, list_rows

COLUMNS = (
    "time", "trace_id", "span_id", "request_id", "service", "environment", "release", "host", "user_id", "method",
    "route", "path", "status", "duration_ms", "response_bytes", "ip", "session_id", "query_count", "query_ms",
    "slow_query_count", "repeated_query_count", "error_fingerprint",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was recorded; its attributes come with `vedette.requests.detail`."""

    time: dt.datetime
    trace_id: str
    span_id: str
    request_id: str
    service: str
    environment: str
    release: str
    host: str
    user_id: str
    method: str
    route: str
    path: str
    status: int
    duration_ms: float
    response_bytes: int | None
    ip: str
    session_id: str
    query_count: int
    query_ms: float
    slow_query_count: int
    repeated_query_count: int
    error_fingerprint: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some requests in order, and where the next page begins (None where there is none)."""

    requests: tuple[Request, ...]
    next: Cursor | None
    queries: tuple[Query, ...]


def list_requests(
    store: Store,
    *,
    range: TimeRange,
    filters: Filters = NO_FILTERS,
    sort: Sort = "time",
    after: Cursor | None = None,
    limit: int = 50,
) -> Page:
    """Return the newest or the slowest requests first, from *after* on.

    Raises:
        CursorError: If *after* is of another sort.
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    found = list_rows(
        store,
        "requests",
        COLUMNS,
        row_of=request_of,
        conditions=[bindings.within(range), *conditions(filters, bindings)],
        bindings=bindings,
        range=range,
        sort=sort,
        after=after,
        limit=limit,
    )
    return Page(found.rows, found.next, found.queries)


def request_of(row: Sequence[Any]) -> Request:
    """Return the request in a row of `COLUMNS`."""
    return Request(*row)
