"""Lists of single spans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vedette.store import paging
from vedette.store.bindings import Bindings
from vedette.store.paging import Cursor
from vedette.store.query import Query, Store, TimeRange
from vedette.traces.filters import NO_FILTERS, Filters, conditions

Sort = Literal["time", "duration"]
_SORTS = {"time": "time", "duration": "duration_ms"}
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
    where, bindings = _conditions(store, range, filters, sort, after)
    skipped = after.skip if after else 0
    asked: list[Query] = []
    if sort == "duration":
        # The slowest lie anywhere in time: found by their duration alone, only their rows are read as a whole.
        asked.append(_limit_query(where, bindings, range, skipped + limit + 1))
        ((least_ms,),) = store.run(asked[0])[0].rows
        if least_ms is None:
            return Page((), None, tuple(asked))
        where = f"{where} AND duration_ms >= {bindings.bind('least_ms', least_ms)}"
    asked.append(_query(where, bindings, range, sort, limit=limit + 1, offset=skipped))
    (result,) = store.run(asked[-1])
    spans = tuple(span_of(row) for row in result.rows[:limit])
    has_more = len(result.rows) > limit
    following = paging.next_cursor(spans, value=_sort_value(sort), after=after) if has_more else None
    return Page(spans, following, tuple(asked))


def span_of(row: Sequence[Any]) -> Span:
    """Return the span in a row of `COLUMNS`."""
    return Span(*row)


def _conditions(
    store: Store, range: TimeRange, filters: Filters, sort: Sort, after: Cursor | None
) -> tuple[str, Bindings]:
    bindings = Bindings(store.dialect)
    where = [bindings.within(range), *conditions(filters, bindings)]
    if after is not None:
        if isinstance(after.value, dt.datetime) != (sort == "time"):
            raise paging.CursorError("the place of the page is of another order")
        # What is read can end where the page begins.
        where.append(f"{_SORTS[sort]} <= {bindings.bind('after', after.value)}")
    return " AND ".join(where), bindings


def _limit_query(where: str, bindings: Bindings, range: TimeRange, count: int) -> Query:
    slowest = f"SELECT duration_ms FROM spans WHERE {where} ORDER BY duration_ms DESC LIMIT {count}"
    sql = f"SELECT min(duration_ms) AS least_ms FROM ({slowest}) AS slowest"
    return Query(sql, ("spans",), dict(bindings.values), range)


def _query(where: str, bindings: Bindings, range: TimeRange, sort: Sort, *, limit: int, offset: int) -> Query:
    column = _SORTS[sort]
    ties = ", ".join(
        name for name in ("time DESC", "trace_id", "span_id", "host") if not name.startswith(column)
    )
    sql = (
        f"SELECT {', '.join(COLUMNS)} FROM spans WHERE {where} "
        f"ORDER BY {column} DESC, {ties} LIMIT {limit} OFFSET {offset}"
    )
    return Query(sql, ("spans",), bindings.values, range)


def _sort_value(sort: Sort) -> Any:
    def value(span: Span) -> dt.datetime | float:
        return span.time if sort == "time" else span.duration_ms

    return value
