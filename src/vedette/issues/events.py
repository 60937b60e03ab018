"""The events of issues: lists of them, one with everything in it, and which issue one belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from vedette.issues.filters import IssueFilters, of_events
from vedette.issues.issue import Issue, find_issues_by_fingerprint
from vedette.issues.owners import Owner, owned, owners_of
from vedette.store import paging
from vedette.store.bindings import Bindings
from vedette.store.paging import Cursor
from vedette.store.query import Query, Store, TimeRange
from vedette.wire.values import dict_of

Which = Literal["latest", "oldest"]
MOST_OF_TRACE = 200
_MICROSECOND = dt.timedelta(microseconds=1)
_NEAR = dt.timedelta(hours=1)
_FIELDS = (
    "time", "event_id", "service", "environment", "release", "host", "trace_id", "span_id", "request_id", "user_id",
    "type", "value", "culprit", "level", "handled", "fingerprint", "attributes", "payload",
)  # fmt: skip
_LISTED = (
    "time", "event_id", "user_id", "release", "environment", "host", "level", "type", "value", "culprit", "trace_id",
    "request_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlace:
    """Where an event is: both are needed to find it quickly."""

    event_id: str
    at: dt.datetime


_Found = tuple[EventPlace, tuple[Any, ...]]
"""An event's place, and the row of `_FIELDS` there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event with everything that was sent: `payload` is Sentry's event in one shape (`vedette.wire.sentry.event`).

    `previous` and `next` are those beside it among the stored events of its issue, in the order of time; `number` is its place
    among `stored` ones, counted from the oldest, 0 where it belongs to no issue yet.
    """

    time: dt.datetime
    event_id: str
    service: str
    environment: str
    release: str
    host: str
    trace_id: str
    span_id: str
    request_id: str
    user_id: str
    type: str
    value: str
    culprit: str
    level: str
    is_handled: bool
    fingerprint: str
    attributes: Mapping[str, str]
    payload: Mapping[str, Any]
    issue: Issue | None
    previous: EventPlace | None
    next: EventPlace | None
    number: int
    stored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event in a list."""

    time: dt.datetime
    event_id: str
    user_id: str
    release: str
    environment: str
    host: str
    level: str
    type: str
    value: str
    culprit: str
    trace_id: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Some events, the newest first, and where the next page begins (None where there is none)."""

    rows: tuple[EventRow, ...]
    next: Cursor | None
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceError:
    """An error of a trace, and its issue (None where it was not digested yet)."""

    time: dt.datetime
    event_id: str
    span_id: str
    service: str
    type: str
    value: str
    issue: Issue | None


def list_events(
    store: Store,
    issue: Issue,
    *,
    range: TimeRange,
    filters: IssueFilters | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> EventPage:
    """Return the newest events of *issue* within *range*, from *after* on; of *filters* those count that are about events.

    Raises:
        CursorError: If *after* is of another order.
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    bindings = Bindings(store.dialect)
    where = [bindings.within(range), *of_events(filters or IssueFilters(), bindings)]
    if after is not None:
        if not isinstance(after.value, dt.datetime):
            raise paging.CursorError("the place of the page is of another order")
        where.append(f"time <= {bindings.bind('after', after.value)}")
    sql = (
        f"SELECT {_columns(_LISTED)} FROM {owned(owners_of([issue.id]), bindings)} WHERE {' AND '.join(where)} "
        f"ORDER BY time DESC, event_id DESC LIMIT {limit + 1} OFFSET {after.skip if after else 0}"
    )
    query = Query(sql, ("errors",), bindings.values, range)
    (result,) = store.run(query)
    rows = tuple(EventRow(**dict(zip(_LISTED, row, strict=True))) for row in result.rows[:limit])
    has_more = len(result.rows) > limit
    following = paging.next_cursor(rows, value=lambda row: row.time, after=after) if has_more else None
    return EventPage(rows=rows, next=following, queries=(query,))


def get_event(
    store: Store,
    issue: Issue | None = None,
    *,
    event_id: str = "",
    which: Which = "latest",
    at: dt.datetime | None = None,
) -> Event | None:
    """Return the event *event_id*, or the latest or oldest stored one of *issue*; None where there is none (any more).

    *at* is about when it happened: an event is found more quickly where that is known.

    Raises:
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    if not event_id and issue is None:
        return None
    found_at = _find(store, issue, event_id=event_id, at=at) if event_id else _end(store, issue, which)
    if found_at is None:
        return None
    place, row = found_at
    values = dict(zip(_FIELDS, row, strict=True))
    found = _issue_of(values["service"], values["fingerprint"])
    if issue is not None and (found is None or found.id != issue.id):
        return None
    values["attributes"] = dict(values["attributes"] or {})
    values["payload"] = _decoded(values["payload"])
    values["is_handled"] = values.pop("handled")
    return Event(issue=found, **values, **_beside(store, found, place))


def find_issue_of(store: Store, event_id: str, *, at: dt.datetime | None = None) -> Issue | None:
    """Return the issue to which an event belongs; None where there is no such event, or it was not digested yet.

    Raises:
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    event = get_event(store, event_id=event_id, at=at)
    return None if event is None else event.issue


