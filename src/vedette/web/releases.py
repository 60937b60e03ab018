"""The releases: what came when and where, how much of the traffic each serves, and how well, against the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from vedette.issues.queries import IssueFilters, ReleaseIssues, count_release_issues, render_search
from vedette.releases.health import Health, get_health
from vedette.releases.queries import (
    Deploy,
    Order,
    Release,
    Seen,
    find_releases,
    list_deploys_of,
    list_releases,
    list_seen,
    list_services,
    order,
    short,
)
from vedette.requests.per_release import NOTHING, PerRelease, get_per_release
from vedette.requests.queries import Filters
from vedette.store.query import TimeRange
from vedette.web import access, figures, frame, page
from vedette.web.figures import Change
from vedette.web.fragments import Look, Values, card
from vedette.web.judgement import percent
from vedette.web.markers import Arrival, arrivals_in
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.selection import chips

ON_A_PAGE = 25
MOST_LATEST = 5
LOOKBACK = dt.timedelta(days=30)
FRESH_ISSUES = ReleaseIssues()
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Place:
    """An environment that a release is in: where it was deployed last, and when it was seen there."""

    name: str
    deploy: Deploy | None
    seen: Seen | None

    @property
    def is_deploy(self) -> bool:
        """Whether somebody told of a deploy."""
        return self.deploy is not None

    @property
    def at(self) -> dt.datetime:
        """When it came here: the deploy, else the first record."""
        if self.deploy is not None:
            return self.deploy.finished_at
        assert self.seen is not None
        return self.seen.first_at

    @property
    def hint(self) -> str:
        """When it came here, in words."""
        return f"{'Deployed' if self.is_deploy else 'First seen'} {self.at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Row:
    """A release in the list; `before` is the one that it is compared with, ``""`` where there is none."""

    release: Release
    places: tuple[Place, ...]
    share_percent: float | None
    requests: int
    error_percent: float | None
    errors_changed: Change | None
    p95_ms: float | None
    p95_changed: Change | None
    free_sessions: float | None
    free_users: float | None
    sessions: int
    users: int
    issues: ReleaseIssues
    before: str
    before_short: str
    verdict: str
    is_worse: bool
    door: str
    requests_door: str
    issues_door: str


@access.page
def releases(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the frame and the filters; the list is a card."""
    shown = frame.look(request, name="releases", parts=parts)
    return frame.show(shown, "releases.html", {"chips": [] if frame.errors_of(shown) else list(chips(shown))})


