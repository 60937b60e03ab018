"""Which releases came in a range, told by their requests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.requests import sources
from vedette.requests.filters import Filters
from vedette.requests.plan import Plan
from vedette.requests.sources import CURRENT, PREVIOUS, Source
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Result, TimeRange

RELEASE_LOOKBACK = dt.timedelta(days=7)
"""How far before the range a release is looked for, so that a return to it is not taken for its arrival."""
_RELEASE_COLUMNS = ("service", "release", "time")


@dataclass(frozen=True, slots=True)
class Release:
    """A release whose first request came in the range."""

    service: str
    release: str
    first_at: dt.datetime


def releases_query(plan: Plan) -> Query:
    """Ask for every release that was seen in the range or not long before it, with its first and its last request."""
    bindings = Bindings(plan.dialect)
    source = releases_source(plan, bindings)
    sql = (
        f"SELECT service, release, min(time) AS first_at, max(time) AS last_at FROM {source.relation} "
        "WHERE release <> '' GROUP BY service, release"
    )
    return source.query(sql, bindings)


def releases_source(plan: Plan, bindings: Bindings) -> Source:
    """Return the `service`, `release` and `time` of requests in the range and before it."""
    earlier = TimeRange(min(plan.previous.start, plan.current.start - RELEASE_LOOKBACK), plan.current.start)
    found = [
        sources.traffic(
            bindings, [period], grain=grain, filters=_origin_of(plan.filters), columns=_RELEASE_COLUMNS
        )
        for period, grain in (
            ((CURRENT, plan.current), plan.series_grain),
            ((PREVIOUS, earlier), sources.choose_grain(earlier, _origin_of(plan.filters))),
        )
    ]
    either = " UNION ALL ".join(f"SELECT * FROM {source.relation}" for source in found)
    tables = tuple(sorted({table for source in found for table in source.tables}))
    return Source(f"({either}) AS seen", tables, earlier.covering(plan.current))


def _origin_of(filters: Filters) -> Filters:
    # A release arrives for the whole service, whichever route or user is being looked at.
    return Filters(service=filters.service, environment=filters.environment, host=filters.host)


def arrivals_of(result: Result, plan: Plan) -> tuple[Release, ...]:
    """Return the releases whose first request came in the range, oldest first."""
    found = [
        Release(service, release, first_at)
        for service, release, first_at, _ in result.rows
        if first_at >= plan.current.start
    ]
    return tuple(sorted(found, key=lambda each: (each.first_at, each.release)))


def newest_of(result: Result) -> tuple[str, str] | None:
    """Return the release that came last and the one before it; None where there are not two."""
    first: dict[str, tuple[dt.datetime, dt.datetime]] = {}
    for _, release, first_at, last_at in result.rows:
        known = first.get(release, (first_at, last_at))
        first[release] = min(known[0], first_at), max(known[1], last_at)
    order = sorted(first, key=lambda release: (first[release], release))
    return (order[-1], order[-2]) if len(order) > 1 else None
