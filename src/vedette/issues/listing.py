"""Lists of issues, with figures of a time range."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vedette.catalogue.database import ALIAS
from vedette.issues.filters import IssueFilters, of_events, of_state
from vedette.issues.issue import Issue, get_issues
from vedette.issues.models import IssueHashRow, IssueRow
from vedette.issues.owners import Owner, owned
from vedette.store import paging, steps
from vedette.store.bindings import Bindings
from vedette.store.paging import Cursor
from vedette.store.query import Query, Store, TimeRange

Sort = Literal["last", "first", "events", "users"]
MOST_CONSIDERED = 50_000
"""Of more issues than these, only the most recently seen are looked at; `IssuePage.is_cut` says so."""
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

    `by_status` is how many there are in each state, whatever state was asked for.  `is_cut` is set where there are more issues
    than were looked at: those seen longest ago were left out.
    """

    rows: tuple[IssueFigures, ...]
    next: Cursor | None
    total: int
    by_status: Mapping[str, int]
    is_cut: bool
    queries: tuple[Query, ...]


class _Placed(NamedTuple):
    """An issue, and what it is put in order by."""

    id: int
    value: dt.datetime | float


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

    1. The state knows which issues may have some.
    2. The store is asked for those that do, and for what they are put in order by: of many that is all that need be known.
    3. Figures and sparklines are those of the page's issues alone.

    Raises:
        CursorError: If *after* is of another order.
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    filters = filters or IssueFilters()
    candidates = _candidates(filters, range)
    queries = [_order_query(store, candidates.owners, filters, range, sort)] if candidates.owners else []
    placed = _placed(store, queries, candidates, sort)
    asked = [each for each in placed if filters.status in {"", candidates.status[each.id]}]
    asked.sort(key=lambda each: (each.value, each.id), reverse=True)
    page, following = _page(asked, after=after, limit=limit)
    rows: list[IssueFigures] = []
    if page:
        ids = {each.id for each in page}
        owners = [owner for owner in candidates.owners if owner.issue in ids]
        queries += [_figures_query(store, owners, filters, range)]
        step_s = steps.choose_step_s(range, points=points)
        queries += [_steps_query(store, owners, filters, range, step_s)]
        rows = _rows(store, queries[-2:], page, steps.starts(range, step_s), step_s)
    return IssuePage(
        rows=tuple(rows),
        next=following,
        total=len(asked),
        by_status=Counter(candidates.status[each.id] for each in placed),
        is_cut=candidates.is_cut,
        queries=tuple(queries),
    )


def _candidates(filters: IssueFilters, range: TimeRange) -> _Candidates:
    within = {
        "first_us__lt": paging.micros_of(range.end),
        "last_us__gte": paging.micros_of(range.start),
    }
    issues = IssueRow.objects.using(ALIAS).filter(of_state(filters), **within)
    latest = issues.order_by("-last_us", "-id")[: MOST_CONSIDERED + 1]
    found = list(latest.values_list("id", "first_us", "status"))
    kept = found[:MOST_CONSIDERED]
    first_us = {id_: first for id_, first, _ in kept}
    hashes = IssueHashRow.objects.using(ALIAS).filter(issue__in=latest.values("id"), events__gt=0, **within)
    return _Candidates(
        [Owner(*row) for row in hashes.values_list("service", "hash", "issue_id") if row[2] in first_us],
        first_us,
        {id_: status for id_, _, status in kept},
        is_cut=len(found) > MOST_CONSIDERED,
    )


def _order_query(
    store: Store, owners: Sequence[Owner], filters: IssueFilters, range: TimeRange, sort: Sort
) -> Query:
    values: dict[Sort, str] = {
        "last": "max(time)",
        "first": "count(*)",
        "events": "count(*)",
        "users": store.dialect.count_distinct(PERSON),
    }
    return _query(store, owners, filters, range, f"{values[sort]} AS value", by="issue")


def _figures_query(store: Store, owners: Sequence[Owner], filters: IssueFilters, range: TimeRange) -> Query:
    users = store.dialect.count_distinct(PERSON)
    columns = f"count(*) AS events, {users} AS users, max(time) AS last_at"
    return _query(store, owners, filters, range, columns, by="issue")


def _steps_query(
    store: Store, owners: Sequence[Owner], filters: IssueFilters, range: TimeRange, step_s: int
) -> Query:
    columns = f"{store.dialect.step('time', step_s)} AS step, count(*) AS events"
    return _query(store, owners, filters, range, columns, by="issue, step")


def _query(
    store: Store, owners: Sequence[Owner], filters: IssueFilters, range: TimeRange, columns: str, *, by: str
) -> Query:
    bindings = Bindings(store.dialect)
    where = " AND ".join((bindings.within(range), *of_events(filters, bindings)))
    sql = (
        f"SELECT owners.issue AS issue, {columns} FROM {owned(owners, bindings)} WHERE {where} GROUP BY {by}"
    )
    return Query(sql, ("errors",), bindings.values, range)


def _placed(store: Store, queries: Sequence[Query], candidates: _Candidates, sort: Sort) -> list[_Placed]:
    """Return the candidates that have events."""
    found = (
        [(int(issue), value) for result in store.run(*queries) for issue, value in result.rows]
        if queries
        else []
    )
    if sort == "first":
        return [_Placed(id_, paging.time_of(candidates.first_us[id_])) for id_, _ in found]
    return [_Placed(id_, value if sort == "last" else float(value)) for id_, value in found]


def _page(
    placed: Sequence[_Placed], *, after: Cursor | None, limit: int
) -> tuple[Sequence[_Placed], Cursor | None]:
    place = 0
    if after is not None:
        values = [each.value for each in placed]
        if any(type(each) is not type(after.value) for each in values):
            raise paging.CursorError("the place of the page is of another order")
        before = sum(_number(each) > _number(after.value) for each in values)
        place = before + min(after.skip, values.count(after.value))
    page = placed[place : place + limit]
    has_more = place + limit < len(placed)
    return page, paging.next_cursor(page, value=lambda each: each.value, after=after) if has_more else None


def _number(value: dt.datetime | float) -> float:
    return value.timestamp() if isinstance(value, dt.datetime) else value


def _rows(
    store: Store,
    queries: Sequence[Query],
    page: Sequence[_Placed],
    starts: Sequence[dt.datetime],
    step_s: int,
) -> list[IssueFigures]:
    counted, stepped = store.run(*queries)
    figures = {int(issue): rest for issue, *rest in counted.rows}
    sparklines: dict[int, Counter[dt.datetime]] = {}
    for issue, step, events in stepped.rows:
        sparklines.setdefault(int(issue), Counter())[step] += events
    issues = get_issues(figures)
    return [
        IssueFigures(
            issue=issues[each.id],
            events=figures[each.id][0],
            users=figures[each.id][1],
            last_at=figures[each.id][2],
            sparkline=tuple(sparklines[each.id][start] for start in starts),
            step_s=step_s,
        )
        for each in page
        if each.id in issues
    ]
