"""The figures of the overview: the golden signals, their course, the routes and the releases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vedette.requests import sources
from vedette.requests.figures import Figures
from vedette.requests.filters import NO_FILTERS, Filters
from vedette.requests.sources import CURRENT, PREVIOUS, Grain, Period, Source
from vedette.store import percentiles, steps
from vedette.store.bindings import Bindings
from vedette.store.dialect import Dialect
from vedette.store.percentiles import Percentiles
from vedette.store.query import Query, Result, Store, TimeRange

MOST_ROUTES = 500
SPARKLINE_POINTS = 30
STATUS_CLASSES = (1, 2, 3, 4, 5)
RELEASE_LOOKBACK = dt.timedelta(days=7)
"""How far before the range a release is looked for, so that a return to it is not taken for its arrival."""
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Signals:
    """The golden signals of a period; `active_users` are distinct, and exact."""

    range: TimeRange
    figures: Figures
    active_users: int


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a series; `by_status_class` counts by the status' first digit."""

    time: dt.datetime
    requests: int
    errors: int
    by_status_class: Mapping[int, int]
    percentiles: Percentiles


@dataclass(frozen=True, slots=True)
class Comparison:
    """A route's figures before and after the newest release."""

    release: str
    figures: Figures
    previous_release: str
    previous: Figures


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the routes table, whose order is by `time_share`: the share of all time spent (count × mean)."""

    route: str
    figures: Figures
    time_share: float
    previous: Figures
    sparkline: tuple[int, ...]
    since_release: Comparison | None


@dataclass(frozen=True, slots=True)
class Release:
    """A release whose first request came in the range."""

    service: str
    release: str
    first_at: dt.datetime


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
    plan = _plan(store.dialect, range, filters, now, points)
    queries = (
        _totals_query(plan),
        _users_query(plan),
        _series_query(plan),
        _routes_query(plan),
        _sparklines_query(plan),
        _by_release_query(plan),
        _releases_query(plan),
        *([_week_before_query(plan)] if plan.has_week_before else []),
    )
    totals, user_counts, series, routes, sparklines, by_release, releases, *week_before = store.run(*queries)
    seen_users = dict(user_counts.rows)
    all_figures = _totals(totals, plan)
    table = _routes(plan, routes, sparklines, by_release, _newest_releases(releases))
    return Overview(
        current=Signals(plan.current, all_figures[CURRENT], seen_users.get(CURRENT, 0)),
        previous=Signals(plan.previous, all_figures[PREVIOUS], seen_users.get(PREVIOUS, 0)),
        step_s=plan.step_s,
        series=_series(series, plan),
        week_before=_week_before(week_before[0], plan) if week_before else None,
        sparkline_step_s=plan.sparkline_step_s,
        routes=tuple(table[:MOST_ROUTES]),
        route_count=len(table),
        releases=_arrivals(releases, plan),
        queries=queries,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    dialect: Dialect
    filters: Filters
    current: TimeRange
    previous: TimeRange
    grain: Grain
    series_grain: Grain
    step_s: int
    sparkline_step_s: int

    @property
    def periods(self) -> tuple[Period, Period]:
        return (CURRENT, self.current), (PREVIOUS, self.previous)

    @property
    def has_week_before(self) -> bool:
        # The step of a range of at most a week is at most a day, so that steps of both weeks fall together.
        return self.current.end - self.current.start <= WEEK


def _plan(dialect: Dialect, range: TimeRange, filters: Filters, now: dt.datetime, points: int) -> _Plan:
    current = TimeRange(range.start, now) if range.start < now < range.end else range
    grain = sources.choose_grain(range, filters)
    fine = sources.choose_grain(range, filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO)
    shortest = sources.shortest_step_s(fine)
    return _Plan(
        dialect=dialect,
        filters=filters,
        current=current,
        previous=current.shifted(range.start - range.end),
        grain=grain,
        series_grain=fine,
        step_s=steps.choose_step_s(range, points=points, at_least_s=shortest),
        sparkline_step_s=steps.choose_step_s(range, points=SPARKLINE_POINTS, at_least_s=shortest),
    )


def _totals_query(plan: _Plan) -> Query:
    bindings = Bindings(plan.dialect)
    columns = ("status_class", "bucket", "duration_ms", "query_ms", "query_count")
    source = sources.traffic(bindings, plan.periods, grain=plan.grain, filters=plan.filters, columns=columns)
    sql = (
        "SELECT period, status_class, bucket, sum(requests) AS n, sum(duration_ms) AS spent_ms, "
        f"sum(query_ms) AS in_queries_ms, sum(query_count) AS issued FROM {source.relation} "
        "GROUP BY period, status_class, bucket"
    )
    return source.query(sql, bindings)


def _totals(result: Result, plan: _Plan) -> dict[int, Figures]:
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


def _users_query(plan: _Plan) -> Query:
    bindings = Bindings(plan.dialect)
    source = sources.users(bindings, plan.periods, grain=plan.grain, filters=plan.filters)
    distinct = plan.dialect.count_distinct("user_id")
    return source.query(
        f"SELECT period, {distinct} AS active FROM {source.relation} GROUP BY period", bindings
    )


def _series_query(plan: _Plan) -> Query:
    bindings = Bindings(plan.dialect)
    source = sources.traffic(
        bindings,
        [(CURRENT, plan.current)],
        grain=plan.series_grain,
        filters=plan.filters,
        columns=("time", "status_class", "bucket"),
    )
    of_class = {
        f"c{digit}": plan.dialect.sum_if("requests", f"status_class = {digit}") for digit in STATUS_CLASSES
    }
    ranked = percentiles.ranked(
        source.relation, keys={"step_start": plan.dialect.step("time", plan.step_s)}, sums=of_class
    )
    counts = ", ".join(f"sum({name}) AS sum_{name}" for name in of_class)
    sql = f"{ranked}SELECT step_start, sum(n) AS requests, {counts}, {percentiles.SELECTED} FROM ranked GROUP BY step_start"
    return source.query(sql, bindings)


def _series(result: Result, plan: _Plan) -> tuple[Point, ...]:
    by_time = {row[0]: _point(row) for row in result.rows}
    return tuple(
        by_time.get(at) or Point(at, 0, 0, dict.fromkeys(STATUS_CLASSES, 0), percentiles.NONE)
        for at in steps.starts(plan.current, plan.step_s)
    )


def _point(row: tuple[Any, ...]) -> Point:
    at, requests, *counts = row
    by_class = dict(zip(STATUS_CLASSES, (int(count) for count in counts[:5]), strict=True))
    return Point(at, requests, by_class[5], by_class, percentiles.from_buckets(counts[5:], total=requests))


def _week_before_query(plan: _Plan) -> Query:
    bindings = Bindings(plan.dialect)
    source = sources.traffic(
        bindings,
        [(PREVIOUS, plan.current.shifted(-WEEK))],
        grain=plan.series_grain,
        filters=plan.filters,
        columns=("time",),
    )
    step = plan.dialect.step("time", plan.step_s)
    sql = f"SELECT {step} AS step_start, sum(requests) AS n FROM {source.relation} GROUP BY step_start"
    return source.query(sql, bindings)


def _week_before(result: Result, plan: _Plan) -> tuple[int, ...]:
    counts = {at: int(requests) for at, requests in result.rows}
    return tuple(counts.get(at - WEEK, 0) for at in steps.starts(plan.current, plan.step_s))


def _routes_query(plan: _Plan) -> Query:
    bindings = Bindings(plan.dialect)
    keys = {"period": "period", "route": "route"}
    return _grouped_query(plan, _grouped_source(plan, plan.periods, keys, bindings), keys, bindings)


def _by_release_query(plan: _Plan) -> Query:
    # The newest release may have come before the range: compare it over both periods.
    both = [(CURRENT, plan.previous.covering(plan.current))]
    bindings = Bindings(plan.dialect)
    keys = {"release": "release", "route": "route"}
    source = _grouped_source(plan, both, keys, bindings)
    seen = _releases_source(plan, bindings)
    newest = (
        f"SELECT release FROM {seen.relation} WHERE release <> '' GROUP BY release "
        "ORDER BY min(time) DESC, max(time) DESC, release DESC LIMIT 2"
    )
    # Of the others nothing is shown.
    compared = replace(
        source,
        relation=f"(SELECT * FROM {source.relation} WHERE release IN ({newest})) AS compared",
        tables=tuple(sorted({*source.tables, *seen.tables})),
        range=source.range.covering(seen.range),
    )
    return _grouped_query(plan, compared, keys, bindings)


def _grouped_source(
    plan: _Plan, periods: Sequence[Period], keys: Mapping[str, str], bindings: Bindings
) -> Source:
    columns = tuple(name for name in keys if name != "period")
    return sources.traffic(
        bindings,
        periods,
        grain=plan.grain,
        filters=plan.filters,
        columns=(*columns, "status_class", "bucket", "duration_ms", "query_ms", "query_count"),
    )


def _grouped_query(plan: _Plan, source: Source, keys: Mapping[str, str], bindings: Bindings) -> Query:
    sums = {
        "failed": plan.dialect.sum_if("requests", "status_class >= 5"),
        "spent_ms": "sum(duration_ms)",
        "in_queries_ms": "sum(query_ms)",
        "issued": "sum(query_count)",
    }
    by = ", ".join(keys)
    sql = (
        f"{percentiles.ranked(source.relation, keys=keys, sums=sums)}"
        f"SELECT {by}, sum(n) AS requests, sum(failed) AS errors, sum(spent_ms) AS duration_ms, "
        f"sum(in_queries_ms) AS query_ms, sum(issued) AS query_count, {percentiles.SELECTED} FROM ranked GROUP BY {by}"
    )
    return source.query(sql, bindings)


def _sparklines_query(plan: _Plan) -> Query:
    bindings = Bindings(plan.dialect)
    source = sources.traffic(
        bindings,
        [(CURRENT, plan.current)],
        grain=plan.series_grain,
        filters=plan.filters,
        columns=("time", "route"),
    )
    step = plan.dialect.step("time", plan.sparkline_step_s)
    sql = f"SELECT route, {step} AS step_start, sum(requests) AS n FROM {source.relation} GROUP BY route, step_start"
    return source.query(sql, bindings)


def _routes(
    plan: _Plan, routes: Result, sparklines: Result, by_release: Result, newest: tuple[str, str] | None
) -> list[Route]:
    seconds = {period: range.seconds for period, range in plan.periods}
    figures = {(row[0], row[1]): Figures.of_row(row[2:], seconds=seconds[row[0]]) for row in routes.rows}
    counts = {(route, at): int(requests) for route, at, requests in sparklines.rows}
    places = steps.starts(plan.current, plan.sparkline_step_s)
    compare = _comparing(by_release, newest)
    now = {route: each for (period, route), each in figures.items() if period == CURRENT}
    total_ms = sum(each.duration_ms for each in now.values())
    table = [
        Route(
            route=route,
            figures=each,
            time_share=each.duration_ms / total_ms if total_ms else 0.0,
            previous=figures.get((PREVIOUS, route)) or Figures(seconds=plan.previous.seconds),
            sparkline=tuple(counts.get((route, at), 0) for at in places),
            since_release=compare(route),
        )
        for route, each in now.items()
    ]
    return sorted(table, key=lambda row: (-row.figures.duration_ms, row.route))


def _comparing(result: Result, newest: tuple[str, str] | None) -> Callable[[str], Comparison | None]:
    figures = {(row[0], row[1]): Figures.of_row(row[2:], seconds=0.0) for row in result.rows}

    def compare(route: str) -> Comparison | None:
        if newest is None:
            return None
        release, previous = newest
        after, before = figures.get((release, route)), figures.get((previous, route))
        return Comparison(release, after, previous, before) if after and before else None

    return compare


def _releases_query(plan: _Plan) -> Query:
    bindings = Bindings(plan.dialect)
    source = _releases_source(plan, bindings)
    sql = (
        f"SELECT service, release, min(time) AS first_at, max(time) AS last_at FROM {source.relation} "
        "WHERE release <> '' GROUP BY service, release"
    )
    return source.query(sql, bindings)


def _releases_source(plan: _Plan, bindings: Bindings) -> Source:
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


_RELEASE_COLUMNS = ("service", "release", "time")


def _origin_of(filters: Filters) -> Filters:
    # A release arrives for the whole service, whichever route or user is being looked at.
    return Filters(service=filters.service, environment=filters.environment, host=filters.host)


def _arrivals(result: Result, plan: _Plan) -> tuple[Release, ...]:
    found = [
        Release(service, release, first_at)
        for service, release, first_at, _ in result.rows
        if first_at >= plan.current.start
    ]
    return tuple(sorted(found, key=lambda each: (each.first_at, each.release)))


def _newest_releases(result: Result) -> tuple[str, str] | None:
    """Return the release that came last and the one before it."""
    first: dict[str, tuple[dt.datetime, dt.datetime]] = {}
    for _, release, first_at, last_at in result.rows:
        known = first.get(release, (first_at, last_at))
        first[release] = min(known[0], first_at), max(known[1], last_at)
    order = sorted(first, key=lambda release: (first[release], release))
    return (order[-1], order[-2]) if len(order) > 1 else None
