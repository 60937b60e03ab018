"""The figures of the overview: the golden signals, their course, the routes and the releases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.requests import sources
from vedette.requests.arrivals import Release, arrivals_of, newest_of, releases_query
from vedette.requests.figures import Figures
from vedette.requests.filters import NO_FILTERS, Filters
from vedette.requests.plan import Plan, plan_of
from vedette.requests.route_table import (
    MOST_ROUTES,
    Route,
    by_release_query,
    routes_of,
    routes_query,
    sparklines_query,
)
from vedette.requests.series import Point, series_of, series_query, week_before_of, week_before_query
from vedette.requests.sources import CURRENT, PREVIOUS
from vedette.store import percentiles
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Result, Store, TimeRange


@dataclass(frozen=True, slots=True)
class Signals:
    """The golden signals of a period; `active_users` are distinct, and exact."""

    range: TimeRange
    figures: Figures
    active_users: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the overview page shows.

    `current.range` ends at the present where the range asked for goes on; `previous.range` is as long and lies one whole
    range earlier.  `week_before` are the requests of each step of `series` a week earlier; None where the range is longer
    than that.  `routes` are the first 500, of `route_count`.
    """

    current: Signals
    previous: Signals
    step_s: int
    series: tuple[Point, ...]
    week_before: tuple[int, ...] | None
    sparkline_step_s: int
    routes: tuple[Route, ...]
    route_count: int
    releases: tuple[Release, ...]
    queries: tuple[Query, ...]


def get_overview(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, now: dt.datetime, points: int = 120
) -> Overview:
    """Return the overview of *range*, whose series has at most about *points* steps.

    Raises:
        QueryError: If the store cannot answer.
    """
    plan = plan_of(store.dialect, range, filters, now, points)
    queries = (
        totals_query(plan),
        _users_query(plan),
        series_query(plan),
        routes_query(plan),
        sparklines_query(plan),
        by_release_query(plan),
        releases_query(plan),
        *([week_before_query(plan)] if plan.has_week_before else []),
    )
    totals, user_counts, series, routes, sparklines, by_release, releases, *week_before = store.run(*queries)
    seen_users = dict(user_counts.rows)
    all_figures = _totals(totals, plan)
    table = routes_of(plan, routes, sparklines, by_release, newest_of(releases))
    return Overview(
        current=Signals(plan.current, all_figures[CURRENT], seen_users.get(CURRENT, 0)),
        previous=Signals(plan.previous, all_figures[PREVIOUS], seen_users.get(PREVIOUS, 0)),
        step_s=plan.step_s,
        series=series_of(series, plan),
        week_before=week_before_of(week_before[0], plan) if week_before else None,
        sparkline_step_s=plan.sparkline_step_s,
        routes=tuple(table[:MOST_ROUTES]),
        route_count=len(table),
        releases=arrivals_of(releases, plan),
        queries=queries,
    )


def totals_query(plan: Plan) -> Query:
    """Ask for the figures of the range and of the one before it."""
    bindings = Bindings(plan.dialect)
    columns = ("status_class", "bucket", "duration_ms", "query_ms", "query_count")
    source = sources.traffic(bindings, plan.periods, grain=plan.grain, filters=plan.filters, columns=columns)
    sql = (
        "SELECT period, status_class, bucket, sum(requests) AS n, sum(duration_ms) AS spent_ms, "
        f"sum(query_ms) AS in_queries_ms, sum(query_count) AS issued FROM {source.relation} "
        "GROUP BY period, status_class, bucket"
    )
    return source.query(sql, bindings)


def _totals(result: Result, plan: Plan) -> dict[int, Figures]:
    return {
        period: _sum_up([row for row in result.rows if row[0] == period], range.seconds)
        for period, range in plan.periods
    }


def _sum_up(rows: Sequence[tuple[Any, ...]], seconds: float) -> Figures:
    counts: dict[int, int] = {}
    for _, _, bucket, requests, *_ in rows:
        if bucket is None:
            continue
        counts[bucket] = counts.get(bucket, 0) + requests
    return Figures(
        requests=sum(row[3] for row in rows),
        errors=sum(row[3] for row in rows if row[1] >= 5),
        duration_ms=sum(row[4] for row in rows),
        query_ms=sum(row[5] for row in rows),
        query_count=sum(row[6] for row in rows),
        seconds=seconds,
        percentiles=percentiles.from_counts(counts),
    )


def _users_query(plan: Plan) -> Query:
    bindings = Bindings(plan.dialect)
    source = sources.users(bindings, plan.periods, grain=plan.grain, filters=plan.filters)
    distinct = plan.dialect.count_distinct("user_id")
    return source.query(
        f"SELECT period, {distinct} AS active FROM {source.relation} GROUP BY period", bindings
    )
