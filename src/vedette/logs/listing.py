"""Lists of log records, single ones, and what is around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from vedette.logs import levels
from vedette.logs.filters import NO_FILTERS, Filters, conditions
from vedette.store import paging
from vedette.store.bindings import Bindings
from vedette.store.paging import Cursor
from vedette.store.query import Query, Result, Store, TimeRange

COLUMNS = (
    "time", "severity", "severity_text", "logger", "message", "template", "module", "line", "exception", "service",
    "environment", "release", "host", "trace_id", "span_id", "request_id", "user_id", "attributes",
)  # fmt: skip
_TIES = ("trace_id", "span_id", "host", "logger", "line", "message")
_MICROSECOND = dt.timedelta(microseconds=1)
_SLICED_FROM = dt.timedelta(hours=2)
NEIGHBOUR_RANGE = dt.timedelta(hours=1)
"""How far around a record its neighbours in the same process are looked for."""


class UnknownLogError(ValueError):
    """The text is not a log record's id."""


@dataclass(frozen=True, slots=True)
class Log:
    """One log record."""

    time: dt.datetime
    severity: int
    severity_text: str
    logger: str
    message: str
    template: str
    module: str
    line: int
    exception: str
    service: str
    environment: str
    release: str
    host: str
    trace_id: str
    span_id: str
    request_id: str
    user_id: str
    attributes: Mapping[str, str]

    @property
    def level(self) -> str:
        """The level's name (`vedette.logs.levels`), whatever the record itself calls it."""
        return levels.level_of(self.severity)

    @property
    def id(self) -> str:
        """A name for the record: its time, and a digest of what tells it from others of that time."""
        content = "\0".join(
            (self.host, self.trace_id, self.span_id, self.logger, str(self.line), self.message)
        )
        digest = blake2b(content.encode("utf-8", "replace"), digest_size=6).hexdigest()
        return f"{paging.micros_of(self.time)}-{digest}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some log records, the newest first; `older` and `newer` are where the pages beside it begin, None at an end."""

    logs: tuple[Log, ...]
    older: Cursor | None
    newer: Cursor | None
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Log records that have come since, the oldest first; `next` is where to go on, `has_more` whether to do so at once."""

    logs: tuple[Log, ...]
    next: Cursor
    has_more: bool
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What was logged around a record, the oldest first: in its request, and before and after it in its process."""

    request: tuple[Log, ...]
    before: tuple[Log, ...]
    after: tuple[Log, ...]
    queries: tuple[Query, ...]


def list_logs(
    store: Store,
    *,
    range: TimeRange,
    filters: Filters = NO_FILTERS,
    older_than: Cursor | None = None,
    newer_than: Cursor | None = None,
    limit: int = 100,
) -> Page:
    """Return the newest records of *range*, or the page before or after a cursor.

    Raises:
        CursorError: If the cursor is none of log records.
        QueryError: If the store cannot answer.
    """
    cursor = newer_than or older_than
    is_rising = newer_than is not None
    queries: list[Query] = []
    found: list[Log] = []
    for slice in _slices(_beyond(range, cursor, is_rising=is_rising), is_rising=is_rising):
        queries.append(_page_query(store, slice, filters, cursor, is_rising=is_rising, limit=limit + 1))
        (result,) = store.run(queries[-1])
        found = logs_of(result)
        if len(found) > limit:
            break
    has_more, found = len(found) > limit, found[:limit]
    back: Cursor | None
    onward = paging.next_cursor(found, value=_time, after=cursor) if has_more else None
    if has_more and found[0].time == found[-1].time:
        queries.append(_moment_query(store, range, filters, found[0].time))
        back = _back_in_moment(store, queries[-1], found[0].time, cursor)
    else:
        back = paging.next_cursor(found[::-1], value=_time) or cursor
    if is_rising:
        return Page(tuple(reversed(found)), older=back, newer=onward, queries=tuple(queries))
    return Page(tuple(found), older=onward, newer=back if older_than else None, queries=tuple(queries))


def _moment_query(store: Store, range: TimeRange, filters: Filters, at: dt.datetime) -> Query:
    bindings = Bindings(store.dialect)
    where = " AND ".join([bindings.within(TimeRange(at, at + _MICROSECOND)), *conditions(filters, bindings)])
    return Query(f"SELECT count(*) AS n FROM logs WHERE {where}", ("logs",), bindings.values, range)


def _back_in_moment(store: Store, counting: Query, at: dt.datetime, cursor: Cursor | None) -> Cursor:
    """Return where the page before begins, the other way round: past this page and all that follow it in the same moment."""
    (result,) = store.run(counting)
    passed = cursor.skip if cursor is not None and cursor.value == at else 0
    return Cursor(at, int(result.rows[0][0]) - passed)


def _beyond(range: TimeRange, cursor: Cursor | None, *, is_rising: bool) -> TimeRange:
    if cursor is None:
        return range
    at = _time_of(cursor)
    if is_rising:
        return TimeRange(max(range.start, min(at, range.end - _MICROSECOND)), range.end)
    return TimeRange(range.start, min(range.end, max(at, range.start) + _MICROSECOND))


