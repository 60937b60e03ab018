"""One release: what it brought, and where it went."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from vedette.issues.queries import Issue, list_release_issues
from vedette.issues.releases import Kind
from vedette.releases.queries import (
    Release,
    count_commits,
    get_release,
    list_commits,
    list_deploys_of,
    list_seen,
    short,
)
from vedette.web import access, frame
from vedette.web.asking import explain
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.release_comparison import issues_door
from vedette.web.releases import places_of
from vedette.web.selection import chips

MOST_COMMITS = 50
MOST_ISSUES = 10


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """The issues that a release brought, brought back or mended."""

    title: str
    issues: tuple[Issue, ...]
    nothing: str
    door: str


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
    groups = _groups(shown, found)
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
        "groups": groups,
        "has_new": bool(groups[0].issues),
        "chips": [] if frame.errors_of(shown) else list(chips(shown)),
        "all_releases": shown.go("releases", service=found.service),
    }


def _is_told_by_version(found: Release) -> bool:
    return found.version.startswith(found.ref) or found.ref.startswith(found.version)


def _groups(shown: Page, found: Release) -> list[IssueGroup]:
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
            issues_door(shown, found) if kind == "new" else "",
        )
        for kind, title, nothing in kinds
    ]