@access.page
def named(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Lead to the release that ``service`` and ``version`` name, for doors that do not know its number; else to the list."""
    shown = page.of(request, name="releases", path=reverse("vedette:releases"))
    service, version = shown.params.get("service", ""), shown.params.get("version", "")
    found = find_releases(version, services=[service] if service else ()) if version else []
    if len(found) == 1:
        return HttpResponseRedirect(shown.go("release", str(found[0].id)))
    return HttpResponseRedirect(shown.go("releases", service=service, q=version))


@dataclass(frozen=True, slots=True)
class Latest:
    """A release that arrived somewhere lately; `environments` are where."""

    version: str
    short: str
    service: str
    environments: tuple[str, ...]
    at: dt.datetime
    is_deploy: bool
    door: str


@card("cards/releases_latest.html", on="overview")
def latest_card(look: Look) -> Values:
    """Return the releases that arrived last up to the end of the range, wherever that was, for the overview."""
    shown = look.page
    end = min(shown.period.range.end, shown.now)
    service, environment = shown.params.get("service", ""), shown.params.get("environment", "")
    found = arrivals_in(TimeRange(end - LOOKBACK, end), service=service, environment=environment)
    groups: dict[int, list[Arrival]] = {}
    for arrival in sorted(found, key=lambda each: each.at, reverse=True):
        groups.setdefault(arrival.release_id, []).append(arrival)
    latest = [_latest(shown, group) for group in list(groups.values())[:MOST_LATEST]]
    return {
        "latest": latest,
        "has_services": len({each.service for each in latest}) > 1,
        "all_releases": shown.go("releases", service=service, environment=environment),
    }


def _latest(shown: Page, group: Sequence[Arrival]) -> Latest:
    first, *_ = group
    return Latest(
        version=first.version,
        short=short(first.version),
        service=first.service,
        environments=tuple(dict.fromkeys(each.environment for each in group if each.environment)),
        at=first.at,
        is_deploy=any(each.is_deploy for each in group),
        door=shown.go("release", str(first.release_id)),
    )


@card("cards/releases_list.html", on="releases")
def list_card(look: Look) -> Values:
    """Return a page of the list with the figures of the range, the release that came last first."""
    shown = look.page
    service, environment = shown.params.get("service", ""), shown.params.get("environment", "")
    found = list_releases(
        service=service,
        environment=environment,
        words=shown.params.get("q", ""),
        after=_cursor(shown.params.get("after", "")),
        limit=ON_A_PAGE,
    )
    if not found.releases:
        return {"rows": (), "has_filters": bool(shown.filters)}
    filters = Filters(service=service, environment=environment)
    traffic = get_per_release(look.store, range=shown.period.range, filters=filters, now=shown.now)
    health = get_health(look.store, range=traffic.range, service=service, environment=environment)
    rows = _rows(shown, found.releases, traffic, health)
    return {
        "rows": rows,
        "newest": next((row for row in rows if row.requests), None)
        if not shown.params.get("after")
        else None,
        "total": found.total,
        "has_services": len(list_services()) > 1,
        "compared_over": figures.span(traffic.both.seconds),
        "older": shown.here(after="-".join(map(str, found.next))) if found.next else "",
        "first": shown.here() if shown.params.get("after") else "",
        "has_health": any(row.sessions for row in rows),
    }


def _cursor(text: str) -> tuple[int, int] | None:
    created, _, id = text.partition("-")
    if not (created.isascii() and created.isdecimal() and id.isascii() and id.isdecimal()):
        return None
    # Past the largest number of a column there is nothing to begin after.
    return min(int(created[:19]), 2**63 - 1), min(int(id[:19]), 2**63 - 1)


def _rows(
    shown: Page,
    found: Sequence[Release],
    traffic: PerRelease,
    health: Mapping[tuple[str, str], Health],
) -> list[Row]:
    ids = [release.id for release in found]
    seen, deploys = list_seen(ids), list_deploys_of(ids)
    services = {release.service for release in found}
    orders = {service: order(service) for service in services}
    issues = {
        service: count_release_issues(service, [each.version for each in found if each.service == service])
        for service in services
    }
    return [
        _row(
            shown,
            release,
            places_of(seen.get(release.id, ()), deploys.get(release.id, ())),
            traffic,
            share_of(release, traffic, health),
            health.get((release.service, release.version), Health()),
            issues[release.service].get(release.version, FRESH_ISSUES),
            before_of(release, orders[release.service], traffic, health),
        )
        for release in found
    ]


def _row(
    shown: Page,
    release: Release,
    places: tuple[Place, ...],
    traffic: PerRelease,
    share: float | None,
    health: Health,
    issues: ReleaseIssues,
    before: str,
) -> Row:
    key = release.service, release.version
    own = {"service": release.service, "release": release.version}
    environment = shown.params.get("environment", "")
    now = traffic.current.get(key, NOTHING)
    is_now, was = traffic.compared.get(key, NOTHING), traffic.compared.get((release.service, before), NOTHING)
    errors = compare(is_now, was, lambda each: percent(each.error_share), unit="percent")
    p95 = compare(is_now, was, lambda each: each.percentiles.p95_ms, unit="ms")
    verdict, is_worse = judge(errors, p95)
    return Row(
        release=release,
        places=places,
        share_percent=percent(share),
        requests=now.requests,
        error_percent=percent(now.error_share),
        errors_changed=errors,
        p95_ms=now.percentiles.p95_ms,
        p95_changed=p95,
        free_sessions=percent(health.crash_free_sessions),
        free_users=percent(health.crash_free_users),
        sessions=health.sessions,
        users=health.users,
        issues=issues,
        before=before,
        before_short=short(before),
        verdict=verdict,
        is_worse=is_worse,
        door=shown.go("release", str(release.id), environment=environment),
        requests_door=shown.go("requests", **own, environment=environment),
        issues_door=issues_door(shown, release),
    )


def share_of(release: Release, traffic: PerRelease, health: Mapping[tuple[str, str], Health]) -> float | None:
    """Return the share (0 to 1) of its service's requests that a release served; of its sessions, where there are no requests."""
    share = traffic.share((release.service, release.version))
    if share is not None:
        return share
    all = sum(each.sessions for (service, _), each in health.items() if service == release.service)
    own = health.get((release.service, release.version), Health()).sessions
    return own / all if all else None


def _has_requests(service: str, traffic: PerRelease) -> bool:
    return any(named == service for named, _ in traffic.compared)


def judge(errors: Change | None, p95: Change | None, free: Change | None = None) -> tuple[str, bool]:
    """Say how a release does, so that the name of the one before can follow; tell whether that is worse.

    *free* is how its share of crash-free sessions compares.
    """
    words = (
        (errors, "more errors", "fewer errors"),
        (p95, "slower", "faster"),
        (free, "more crashes", "fewer crashes"),
    )
    worse = [word for change, word, _ in words if change is not None and change.judgement == "worse"]
    if worse:
        return f"{_listed(worse)} than", True
    better = [word for change, _, word in words if change is not None and change.judgement == "better"]
    if better:
        return f"{_listed(better)} than", False
    if errors is None and p95 is None and free is None:
        return "too few requests to compare with", False
    return "as", False


def _listed(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def issues_door(shown: Page, release: Release) -> str:
    """Return the address of the issues that were first seen in *release*."""
    wanted = IssueFilters(status="", service=release.service, first_release=release.version)
    return shown.go("issues", q=render_search(wanted))


def compare(
    now: _Value, was: _Value, value: Callable[[_Value], float | None], *, unit: figures.Unit
) -> Change | None:
    """Return how a figure of *now*, of which more is worse, compares with that of *was*."""
    return figures.change(value(now), value(was), unit=unit, higher_is="worse")


def before_of(
    release: Release, known: Order, traffic: PerRelease, health: Mapping[tuple[str, str], Health]
) -> str:
    """Return the version before *release*, of those that served requests in the time compared; ``""`` where there is none.

    Of a service without requests it is the version before of those that had sessions.
    """
    compared = traffic.compared if _has_requests(release.service, traffic) else health
    served = [version for service, version in compared if service == release.service and version]
    earlier = [version for version in served if known.is_newer(release.version, than=version)]
    return max(earlier, key=known.key, default="")


def places_of(seen: Sequence[Seen], deploys: Sequence[Deploy]) -> tuple[Place, ...]:
    """Return the environments of a release, those that it was deployed to first, the last one of each kind in front."""
    deployed = {deploy.environment: deploy for deploy in sorted(deploys, key=lambda each: each.finished_at)}
    met = {each.environment: each for each in seen}
    found = [Place(name, deployed.get(name), met.get(name)) for name in dict.fromkeys((*deployed, *met))]
    return tuple(sorted(found, key=lambda place: (place.is_deploy, place.at), reverse=True))
