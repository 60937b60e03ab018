"""Pages of rows that took time, the newest or the slowest first: requests and spans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar

from vedette.store import paging
from vedette.store.bindings import Bindings
from vedette.store.paging import Cursor
from vedette.store.query import Query, Store, TimeRange

Sort = Literal["time", "duration"]
_SORTS = {"time": "time", "duration": "duration_ms"}


class Timed(Protocol):
    """What has a time, and took some."""

    @property
    def time(self) -> dt.datetime:
        """When it began."""
        ...

    @property
    def duration_ms(self) -> float:
        """How long it took."""
        ...


TimedT = TypeVar("TimedT", bound=Timed)


class Rows(NamedTuple, Generic[TimedT]):
    """Some rows in order, where the next page begins (None where there is none), and what was asked for them."""

    rows: tuple[TimedT, ...]
    next: Cursor | None
    queries: tuple[Query, ...]


def list_rows(
    store: Store,
    table: str,
    columns: Sequence[str],
    *,
    row_of: Callable[[Sequence[Any]], TimedT],
    conditions: Sequence[str],
    bindings: Bindings,
    range: TimeRange,
    sort: Sort,
    after: Cursor | None,
    limit: int,
) -> Rows[TimedT]:
    """Return rows of *table* that meet *conditions*, whose values are in *bindings*, from *after* on.

    Raises:
        CursorError: If *after* is of another sort.
        QueryError: If the store cannot answer.
    """
    column = _SORTS[sort]
    kept = list(conditions)
    if after is not None:
        if isinstance(after.value, dt.datetime) != (sort == "time"):
            raise paging.CursorError("the place of the page is of another order")
        # What is read can end where the page begins.
        kept.append(f"{column} <= {bindings.bind('after', after.value)}")
    skipped = after.skip if after else 0
    asked: list[Query] = []
    if sort == "duration":
        # The slowest lie anywhere in time: found by their duration alone, only their rows are read as a whole.
        slowest = (
            f"SELECT duration_ms FROM {table} WHERE {' AND '.join(kept)} "
            f"ORDER BY duration_ms DESC LIMIT {skipped + limit + 1}"
        )
        sql = f"SELECT min(duration_ms) AS least_ms FROM ({slowest}) AS slowest"
        asked.append(Query(sql, (table,), dict(bindings.values), range))
        ((least_ms,),) = store.run(asked[0])[0].rows
        if least_ms is None:
            return Rows((), None, tuple(asked))
        kept.append(f"duration_ms >= {bindings.bind('least_ms', least_ms)}")
    ties = ", ".join(
        name for name in ("time DESC", "trace_id", "span_id", "host") if not name.startswith(column)
    )
    sql = (
        f"SELECT {', '.join(columns)} FROM {table} WHERE {' AND '.join(kept)} "
        f"ORDER BY {column} DESC, {ties} LIMIT {limit + 1} OFFSET {skipped}"
    )
    asked.append(Query(sql, (table,), bindings.values, range))
    (result,) = store.run(asked[-1])
    rows = tuple(row_of(row) for row in result.rows[:limit])
    following = None
    if len(result.rows) > limit:
        following = paging.next_cursor(rows, value=lambda row: _value(row, sort), after=after)
    return Rows(rows, following, tuple(asked))


def _value(row: Timed, sort: Sort) -> dt.datetime | float:
    return row.time if sort == "time" else row.duration_ms