def find_issues_of_trace(store: Store, trace_id: str, *, range: TimeRange) -> list[TraceError]:
    """Return the errors of a trace within *range*, the oldest first, each with its issue.

    Raises:
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    bindings = Bindings(store.dialect)
    where = f"{bindings.within(range)} AND trace_id = {bindings.bind('trace_id', trace_id)}"
    sql = (
        "SELECT time, event_id, span_id, service, type, value, fingerprint FROM errors "
        f"WHERE {where} ORDER BY time, event_id LIMIT {MOST_OF_TRACE}"
    )
    rows = store.run(Query(sql, ("errors",), bindings.values, range))[0].rows if trace_id else ()
    issues = {
        service: find_issues_by_fingerprint(service, {row[6] for row in rows if row[3] == service})
        for service in {row[3] for row in rows}
    }
    return [
        TraceError(
            time=time,
            event_id=event_id,
            span_id=span_id,
            service=service,
            type=kind,
            value=value,
            issue=issues[service].get(fingerprint),
        )
        for time, event_id, span_id, service, kind, value, fingerprint in rows
    ]


def _columns(names: Sequence[str]) -> str:
    return ", ".join(f"errors.{name} AS {name}" for name in names)


def _issue_of(service: str, fingerprint: str) -> Issue | None:
    return find_issues_by_fingerprint(service, [fingerprint]).get(fingerprint)


def _lifetime(issue: Issue) -> TimeRange:
    return TimeRange(issue.first_at, issue.last_at + _MICROSECOND)


def _end(store: Store, issue: Issue | None, which: Which) -> _Found | None:
    assert issue is not None
    if which == "latest":
        # The issue knows; the store need not be searched, unless its latest event is not stored any more.
        place = EventPlace(event_id=issue.last_event_id, at=issue.last_at)
        if (row := _row(store, place)) is not None:
            return place, row
    bindings, range = Bindings(store.dialect), _lifetime(issue)
    direction = "DESC" if which == "latest" else "ASC"
    sql = (
        f"SELECT time, event_id FROM {owned(owners_of([issue.id]), bindings)} WHERE {bindings.within(range)} "
        f"ORDER BY time {direction}, event_id {direction} LIMIT 1"
    )
    return _at(store, _place(store, Query(sql, ("errors",), bindings.values, range)))


def _find(store: Store, issue: Issue | None, *, event_id: str, at: dt.datetime | None) -> _Found | None:
    ranges: list[TimeRange | None] = [] if at is None else [TimeRange(at - _NEAR, at + _NEAR)]
    for range in [*ranges, None if issue is None else _lifetime(issue)]:
        bindings = Bindings(store.dialect)
        where = f"event_id = {bindings.bind('event_id', event_id)}"
        if range is not None:
            where += f" AND {bindings.within(range)}"
        sql = f"SELECT time, event_id FROM errors WHERE {where} ORDER BY time LIMIT 1"
        if (found := _at(store, _place(store, Query(sql, ("errors",), bindings.values, range)))) is not None:
            return found
    return None


def _at(store: Store, place: EventPlace | None) -> _Found | None:
    row = None if place is None else _row(store, place)
    return None if place is None or row is None else (place, row)


def _place(store: Store, query: Query) -> EventPlace | None:
    rows = store.run(query)[0].rows
    return EventPlace(at=rows[0][0], event_id=rows[0][1]) if rows else None


def _row(store: Store, place: EventPlace) -> tuple[Any, ...] | None:
    # Payloads are large: only the part that holds this moment is read for them.
    bindings, range = Bindings(store.dialect), TimeRange(place.at, place.at + _MICROSECOND)
    where = f"{bindings.within(range)} AND event_id = {bindings.bind('event_id', place.event_id)}"
    sql = f"SELECT {_columns(_FIELDS)} FROM errors WHERE {where} LIMIT 1"
    rows = store.run(Query(sql, ("errors",), bindings.values, range))[0].rows
    return rows[0] if rows else None


def _decoded(payload: str | None) -> dict[str, Any]:
    try:
        return dict_of(msgspec.json.decode(payload or "{}"))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}


def _beside(store: Store, issue: Issue | None, place: EventPlace) -> dict[str, Any]:
    if issue is None:
        return {"previous": None, "next": None, "number": 0, "stored": 0}
    owners, range = owners_of([issue.id]), _lifetime(issue)
    earlier, later, counted = store.run(
        _neighbour_query(store, owners, range, place, is_earlier=True),
        _neighbour_query(store, owners, range, place, is_earlier=False),
        _number_query(store, owners, range, place),
    )
    ((stored, before),) = counted.rows
    return {
        "previous": _place_in(earlier.rows),
        "next": _place_in(later.rows),
        "number": int(before) + 1,
        "stored": int(stored),
    }


def _neighbour_query(
    store: Store, owners: Sequence[Owner], range: TimeRange, place: EventPlace, *, is_earlier: bool
) -> Query:
    bindings = Bindings(store.dialect)
    direction = "DESC" if is_earlier else "ASC"
    where = f"{bindings.within(range)} AND {_is_beside(place, bindings, '<' if is_earlier else '>')}"
    sql = (
        f"SELECT time, event_id FROM {owned(owners, bindings)} WHERE {where} "
        f"ORDER BY time {direction}, event_id {direction} LIMIT 1"
    )
    return Query(sql, ("errors",), bindings.values, range)


def _number_query(store: Store, owners: Sequence[Owner], range: TimeRange, place: EventPlace) -> Query:
    bindings = Bindings(store.dialect)
    before = store.dialect.count_if(_is_beside(place, bindings, "<"))
    sql = (
        f"SELECT count(*) AS stored, {before} AS earlier FROM {owned(owners, bindings)} "
        f"WHERE {bindings.within(range)}"
    )
    return Query(sql, ("errors",), bindings.values, range)


def _is_beside(place: EventPlace, bindings: Bindings, sign: str) -> str:
    at, event_id = bindings.bind("at", place.at), bindings.bind("event_id", place.event_id)
    return f"(time {sign} {at} OR (time = {at} AND event_id {sign} {event_id}))"


def _place_in(rows: Sequence[tuple[Any, ...]]) -> EventPlace | None:
    return EventPlace(at=rows[0][0], event_id=rows[0][1]) if rows else None
