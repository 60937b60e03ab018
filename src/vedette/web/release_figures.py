"""How a release does: its figures and charts, beside those of the release before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vedette.releases.health import FEWEST_SESSIONS, Health, get_health, get_health_courses
from vedette.releases.queries import Release, get_release, order, short
from vedette.requests.per_release import NOTHING, get_courses, get_per_release
from vedette.requests.queries import Figures, Filters
from vedette.store.beginning import find_first_time
from vedette.store.query import TimeRange
from vedette.web import figures, timerange
from vedette.web.charts import Chart
from vedette.web.figures import Change
from vedette.web.fragments import Look, Values, card
from vedette.web.judgement import percent
from vedette.web.page import Page
from vedette.web.release_charts import Drawing, adoption_chart, health_charts, traffic_charts
from vedette.web.release_comparison import before_of, compare, healthier, issues_door, judge, share_of

POINTS = 60
SESSIONS_A_STEP = 2 * FEWEST_SESSIONS
"""What a step of a chart should hold: of too few sessions it could tell no share."""
FEWEST_STEPS = 6
AROUND = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure at the top of the page."""

    name: str
    value: float | None
    unit: figures.Unit
    change: Change | None
    door: str
    hint: str
    note: str = ""


@card("cards/release_figures.html", on="release")
def figures_card(look: Look) -> Values:
    """Return the figures and charts of a release, beside those of the one before."""
    shown = look.page
    found = get_release(look.names["id"])
    if found is None:
        return {"release": None}
    environment = shown.params.get("environment", "")
    filters = Filters(service=found.service, environment=environment)
    traffic = get_per_release(look.store, range=shown.period.range, filters=filters, now=shown.now)
    health = get_health(look.store, range=traffic.range, service=found.service, environment=environment)
    before = before_of(found, order(found.service), traffic, health)
    here, there = (found.service, found.version), (found.service, before)
    now = traffic.current.get(here, NOTHING)
    ours, theirs = health.get(here, Health()), health.get(there, Health())
    values: dict[str, object] = {
        "release": found,
        "before": before,
        "before_short": short(before),
        "compared_over": figures.span(traffic.both.seconds),
        "its_time": _its_time(shown, found),
        "is_its_time": _is_its_time(shown, found),
        "has_figures": bool(now.requests or ours.sessions),
    }
    if not now.requests and not ours.sessions:
        return values
    compared = traffic.compared.get(here, NOTHING), traffic.compared.get(there, NOTHING)
    share = share_of(found, traffic, health)
    is_by_requests = traffic.share(here) is not None
    door = shown.go("requests", service=found.service, release=found.version, environment=environment)
    issues = issues_door(shown, found)
    of_what = "requests" if is_by_requests else "sessions"
    versions = [found.version, *([before] if before else [])]
    sessions = max(ours.sessions, theirs.sessions)
    drawing = Drawing(service=found.service, requests_door=door, issues_door=issues)
    verdict, is_worse = judge(
        compare(*compared, lambda each: percent(each.error_share), unit="percent"),
        compare(*compared, lambda each: each.percentiles.p95_ms, unit="ms"),
        healthier(ours, theirs),
    )
    return {
        **values,
        "share": percent(share),
        "of_what": of_what,
        "verdict": verdict,
        "is_worse": is_worse,
        "tiles": [
            _adoption_tile(share, of_what=of_what, door=door if is_by_requests else issues),
            *(_traffic_tiles(now, compared, door=door) if is_by_requests else ()),
            *_health_tiles(ours, theirs, door=issues),
        ],
        "charts": [
            *(_traffic_charts(look, drawing, traffic.range, filters, versions) if is_by_requests else ()),
            *(
                _health_charts(
                    look,
                    drawing,
                    traffic.range,
                    filters,
                    versions,
                    sessions=sessions,
                    has_adoption=not is_by_requests,
                )
                if sessions
                else ()
            ),
        ],
        "has_sessions": bool(sessions),
    }


