"""Lists of issues, with figures of a time range."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from vedette.catalogue.database import ALIAS
from vedette.issues.filters import IssueFilters, of_events, of_state
from vedette.issues.issue import Issue, get_issues
from vedette.issues.models import IssueHashRow
from vedette.issues.owners import Owner, owned
from vedette.store import paging, steps
from vedette.store.bindings import Bindings
from vedette.store.paging import Cursor
from vedette.store.query import Query, Store, TimeRange

Sort = Literal["last", "first", "events", "users"]
MOST_CONSIDERED = 20_000
"""Of more hashes than these, only the most recently seen are looked at; `IssuePage.is_cut` says so."""
PERSON = "CASE WHEN user_id <> '' THEN user_id END"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFigures:
    """An issue, and its events and the people affected within a range and filters.

    `sparkline` holds the events of each step of `step_s` seconds, from the one that holds the range's start on.
    """

    issue: Issue
    events: int
    users: int
    last_at: dt.datetime
    sparkline: tuple[int, ...]
    step_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePage:
    """Some issues in order, how many there are in `total`, and where the next page begins (None where there is none).

    `is_cut` is set where there are more issues than were looked at: those seen longest ago were left out.
    """

    rows: tuple[IssueFigures, ...]
    next: Cursor | None
    total: int
    is_cut: bool
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the store says of one issue."""

    id: int
    events: int
    users: int
    last_at: dt.datetime
    first_us: int


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Issues that may have events in the range, by the hashes that lead to them."""

    owners: list[Owner]
    first_us: dict[int, int]
    status: dict[int, str]
    is_cut: bool


def list_issues(
    store: Store,
    *,
    range: TimeRange,
    filters: IssueFilters | None = None,
    sort: Sort = "last",
    after: Cursor | None = None,
    limit: int = 25,
    points: int = 24,
) -> IssuePage:
    """Return the issues that have events within *range* and *filters*: last or first seen, most events or most users first.

    Raises:
        CursorError: If *after* is of another order.
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    filters = filters or IssueFilters()
    candidates = _candidates(filters, range)
    queries = [_counts_query(store, candidates.owners, filters, range)] if candidates.owners else []
    counted = _counted(store, queries, candidates)
    value = _VALUES[sort]
    counted.sort(key=lambda each: (value(each), each.id), reverse=True)
    page, following = _page(counted, value=value, after=after, limit=limit)
    step_s = steps.choose_step_s(range, points=points)
    owners = _owners_among(candidates.owners, page)
    sparklines: dict[int, Counter[dt.datetime]] = {}
    if owners:
        queries.append(_steps_query(store, owners, filters, range, step_s))
        sparklines = _sparklines(store, queries[-1])
    issues = get_issues(each.id for each in page)
    starts = steps.starts(range, step_s)
    rows = tuple(
        IssueFigures(
            issue=issues[each.id],
            events=each.events,
            users=each.users,
            last_at=each.last_at,
            sparkline=tuple(sparklines.get(each.id, Counter())[start] for start in starts),
            step_s=step_s,
        )
        for each in page
        if each.id in issues
    )
    return IssuePage(
        rows=rows, next=following, total=len(counted), is_cut=candidates.is_cut, queries=tuple(queries)
    )


def count_by_status(store: Store, *, range: TimeRange, filters: IssueFilters | None = None) -> dict[str, int]:
    """Return how many issues in each state have events within *range* and *filters*, whatever state these name.

    Raises:
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    filters = filters or IssueFilters()
    candidates = _candidates(filters, range, with_status=False)
    queries = [_counts_query(store, candidates.owners, filters, range)] if candidates.owners else []
    return dict(Counter(candidates.status[each.id] for each in _counted(store, queries, candidates)))


def _candidates(filters: IssueFilters, range: TimeRange, *, with_status: bool = True) -> _Candidates:
    rows = IssueHashRow.objects.using(ALIAS).filter(
        of_state(filters, prefix="issue__", with_status=with_status),
        events__gt=0,
        first_us__lt=paging.micros_of(range.end),
        last_us__gte=paging.micros_of(range.start),
    )
    found = rows.order_by("-last_us", "-id").values_list(
        "service", "hash", "issue_id", "issue__first_us", "issue__status"
    )[: MOST_CONSIDERED + 1]
    kept = list(found)[:MOST_CONSIDERED]
    return _Candidates(
        [Owner(*row[:3]) for row in kept],
        {row[2]: row[3] for row in kept},
        {row[2]: row[4] for row in kept},
        is_cut=len(found) > MOST_CONSIDERED,
    )


def _counts_query(store: Store, owners: Sequence[Owner], filters: IssueFilters, range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    where = " AND ".join((bindings.within(range), *of_events(filters, bindings)))
    sql = (
        f"SELECT owners.issue AS issue, count(*) AS events, {store.dialect.count_distinct(PERSON)} AS users, "
        f"max(time) AS last_at FROM {owned(owners, bindings)} WHERE {where} GROUP BY owners.issue"
    )
    return Query(sql, ("errors",), bindings.values, range)


def _counted(store: Store, queries: Sequence[Query], candidates: _Candidates) -> list[_Counted]:
    results = store.run(*queries) if queries else []
    return [
        _Counted(int(issue), events, users, last_at, candidates.first_us[int(issue)])
        for result in results
        for issue, events, users, last_at in result.rows
    ]


def _page(
    counted: Sequence[_Counted],
    *,
    value: Callable[[_Counted], dt.datetime | float],
    after: Cursor | None,
    limit: int,
) -> tuple[Sequence[_Counted], Cursor | None]:
    place = 0
    if after is not None:
        values = [value(each) for each in counted]
        if any(type(each) is not type(after.value) for each in values):
            raise paging.CursorError("the place of the page is of another order")
        before = sum(_number(each) > _number(after.value) for each in values)
        place = before + min(after.skip, values.count(after.value))
    page = counted[place : place + limit]
    has_more = place + limit < len(counted)
    return page, paging.next_cursor(page, value=value, after=after) if has_more else None


def _number(value: dt.datetime | float) -> float:
    return value.timestamp() if isinstance(value, dt.datetime) else value


def _owners_among(owners: Sequence[Owner], page: Sequence[_Counted]) -> list[Owner]:
    ids = {each.id for each in page}
    return [owner for owner in owners if owner.issue in ids]


def _steps_query(
    store: Store, owners: Sequence[Owner], filters: IssueFilters, range: TimeRange, step_s: int
) -> Query:
    bindings = Bindings(store.dialect)
    where = " AND ".join((bindings.within(range), *of_events(filters, bindings)))
    sql = (
        f"SELECT owners.issue AS issue, {store.dialect.step('time', step_s)} AS step, count(*) AS events "
        f"FROM {owned(owners, bindings)} WHERE {where} GROUP BY issue, step"
    )
    return Query(sql, ("errors",), bindings.values, range)


def _sparklines(store: Store, query: Query) -> dict[int, Counter[dt.datetime]]:
    found: dict[int, Counter[dt.datetime]] = {}
    for issue, step, events in store.run(query)[0].rows:
        found.setdefault(int(issue), Counter())[step] += events
    return found


_VALUES: dict[Sort, Callable[[_Counted], dt.datetime | float]] = {
    "last": lambda each: each.last_at,
    "first": lambda each: paging.time_of(each.first_us),
    "events": lambda each: float(each.events),
    "users": lambda each: float(each.users),
}
