"""The list of releases: what came when and where, how much of the traffic each serves, and how well, against the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vedette.issues.queries import ReleaseIssues, count_release_issues
from vedette.releases.health import Health, get_health
from vedette.releases.queries import (
    Release,
    ReleasePage,
    list_deploys_of,
    list_releases,
    list_seen,
    list_services,
    order,
    short,
)
from vedette.requests.per_release import NOTHING, PerRelease, get_per_release
from vedette.requests.queries import Filters
from vedette.web import figures
from vedette.web.figures import Change
from vedette.web.fragments import Look, Values, card
from vedette.web.judgement import percent
from vedette.web.page import Page
from vedette.web.release_comparison import (
    adoption_of,
    before_of,
    compare,
    healthier,
    issues_door,
    judge,
    share_of,
)
from vedette.web.releases import Place, places_of

ON_A_PAGE = 25
MOST_SORTED = 50
"""Of those that are sorted by a figure; the others have less of it."""
FRESH_ISSUES = ReleaseIssues()
_Key = tuple[str, str]
"""Service and version."""
_Figure = Callable[[_Key, PerRelease, Mapping[_Key, Health]], float | None]


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


@card("cards/releases_list.html", on="releases")
def list_card(look: Look) -> Values:
    """Return a page of the list with the figures of the range, the release that came last first."""
    shown = look.page
    service, environment = shown.params.get("service", ""), shown.params.get("environment", "")
    is_archive = shown.params.get("show") == "archived"
    archived = 0 if is_archive else _find(shown, is_archived=True, limit=0).total
    after = _cursor(shown.params.get("after", ""))
    newest = _find(shown, is_archived=is_archive, after=after, limit=ON_A_PAGE)
    about = {"is_archive": is_archive, "archived": archived, "total": newest.total}
    if not newest.releases:
        return {**about, "rows": (), "has_filters": bool({*shown.filters} - {"show", "sort"})}
    filters = Filters(service=service, environment=environment)
    traffic = get_per_release(look.store, range=shown.period.range, filters=filters, now=shown.now)
    health = get_health(look.store, range=traffic.range, service=service, environment=environment)
    sort = shown.params.get("sort", "")
    figure = _FIGURES.get(sort)
    found = newest if figure is None else _sorted(shown, figure, traffic, health, is_archived=is_archive)
    rows = _rows(shown, found.releases, traffic, health)
    return {
        **about,
        "rows": rows,
        "newest": next((row for row in rows if row.requests), None)
        if figure is None and not is_archive and not shown.params.get("after")
        else None,
        "order": sort if figure is not None else "came",
        "sortable": found.total,
        "is_unknown": not rows,
        "has_services": len(list_services()) > 1,
        "compared_over": figures.span(traffic.both.seconds),
        "older": shown.here(after="-".join(map(str, found.next))) if found.next else "",
        "first": shown.here() if shown.params.get("after") else "",
        "has_health": any(row.sessions for row in rows),
    }


def _find(
    shown: Page,
    *,
    is_archived: bool,
    after: tuple[int, int] | None = None,
    among: Sequence[_Key] | None = None,
    limit: int,
) -> ReleasePage:
    return list_releases(
        service=shown.params.get("service", ""),
        environment=shown.params.get("environment", ""),
        words=shown.params.get("q", ""),
        is_archived=is_archived,
        among=among,
        after=after,
        limit=limit,
    )


def _sorted(
    shown: Page, figure: _Figure, traffic: PerRelease, health: Mapping[_Key, Health], *, is_archived: bool
) -> ReleasePage:
    """Return the releases that have most of a *figure*, or least where that is what is bad; those without it are left out."""
    known = {
        key: value
        for key in {*traffic.current, *health}
        if (value := figure(key, traffic, health)) is not None
    }
    found = _find(shown, is_archived=is_archived, among=list(known), limit=len(known)).releases
    found = tuple(sorted(found, key=lambda each: (-known[each.service, each.version], -each.id)))
    return ReleasePage(releases=found[:MOST_SORTED], total=len(found), next=None)


def _requests(key: _Key, traffic: PerRelease, health: Mapping[_Key, Health]) -> float | None:
    return traffic.current.get(key, NOTHING).requests or None


def _errors(key: _Key, traffic: PerRelease, health: Mapping[_Key, Health]) -> float | None:
    return traffic.current.get(key, NOTHING).error_share


def _p95(key: _Key, traffic: PerRelease, health: Mapping[_Key, Health]) -> float | None:
    return traffic.current.get(key, NOTHING).percentiles.p95_ms


def _crashes(key: _Key, traffic: PerRelease, health: Mapping[_Key, Health]) -> float | None:
    free = health.get(key, Health()).crash_free_sessions
    return None if free is None else 1 - free


_FIGURES: Mapping[str, _Figure] = {
    "adoption": adoption_of,
    "requests": _requests,
    "errors": _errors,
    "p95": _p95,
    "crashes": _crashes,
}
"""What the list can be sorted by, besides when releases came; the most, or the worst, first."""


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
            health,
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
    health: Mapping[_Key, Health],
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
    ours, theirs = health.get(key, Health()), health.get((release.service, before), Health())
    verdict, is_worse = judge(errors, p95, healthier(ours, theirs))
    return Row(
        release=release,
        places=places,
        share_percent=percent(share),
        requests=now.requests,
        error_percent=percent(now.error_share),
        errors_changed=errors,
        p95_ms=now.percentiles.p95_ms,
        p95_changed=p95,
        free_sessions=percent(ours.crash_free_sessions),
        free_users=percent(ours.crash_free_users),
        sessions=ours.sessions,
        users=ours.users,
        issues=issues,
        before=before,
        before_short=short(before),
        verdict=verdict,
        is_worse=is_worse,
        door=shown.go("release", str(release.id), environment=environment),
        requests_door=shown.go("requests", **own, environment=environment),
        issues_door=issues_door(shown, release),
    )
