"""The overview: is everything well?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase

from vedette.requests.queries import NO_ROUTE, Figures, Overview, Point, Route, get_overview
from vedette.web import access, figures, frame
from vedette.web.charts import Chart, Marker, Series
from vedette.web.figures import Change
from vedette.web.fragments import Look, Values, card
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.selection import chips, filters_of

POINTS = 60
FIRST_ROUTES = 15
# What a route's table can be ordered by: the column's name in a link, its heading, and its value (greatest first).
ORDERS = {
    "time": lambda row: row.figures.duration_ms,
    "requests": lambda row: row.figures.requests,
    "p50": lambda row: row.figures.percentiles.p50_ms or 0,
    "p95": lambda row: row.figures.percentiles.p95_ms or 0,
    "p99": lambda row: row.figures.percentiles.p99_ms or 0,
    "errors": lambda row: (row.figures.error_share or 0, row.figures.errors),
    "queries": lambda row: row.figures.mean_query_count or 0,
}
SLOWER = 0.25
"""From this much on a change of p95 is part of the sentence at the top."""
QUIETER = 0.5


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
    return {
        "chips": list(chips(page)),
        "verdict": verdict(found),
        "current": found.current,
        "rate": figures.rate(found.current.figures.per_minute),
        "error_percent": _percent(found.current.figures.error_share),
        "tiles": tiles(page, found),
        "traffic": traffic_chart(page, found),
        "latency": latency_chart(page, found),
        "errors": error_chart(page, found),
        "rows": [_row(page, route) for route in shown],
        "route_count": found.route_count,
        "hidden_count": found.route_count - len(shown),
        "order": order,
        **_newest(found),
        "previous_label": figures.span(found.previous.range.seconds),
    }


def _newest(found: Overview) -> dict[str, str]:
    since = next((route.since_release for route in found.routes if route.since_release), None)
    return {"release": since.release, "previous_release": since.previous_release} if since else {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of the sentence at the top."""

    text: str
    is_bad: bool


def verdict(found: Overview) -> Verdict:
    """Say whether the period is as the one before it."""
    now, before = found.current.figures, found.previous.figures
    span = figures.span(found.previous.range.seconds)
    if not before.requests:
        return Verdict("there is nothing earlier to compare with", False)
    bad = list(_complaints(now, before))
    if bad:
        return Verdict(f"{' and '.join(bad)} than in the {span} before", True)
    return Verdict(f"as in the {span} before", False)


def _complaints(now: Figures, before: Figures) -> Sequence[str]:
    found = []
    errors = figures.change(
        _percent(now.error_share), _percent(before.error_share), unit="percent", higher_is="worse"
    )
    if errors is not None and errors.judgement == "worse":
        found.append("more errors")
    slow, was = now.percentiles.p95_ms, before.percentiles.p95_ms
    if slow is not None and was is not None and slow > was * (1 + SLOWER):
        found.append("slower")
    if now.per_minute < before.per_minute * (1 - QUIETER):
        found.append("much less traffic")
    return found


def tiles(page: Page, found: Overview) -> list[Tile]:
    """Return the figures at the top, each compared with the period before."""
    now, before = found.current.figures, found.previous.figures
    latest = [
        Tile(
            f"p{percent}",
            value,
            "ms",
            figures.change(value, was, unit="ms", higher_is="worse"),
            page.go("requests", **_own(page), sort="duration", min_ms=f"{value:.0f}" if value else ""),
            "" if value is not None else "Percentiles of fewer than 20 requests are not shown",
        )
        for percent, value, was in zip((50, 95, 99), _three(now), _three(before), strict=True)
    ]
    share, shared = _percent(now.error_share), _percent(before.error_share)
    rate_before = before.per_minute if before.requests else None
    users_before = found.previous.active_users if before.requests else None
    return [
        Tile(
            "Requests",
            now.per_minute,
            "rate",
            figures.change(now.per_minute, rate_before, unit="rate"),
            page.go("requests", **_own(page)),
            f"{now.requests:,} requests",
        ),
        Tile(
            "Errors",
            share,
            "percent",
            figures.change(share, shared, unit="percent", higher_is="worse"),
            page.go("requests", **{**_own(page), "status": "error"}),
            f"{now.errors:,} requests were answered with 500 or above",
        ),
        *latest,
        Tile(
            "Active users",
            found.current.active_users,
            "count",
            figures.change(found.current.active_users, users_before, unit="count"),
            page.go("requests", **_own(page)),
            "Distinct users who were logged in",
        ),
    ]


def _own(page: Page) -> dict[str, str]:
    return {name: value for name, value in page.filters.items() if name not in {"sort", "routes"}}


