"""The source maps that were uploaded for a project: which there are, and their removal."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from vedette import conf
from vedette.projects.queries import find_project
from vedette.releases.queries import short
from vedette.sourcemaps import operations
from vedette.sourcemaps.queries import MOST_LISTED, Bundle, find_bundle, list_bundles
from vedette.web import access, actions
from vedette.web.fragments import Look, Values, card
from vedette.web.parts import Parts
from vedette.web.projects import needs_state, show_project

_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Row:
    """A bundle, and the releases of the project's service for which it was uploaded, each with its short name."""

    bundle: Bundle
    releases: tuple[tuple[str, str], ...]
    dists: tuple[str, ...]


@card("cards/project_sourcemaps.html", on="project")
def list_card(look: Look) -> Values:
    """Return the bundles of a project, the latest first."""
    found = find_project(look.names["id"])
    if found is None:
        return {"project": None}
    uploaded = list_bundles(service=found.service)
    return {
        "project": found,
        "uploaded": uploaded,
        "rows": [_row(bundle, found.service) for bundle in uploaded.bundles],
        "most": MOST_LISTED,
        "days": conf.get().RETENTION_DAYS["errors"],
        "is_taking": conf.get().SOURCEMAPS_MAX_BYTES > 0,
    }


@access.action
@needs_state
def remove(request: HttpRequest, *, parts: Parts, id: int) -> HttpResponseBase:
    """Remove a bundle."""
    found = find_project(id)
    if found is None:
        return show_project(request, parts, id)
    number = request.POST.get("bundle", "")
    is_number = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    bundle = find_bundle(int(number)) if is_number else None
    if bundle is None or found.service not in bundle.services:
        return show_project(
            request, parts, id, error="There are no such source maps of this project (any more)."
        )
    operations.remove(parts.source_map_files(), bundle.id)
    notice = "The source maps were removed: errors that need them stay minified from now on."
    return actions.done(request, notice, to=reverse("vedette:project", args=[id]))


def _row(bundle: Bundle, service: str) -> Row:
    own = [(release, dist) for each, release, dist in bundle.releases if each == service]
    return Row(
        bundle=bundle,
        releases=tuple(dict.fromkeys((release, short(release)) for release, _ in own if release)),
        dists=tuple(dict.fromkeys(dist for _, dist in own if dist)),
    )
