"""The table of routes: where the time goes, and what changed since the release before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from vedette.requests import sources
from vedette.requests.arrivals import releases_source
from vedette.requests.figures import Figures
from vedette.requests.plan import Plan
from vedette.requests.sources import CURRENT, PREVIOUS, Period, Source
from vedette.store import percentiles, steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Result

MOST_ROUTES = 500


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


def routes_query(plan: Plan) -> Query:
    """Ask for the figures of each route, in the range and in the one before it."""
    bindings = Bindings(plan.dialect)
    keys = {"period": "period", "route": "route"}
    return _grouped_query(plan, _grouped_source(plan, plan.periods, keys, bindings), keys, bindings)


def by_release_query(plan: Plan) -> Query:
    """Ask for the figures of each route under the two newest releases."""
    # The newest release may have come before the range: compare it over both periods.
    both = [(CURRENT, plan.previous.covering(plan.current))]
    bindings = Bindings(plan.dialect)
    keys = {"release": "release", "route": "route"}
    source = _grouped_source(plan, both, keys, bindings)
    seen = releases_source(plan, bindings)
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
    plan: Plan, periods: Sequence[Period], keys: Mapping[str, str], bindings: Bindings
) -> Source:
    columns = tuple(name for name in keys if name != "period")
    return sources.traffic(
        bindings,
        periods,
        grain=plan.grain,
        filters=plan.filters,
        columns=(*columns, "status_class", "bucket", "duration_ms", "query_ms", "query_count"),
    )


def _grouped_query(plan: Plan, source: Source, keys: Mapping[str, str], bindings: Bindings) -> Query:
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


def sparklines_query(plan: Plan) -> Query:
    """Ask for the requests of each route in few steps."""
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


def routes_of(
    plan: Plan, routes: Result, sparklines: Result, by_release: Result, newest: tuple[str, str] | None
) -> list[Route]:
    """Return all routes of the range, those first that took most time altogether."""
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
