"""The page of releases, the door to one by its name, and those that came last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from vedette.releases.queries import Deploy, Seen, find_releases, list_archived, short
from vedette.store.query import TimeRange
from vedette.web import access, frame, page
from vedette.web.fragments import Look, Values, card
from vedette.web.markers import Arrival, arrivals_in
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.selection import chips

MOST_LATEST = 5
LOOKBACK = dt.timedelta(days=30)


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


@access.page
def releases(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the frame and the filters; the list is a card."""
    shown = frame.look(request, name="releases", parts=parts)
    values = {
        "chips": [] if frame.errors_of(shown) else list(chips(shown)),
        "is_archive": shown.params.get("show") == "archived",
    }
    return frame.show(shown, "releases.html", values)


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
    hidden = list_archived(groups)
    shown_groups = [group for id, group in groups.items() if id not in hidden]
    latest = [_latest(shown, group) for group in shown_groups[:MOST_LATEST]]
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


def places_of(seen: Sequence[Seen], deploys: Sequence[Deploy]) -> tuple[Place, ...]:
    """Return the environments of a release, those that it was deployed to first, the last one of each kind in front."""
    deployed = {deploy.environment: deploy for deploy in sorted(deploys, key=lambda each: each.finished_at)}
    met = {each.environment: each for each in seen}
    found = [Place(name, deployed.get(name), met.get(name)) for name in dict.fromkeys((*deployed, *met))]
    return tuple(sorted(found, key=lambda place: (place.is_deploy, place.at), reverse=True))