def _slices(range: TimeRange, *, is_rising: bool) -> Iterator[TimeRange]:
    """Yield the end of *range* where a page begins, then all of it: most pages are filled from the first."""
    length = range.end - range.start
    if length > _SLICED_FROM:
        part = length / 32
        yield (
            TimeRange(range.start, range.start + part)
            if is_rising
            else TimeRange(range.end - part, range.end)
        )
    yield range


def list_after(
    store: Store, *, after: Cursor, until: dt.datetime, filters: Filters = NO_FILTERS, limit: int = 1000
) -> Arrivals:
    """Return the records from *after* on that are older than *until*, for a live tail.

    *until* should be a moment ago: a record is written shortly after the time that it bears, and one that is written
    later than *until* was asked for would be missed.

    Raises:
        CursorError: If the cursor is none of log records.
        QueryError: If the store cannot answer.
    """
    since = _time_of(after)
    if until <= since:
        return Arrivals((), after, False, ())
    query = _page_query(store, TimeRange(since, until), filters, after, is_rising=True, limit=limit)
    (result,) = store.run(query)
    found = logs_of(result)
    if len(found) < limit:
        return Arrivals(tuple(found), Cursor(until), False, (query,))
    following = paging.next_cursor(found, value=_time, after=after)
    assert following is not None
    return Arrivals(tuple(found), following, True, (query,))


def get_log(store: Store, *, id: str) -> Log | None:
    """Return the record named *id*; None where there is none (any more).

    Raises:
        UnknownLogError: If *id* is not a record's.
        QueryError: If the store cannot answer.
    """
    try:
        time = paging.time_of(int(id.partition("-")[0]))
        range = TimeRange(time, time + _MICROSECOND)
    except (ValueError, OverflowError) as error:
        raise UnknownLogError(f"{id[:60]!r} is not a log record's id") from error
    bindings = Bindings(store.dialect)
    sql = f"SELECT {', '.join(COLUMNS)} FROM logs WHERE {bindings.within(range)} LIMIT 1000"
    (result,) = store.run(Query(sql, ("logs",), bindings.values, range))
    return next((log for log in logs_of(result) if log.id == id), None)


def list_neighbours(store: Store, *, log: Log, count: int = 20, most_of_request: int = 500) -> Neighbours:
    """Return what was logged around *log*.

    A process is known by its host and, where records bear one, by the attribute ``process.pid``.

    Raises:
        QueryError: If the store cannot answer.
    """
    around = TimeRange(log.time - NEIGHBOUR_RANGE, log.time + NEIGHBOUR_RANGE)
    process = _process_of(log)
    queries = [
        _page_query(store, TimeRange(around.start, log.time), process, None, is_rising=False, limit=count),
        # From the record's own time on: itself is left out below.
        _page_query(store, TimeRange(log.time, around.end), process, None, is_rising=True, limit=count + 1),
    ]
    if log.request_id:
        own = Filters(request_id=log.request_id)
        queries.append(_page_query(store, around, own, None, is_rising=True, limit=most_of_request))
    before, after, *request = (logs_of(result) for result in store.run(*queries))
    return Neighbours(
        request=tuple(request[0]) if request else (),
        before=tuple(reversed(before)),
        after=tuple(_without(after, log)[:count]),
        queries=tuple(queries),
    )


def logs_of(result: Result) -> list[Log]:
    """Return the records in rows of `COLUMNS`."""
    return [_log(row) for row in result.rows]


def _log(row: Sequence[Any]) -> Log:
    return Log(*[*row[:-1], dict(row[-1] or {})])


def _page_query(
    store: Store, range: TimeRange, filters: Filters, cursor: Cursor | None, *, is_rising: bool, limit: int
) -> Query:
    bindings = Bindings(store.dialect)
    where = [bindings.within(range), *conditions(filters, bindings)]
    if cursor is not None:
        where.append(f"time {'>=' if is_rising else '<='} {bindings.bind('cursor', _time_of(cursor))}")
    direction = "" if is_rising else " DESC"
    order = ", ".join(f"{column}{direction}" for column in ("time", *_TIES))
    sql = (
        f"SELECT {', '.join(COLUMNS)} FROM logs WHERE {' AND '.join(where)} "
        f"ORDER BY {order} LIMIT {limit} OFFSET {cursor.skip if cursor else 0}"
    )
    return Query(sql, ("logs",), bindings.values, range)


def _time_of(cursor: Cursor) -> dt.datetime:
    if not isinstance(cursor.value, dt.datetime):
        raise paging.CursorError("the place of the page is of another list")
    return cursor.value


def _process_of(log: Log) -> Filters:
    pid = log.attributes.get("process.pid", "")
    return Filters(service=log.service, host=log.host, attributes=(("process.pid", pid),) if pid else ())


def _without(logs: Iterable[Log], left_out: Log) -> list[Log]:
    rest = list(logs)
    place = next((place for place, log in enumerate(rest) if log.id == left_out.id), None)
    return rest if place is None else rest[:place] + rest[place + 1 :]


def _time(log: Log) -> dt.datetime:
    return log.time
