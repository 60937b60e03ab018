"""One release: how it does against the one before, what it brought, where it went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from vedette.issues.queries import Issue, list_release_issues
from vedette.issues.releases import Kind
from vedette.releases.health import Health, get_health
from vedette.releases.queries import (
    Release,
    count_commits,
    get_release,
    list_commits,
    list_deploys_of,
    list_seen,
    order,
    short,
)
from vedette.requests.per_release import NOTHING, Courses, Step, get_courses, get_per_release
from vedette.requests.queries import Figures, Filters
from vedette.store.query import TimeRange
from vedette.web import access, charts, figures, frame, timerange
from vedette.web.asking import explain
from vedette.web.charts import Chart, Series
from vedette.web.figures import Change
from vedette.web.fragments import Look, Values, card
from vedette.web.judgement import percent
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.releases import before_of, compare, issues_door, places_of, share_of
from vedette.web.selection import chips

POINTS = 60
MOST_COMMITS = 50
MOST_ISSUES = 10
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


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """The issues that a release brought, brought back or mended."""

    title: str
    issues: tuple[Issue, ...]
    nothing: str


@access.page
def release(request: HttpRequest, id: int, *, parts: Parts) -> HttpResponseBase:
    """Answer with a release and all that was told of it; its figures are a card."""
    shown = frame.look(request, name="release", parts=parts)
    try:
        found = get_release(id)
        if found is None:
            return frame.show(shown, "release_missing.html", {"id": id}, status=404)
        return frame.show(shown, "release.html", _told(shown, found))
    except DatabaseError as error:
        return _failed(shown, error)


def _failed(shown: Page, error: DatabaseError) -> HttpResponse:
    failure = explain(error)
    return frame.show(shown, "release_failed.html", {"failure": failure}, status=failure.status)


def _told(shown: Page, found: Release) -> dict[str, object]:
    seen = list_seen([found.id]).get(found.id, [])
    deploys = list_deploys_of([found.id]).get(found.id, [])
    commits = count_commits([found.id]).get(found.id, 0)
    places = places_of(seen, deploys)
    return {
        "release": found,
        "ref": "" if _is_told_by_version(found) else short(found.ref),
        "places": places,
        "earlier": [
            deploy
            for deploy in deploys
            if deploy.id not in {each.deploy.id for each in places if each.deploy}
        ],
        "commits": list_commits(found.id, limit=MOST_COMMITS),
        "commit_count": commits,
        "groups": _groups(found),
        "chips": [] if frame.errors_of(shown) else list(chips(shown)),
        "all_releases": shown.go("releases", service=found.service),
    }


def _is_told_by_version(found: Release) -> bool:
    return found.version.startswith(found.ref) or found.ref.startswith(found.version)


def _groups(found: Release) -> list[IssueGroup]:
    kinds: tuple[tuple[Kind, str, str], ...] = (
        ("new", "New issues", "None was first seen in this release."),
        ("regressed", "Came back", "None that was resolved came back in it."),
        ("resolved", "Resolved", "None is resolved in it."),
    )
    return [
        IssueGroup(
            title,
            tuple(list_release_issues(found.service, found.version, kind=kind, limit=MOST_ISSUES)),
            nothing,
        )
        for kind, title, nothing in kinds
    ]


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
    before = before_of(found, order(found.service), traffic)
    here = found.service, found.version
    now = traffic.current.get(here, NOTHING)
    door = shown.go("requests", service=found.service, release=found.version, environment=environment)
    values: dict[str, object] = {
        "release": found,
        "requests": now.requests,
        "before": before,
        "before_short": short(before),
        "compared_over": figures.span(traffic.both.seconds),
        "its_time": _its_time(shown, found),
        "has_figures": bool(now.requests),
    }
    health = get_health(look.store, range=traffic.range, service=found.service, environment=environment)
    ours, theirs = health.get(here, Health()), health.get((found.service, before), Health())
    if not now.requests and not ours.sessions:
        return values
    compared = traffic.compared.get(here, NOTHING), traffic.compared.get((found.service, before), NOTHING)
    versions = [found.version, *([before] if before else [])]
    courses = get_courses(look.store, range=traffic.range, filters=filters, versions=versions, points=POINTS)
    minutes = _minutes(courses, traffic.range)
    return {
        **values,
        "has_figures": True,
        "tiles": [
            *_traffic_tiles(now, compared, share=share_of(found, traffic, health), door=door),
            *_health_tiles(ours, theirs, door=issues_door(shown, found)),
        ],
        "traffic": _chart(
            courses, "Requests per minute", "bars", "rate", _per_minute(minutes), door, found.service
        ),
        "errors": _chart(
            courses, "Share of requests that failed", "lines", "percent", _error_share, door, found.service
        ),
        "latency": _chart(courses, "p95 of the duration", "lines", "ms", _p95, door, found.service),
    }


def _its_time(shown: Page, found: Release) -> str:
    """Return the address of this page over the time in which the release was seen; ``""`` where it never was."""
    if found.first_at is None or found.last_at is None:
        return ""
    start = max(found.first_at - AROUND, found.last_at - timerange.LONGEST + 2 * AROUND)
    end = min(found.last_at + AROUND, shown.now)
    return shown.over({"from": timerange.written(start), "to": timerange.written(max(end, start + AROUND))})


def _traffic_tiles(
    now: Figures, compared: tuple[Figures, Figures], *, share: float | None, door: str
) -> list[Tile]:
    is_now, was = compared
    return [
        Tile(
            "Adoption",
            percent(share),
            "percent",
            None,
            door,
            "Share of its service’s requests in this time",
            "of its service",
        ),
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
            _healthier(ours.crash_free_sessions, theirs.crash_free_sessions),
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


def _chart(
    courses: Courses,
    title: str,
    kind: charts.Kind,
    unit: figures.Unit,
    values: Callable[[Sequence[Step]], list[float | None]],
    door: str,
    service: str,
) -> Chart:
    colours = ("p95", "ghost") if kind == "lines" else ("ok", "ghost")
    series = [
        Series(short(version), colour, values(course), ghost=bool(number))
        for number, ((version, course), colour) in enumerate(
            zip(courses.by_version.items(), colours, strict=False)
        )
    ]
    return Chart(
        kind=kind,
        unit=unit,
        start=courses.starts[0],
        step_s=courses.step_s,
        length=len(courses.starts),
        title=title,
        series=series,
        door=door,
        service=service,
    )


def _minutes(courses: Courses, range: TimeRange) -> list[float]:
    """Return how many minutes of each step lie in the range; its first and last step are rarely whole."""
    step = dt.timedelta(seconds=courses.step_s)
    return [
        max((min(at + step, range.end) - max(at, range.start)).total_seconds(), 1.0) / 60
        for at in courses.starts
    ]


def _per_minute(minutes: Sequence[float]) -> Callable[[Sequence[Step]], list[float | None]]:
    return lambda course: [step.requests / minute for step, minute in zip(course, minutes, strict=True)]


def _error_share(course: Sequence[Step]) -> list[float | None]:
    return [100 * step.errors / step.requests if step.requests else None for step in course]


def _p95(course: Sequence[Step]) -> list[float | None]:
    return [step.percentiles.p95_ms for step in course]