def _traffic_charts(
    look: Look, drawing: Drawing, range: TimeRange, filters: Filters, versions: Sequence[str]
) -> list[Chart]:
    courses = get_courses(look.store, range=range, filters=filters, versions=versions, points=POINTS)
    # What begins with nothing may begin before there were records.
    first_at = None if courses.served[0] else find_first_time(look.store, table="requests")
    return traffic_charts(replace(drawing, first_at=first_at), courses, range)


def _health_charts(
    look: Look,
    drawing: Drawing,
    range: TimeRange,
    filters: Filters,
    versions: Sequence[str],
    *,
    sessions: int,
    has_adoption: bool,
) -> list[Chart]:
    courses = get_health_courses(
        look.store,
        range=range,
        service=filters.service,
        environment=filters.environment,
        versions=versions,
        points=max(FEWEST_STEPS, min(POINTS, sessions // SESSIONS_A_STEP)),
    )
    charts = health_charts(drawing, courses)
    return [adoption_chart(drawing, courses), *charts] if has_adoption else charts


def _is_its_time(shown: Page, found: Release) -> bool:
    """Tell whether the release was seen in the time that is shown."""
    range = shown.period.range
    return (
        found.first_at is not None
        and found.last_at is not None
        and found.first_at < range.end
        and found.last_at >= range.start
    )


def _its_time(shown: Page, found: Release) -> str:
    """Return the address of this page over the time in which the release was seen; ``""`` where it never was."""
    if found.first_at is None or found.last_at is None:
        return ""
    start = max(found.first_at - AROUND, found.last_at - timerange.LONGEST + 2 * AROUND)
    end = min(found.last_at + AROUND, shown.now)
    return shown.over({"from": timerange.written(start), "to": timerange.written(max(end, start + AROUND))})


def _adoption_tile(share: float | None, *, of_what: str, door: str) -> Tile:
    hint = f"Share of its service’s {of_what} in this time"
    return Tile("Adoption", percent(share), "percent", None, door, hint, f"of its service’s {of_what}")


def _traffic_tiles(now: Figures, compared: tuple[Figures, Figures], *, door: str) -> list[Tile]:
    is_now, was = compared
    return [
        Tile(
            "Requests",
            now.per_minute,
            "rate",
            None,
            door,
            f"{now.requests:,} requests in this time",
            f"{now.requests:,} in all",
        ),
        Tile(
            "Errors",
            percent(now.error_share),
            "percent",
            compare(is_now, was, lambda each: percent(each.error_share), unit="percent"),
            f"{door}&status=error",
            f"{now.errors:,} requests were answered with 500 or above",
        ),
        Tile(
            "p95",
            now.percentiles.p95_ms,
            "ms",
            compare(is_now, was, lambda each: each.percentiles.p95_ms, unit="ms"),
            f"{door}&sort=duration",
            ""
            if now.percentiles.p95_ms is not None
            else "Percentiles of fewer than 20 requests are not shown",
        ),
    ]


def _health_tiles(ours: Health, theirs: Health, *, door: str) -> list[Tile]:
    return [
        Tile(
            "Crash-free sessions",
            percent(ours.crash_free_sessions),
            "percent",
            healthier(ours, theirs),
            door,
            f"{ours.crashed_sessions:,} of {ours.sessions:,} sessions crashed; of fewer than 20 no share is told",
        ),
        Tile(
            "Crash-free users",
            percent(ours.crash_free_users),
            "percent",
            _healthier(ours.crash_free_users, theirs.crash_free_users),
            door,
            f"{ours.crashed_users:,} of {ours.users:,} people met a crash; of fewer than 20 no share is told",
        ),
    ]


def _healthier(now: float | None, was: float | None) -> Change | None:
    return figures.change(percent(now), percent(was), unit="percent", higher_is="better")
