"""Lists of single spans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.store.bindings import Bindings
from vedette.store.paging import Cursor
from vedette.store.query import Query, Store, TimeRange
from vedette.store.timed import Sort, list_rows
from vedette.traces.filters import NO_FILTERS, Filters, conditions

COLUMNS = (
    "time", "trace_id", "span_id", "parent_span_id", "service", "environment", "release", "host", "user_id", "request_id",
    "op", "name", "duration_ms", "status", "kind",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """One span as it was recorded; its attributes come with `vedette.traces.opened`."""

    time: dt.datetime
    trace_id: str
    span_id: str
    parent_span_id: str
    service: str
    environment: str
    release: str
    host: str
    user_id: str
    request_id: str
    op: str
    name: str
    duration_ms: float
    status: str
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some spans in order, and where the next page begins (None where there is none)."""

    spans: tuple[Span, ...]
    next: Cursor | None
    queries: tuple[Query, ...]


def list_spans(
    store: Store,
    *,
    range: TimeRange,
    filters: Filters = NO_FILTERS,
    sort: Sort = "time",
    after: Cursor | None = None,
    limit: int = 50,
) -> Page:
    """Return the newest or the slowest spans first, from *after* on.

    Raises:
        CursorError: If *after* is of another sort.
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    found = list_rows(
        store,
        "spans",
        COLUMNS,
        row_of=span_of,
        conditions=[bindings.within(range), *conditions(filters, bindings)],
        bindings=bindings,
        range=range,
        sort=sort,
        after=after,
        limit=limit,
    )
    return Page(found.rows, found.next, found.queries)


def span_of(row: Sequence[Any]) -> Span:
    """Return the span in a row of `COLUMNS`."""
    return Span(*row)