def _three(of: Figures) -> tuple[float | None, float | None, float | None]:
    return of.percentiles.p50_ms, of.percentiles.p95_ms, of.percentiles.p99_ms


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def traffic_chart(page: Page, found: Overview) -> Chart:
    """Return requests per minute by status class."""
    unknown = _unknown(found)
    minutes = _minutes(found)
    totals = dict.fromkeys(CLASSES, 0)
    for point in found.series:
        for digit in CLASSES:
            totals[digit] += point.by_status_class.get(digit, 0)
    series = [
        Series(name, colour, _values(found, unknown, minutes, digit), total=figures.count(totals[digit]))
        for digit, (name, colour) in CLASSES.items()
        if totals[digit] or digit == 2
    ]
    return _chart(page, found, "Requests per minute by status", "bars", "rate", series, unknown)


CLASSES = {
    2: ("2xx", "ok"),
    3: ("3xx", "moved"),
    4: ("4xx", "refused"),
    5: ("5xx", "failed"),
    1: ("1xx", "ghost"),
}


def _values(
    found: Overview, unknown: Sequence[dt.datetime], minutes: Sequence[float], digit: int
) -> list[float | None]:
    return [
        None if point.time in unknown else point.by_status_class.get(digit, 0) / minute
        for point, minute in zip(found.series, minutes, strict=True)
    ]


def latency_chart(page: Page, found: Overview) -> Chart:
    """Return the percentiles of the durations; steps with fewer than 20 requests have none."""
    of = found.current.figures.percentiles
    series = [
        Series(
            name,
            name,
            [getattr(point.percentiles, f"{name}_ms") for point in found.series],
            total=None if (total := getattr(of, f"{name}_ms")) is None else figures.duration(total),
        )
        for name in ("p50", "p95", "p99")
    ]
    return _chart(page, found, "Latency percentiles", "lines", "ms", series, _unknown(found), sort="duration")


def error_chart(page: Page, found: Overview) -> Chart:
    """Return the shares of requests that failed and that were refused."""
    refused = sum(point.by_status_class.get(4, 0) for point in found.series)
    requests = found.current.figures.requests
    series = [
        Series(
            "5xx",
            "failed",
            [_share(point, 5) for point in found.series],
            total=figures.percent(_percent(found.current.figures.error_share) or 0),
        ),
        Series(
            "4xx",
            "refused",
            [_share(point, 4) for point in found.series],
            ghost=True,
            total=figures.percent(100 * refused / requests) if requests else None,
        ),
    ]
    return _chart(
        page,
        found,
        "Share of requests with errors",
        "lines",
        "percent",
        series,
        _unknown(found),
        status="error",
    )


def _share(point: Point, digit: int) -> float | None:
    return 100 * point.by_status_class.get(digit, 0) / point.requests if point.requests else None


def _chart(
    page: Page,
    found: Overview,
    title: str,
    kind: str,
    unit: figures.Unit,
    series: Sequence[Series],
    unknown: Sequence[dt.datetime],
    **door: str,
) -> Chart:
    start = found.series[0].time
    step = dt.timedelta(seconds=found.step_s)
    return Chart(
        kind="bars" if kind == "bars" else "lines",
        unit=unit,
        start=start,
        step_s=found.step_s,
        length=len(found.series),
        title=title,
        series=series,
        markers=[Marker(each.first_at, each.release[:12]) for each in found.releases],
        unknown=[(unknown[0], unknown[-1] + step)] if unknown else [],
        door=page.go("requests", **{**_own(page), **door}),
    )


def _unknown(found: Overview) -> list[dt.datetime]:
    """Return the steps before the first record ever seen: nobody was counting then."""
    if found.previous.figures.requests:
        return []
    empty = []
    for point in found.series:
        if point.requests:
            break
        empty.append(point.time)
    return empty


def _minutes(found: Overview) -> list[float]:
    """Return how many minutes of each step lie in the range; its first and last step are rarely whole."""
    step = dt.timedelta(seconds=found.step_s)
    range = found.current.range
    return [
        max((min(point.time + step, range.end) - max(point.time, range.start)).total_seconds(), 1.0) / 60
        for point in found.series
    ]


def _row(page: Page, route: Route) -> Row:
    since = route.since_release
    own = {**_own(page), "route": route.route or NO_ROUTE}
    return Row(
        name=route.route or "no route",
        door=page.go("requests", **own),
        error_door=page.go("requests", **{**own, "status": "error"}),
        route=route,
        share_percent=100 * route.time_share,
        error_percent=_percent(route.figures.error_share),
        change=figures.change(
            route.figures.percentiles.p95_ms, route.previous.percentiles.p95_ms, unit="ms", higher_is="worse"
        ),
        since_release=None
        if since is None
        else figures.change(
            since.figures.percentiles.p95_ms, since.previous.percentiles.p95_ms, unit="ms", higher_is="worse"
        ),
    )
