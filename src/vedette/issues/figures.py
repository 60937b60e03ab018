"""An issue's events over time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from vedette.issues.filters import IssueFilters, of_events
from vedette.issues.issue import Issue
from vedette.issues.listing import PERSON
from vedette.issues.owners import Owner, owned, owners_of
from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

MOST_RELEASES = 8
"""Events of more releases than these are told together, as those of the release ``OTHERS``."""
OTHERS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSeries:
    """The events of an issue within a range, and the people affected.

    `counts` holds the events of each step of `step_s` seconds that begins at `starts`; `by_release` the same of each release,
    that of most events first.  `first_at` and `last_at` are None where there are no events.
    """

    step_s: int
    starts: tuple[dt.datetime, ...]
    counts: tuple[int, ...]
    by_release: tuple[tuple[str, tuple[int, ...]], ...]
    events: int
    users: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    queries: tuple[Query, ...]


def get_figures(
    store: Store, issue: Issue, *, range: TimeRange, points: int = 120, filters: IssueFilters | None = None
) -> IssueSeries:
    """Return the figures of *issue*; of *filters* those count that are about events.

    Raises:
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    step_s = steps.choose_step_s(range, points=points)
    starts = tuple(steps.starts(range, step_s))
    owners = owners_of([issue.id])
    filters = filters or IssueFilters()
    totals = _totals_query(store, owners, filters, range)
    by_step = _steps_query(store, owners, filters, range, step_s)
    ((events, users, first_at, last_at),), rows = (result.rows for result in store.run(totals, by_step))
    found: dict[str, Counter[dt.datetime]] = {}
    for release, start, count in rows:
        found.setdefault(release, Counter())[start] += count
    overall: Counter[dt.datetime] = Counter()
    for each in found.values():
        overall.update(each)
    return IssueSeries(
        step_s=step_s,
        starts=starts,
        counts=tuple(overall[start] for start in starts),
        by_release=tuple(
            (release, tuple(each[start] for start in starts)) for release, each in _ranked(found).items()
        ),
        events=events,
        users=users,
        first_at=first_at,
        last_at=last_at,
        queries=(totals, by_step),
    )


def _where(bindings: Bindings, filters: IssueFilters, range: TimeRange) -> str:
    return " AND ".join((bindings.within(range), *of_events(filters, bindings)))


def _totals_query(store: Store, owners: list[Owner], filters: IssueFilters, range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    sql = (
        f"SELECT count(*) AS events, {store.dialect.count_distinct(PERSON)} AS users, min(time) AS first_at, "
        f"max(time) AS last_at FROM {owned(owners, bindings)} WHERE {_where(bindings, filters, range)}"
    )
    return Query(sql, ("errors",), bindings.values, range)


def _steps_query(
    store: Store, owners: list[Owner], filters: IssueFilters, range: TimeRange, step_s: int
) -> Query:
    bindings = Bindings(store.dialect)
    sql = (
        f"SELECT release, {store.dialect.step('time', step_s)} AS step, count(*) AS events "
        f"FROM {owned(owners, bindings)} WHERE {_where(bindings, filters, range)} GROUP BY release, step"
    )
    return Query(sql, ("errors",), bindings.values, range)


def _ranked(found: dict[str, Counter[dt.datetime]]) -> dict[str, Counter[dt.datetime]]:
    names = sorted(found, key=lambda release: (-found[release].total(), release))
    if len(names) <= MOST_RELEASES:
        return {name: found[name] for name in names}
    others: Counter[dt.datetime] = Counter()
    for name in names[MOST_RELEASES - 1 :]:
        others.update(found[name])
    return {**{name: found[name] for name in names[: MOST_RELEASES - 1]}, OTHERS: others}
