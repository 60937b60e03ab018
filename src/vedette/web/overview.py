"""The overview: is everything well?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase

from vedette.requests.queries import NO_ROUTE, Figures, Overview, Route, get_overview
from vedette.web import access, figures, frame
from vedette.web.figures import Change
from vedette.web.fragments import Look, Values, card
from vedette.web.judgement import Known, judge, known, percent
from vedette.web.overview_charts import error_chart, latency_chart, traffic_chart
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.selection import chips, filters_of

POINTS = 60
FIRST_ROUTES = 15
# What a route's table can be ordered by: the column's name in a link, its heading, and its value (greatest first).
ORDERS: dict[str, Callable[[Route], tuple[float, ...]]] = {
    "time": lambda row: (row.figures.duration_ms,),
    "requests": lambda row: (row.figures.requests,),
    "p50": lambda row: (row.figures.percentiles.p50_ms or 0,),
    "p95": lambda row: (row.figures.percentiles.p95_ms or 0,),
    "p99": lambda row: (row.figures.percentiles.p99_ms or 0,),
    "errors": lambda row: (row.figures.error_share or 0, row.figures.errors),
    "queries": lambda row: (row.figures.mean_query_count or 0,),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure at the top of the page, a door to what it counts."""

    name: str
    value: float | None
    unit: figures.Unit
    change: Change | None
    door: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the routes table."""

    name: str
    door: str
    error_door: str
    route: Route
    share_percent: float
    error_percent: float | None
    change: Change | None
    since_release: Change | None


@access.page
def overview(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the overview's frame; its figures are a card."""
    return frame.respond(request, "overview.html", name="overview", parts=parts)


@card("cards/overview.html", on="overview")
def overview_card(look: Look) -> Values:
    """Return the figures, charts and routes of the overview: one question to the store."""
    page = look.page
    found = get_overview(
        look.store, range=page.period.range, filters=filters_of(page.params), now=page.now, points=POINTS
    )
    if not found.current.figures.requests and not found.previous.figures.requests:
        return {"is_empty": True, "has_filters": bool(page.filters)}
    order = page.params.get("sort", "time")
    order = order if order in ORDERS else "time"
    rows = sorted(found.routes, key=ORDERS[order], reverse=True)
    shown = rows if page.params.get("routes") == "all" else rows[:FIRST_ROUTES]
    seen = known(look.store, found)
    own = _own(page)
    return {
        "chips": list(chips(page)),
        "verdict": judge(seen),
        "current": found.current,
        "rate": figures.rate(seen.per_minute),
        "error_percent": percent(found.current.figures.error_share),
        "tiles": tiles(page, seen),
        "traffic": traffic_chart(seen, page.go("requests", **own)),
        "latency": latency_chart(seen, page.go("requests", **{**own, "sort": "duration"})),
        "errors": error_chart(seen, page.go("requests", **{**own, "status": "error"})),
        "rows": [_row(page, route, is_compared=seen.before is not None) for route in shown],
        "route_count": found.route_count,
        "hidden_count": found.route_count - len(shown),
        "order": order,
        **_newest(found),
        "previous_label": figures.span(found.previous.range.seconds),
    }


def _newest(found: Overview) -> dict[str, str]:
    since = next((route.since_release for route in found.routes if route.since_release), None)
    return {"release": since.release, "previous_release": since.previous_release} if since else {}


def tiles(page: Page, seen: Known) -> list[Tile]:
    """Return the figures at the top, each compared with the period before."""
    own = _own(page)
    now, before = seen.found.current.figures, seen.before
    share, shared = percent(now.error_share), percent(before.error_share) if before else None
    users = seen.found.current.active_users
    return [
        Tile(
            "Requests",
            seen.per_minute,
            "rate",
            figures.change(seen.per_minute, before.per_minute if before else None, unit="rate"),
            page.go("requests", **own),
            f"{now.requests:,} requests",
        ),
        Tile(
            "Errors",
            share,
            "percent",
            figures.change(share, shared, unit="percent", higher_is="worse"),
            page.go("requests", **{**own, "status": "error"}),
            f"{now.errors:,} requests were answered with 500 or above",
        ),
        *_percentile_tiles(page, now, before),
        Tile(
            "Active users",
            users,
            "count",
            figures.change(users, seen.users_before, unit="count"),
            page.go("requests", **own),
            "Distinct users who were logged in",
        ),
    ]


def _percentile_tiles(page: Page, now: Figures, before: Figures | None) -> Iterator[Tile]:
    for name in ("p50", "p95", "p99"):
        value: float | None = getattr(now.percentiles, f"{name}_ms")
        was: float | None = getattr(before.percentiles, f"{name}_ms") if before else None
        slower = {"sort": "duration", "min_ms": f"{value:.0f}" if value else ""}
        yield Tile(
            name,
            value,
            "ms",
            figures.change(value, was, unit="ms", higher_is="worse"),
            page.go("requests", **{**_own(page), **slower}),
            "" if value is not None else "Percentiles of fewer than 20 requests are not shown",
        )


def _own(page: Page) -> dict[str, str]:
    return {name: value for name, value in page.filters.items() if name not in {"sort", "routes"}}


def _row(page: Page, route: Route, *, is_compared: bool) -> Row:
    was = route.previous.percentiles.p95_ms if is_compared else None
    since = route.since_release
    own = {**_own(page), "route": route.route or NO_ROUTE}
    return Row(
        name=route.route or "no route",
        door=page.go("requests", **own),
        error_door=page.go("requests", **{**own, "status": "error"}),
        route=route,
        share_percent=100 * route.time_share,
        error_percent=percent(route.figures.error_share),
        change=figures.change(route.figures.percentiles.p95_ms, was, unit="ms", higher_is="worse"),
        since_release=None
        if since is None
        else figures.change(
            since.figures.percentiles.p95_ms, since.previous.percentiles.p95_ms, unit="ms", higher_is="worse"
        ),
    )
