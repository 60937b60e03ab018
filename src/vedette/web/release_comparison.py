"""How a release does against the one before it, in figures and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from vedette.issues.queries import IssueFilters, render_search
from vedette.releases.health import Health
from vedette.releases.queries import Order, Release
from vedette.requests.per_release import PerRelease
from vedette.web import figures
from vedette.web.figures import Change
from vedette.web.judgement import percent
from vedette.web.page import Page

_Value = TypeVar("_Value")


def share_of(release: Release, traffic: PerRelease, health: Mapping[tuple[str, str], Health]) -> float | None:
    """Return the share (0 to 1) of its service's requests that a release served; of its sessions, where there are no requests."""
    return adoption_of((release.service, release.version), traffic, health)


def adoption_of(
    key: tuple[str, str], traffic: PerRelease, health: Mapping[tuple[str, str], Health]
) -> float | None:
    """Return the same of the release with this service and version."""
    share = traffic.share(key)
    if share is not None:
        return share
    all = sum(each.sessions for (service, _), each in health.items() if service == key[0])
    return health.get(key, Health()).sessions / all if all else None


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


def healthier(ours: Health, theirs: Health) -> Change | None:
    """Return how the share of sessions that met no crash compares."""
    return figures.change(
        percent(ours.crash_free_sessions),
        percent(theirs.crash_free_sessions),
        unit="percent",
        higher_is="better",
    )


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
