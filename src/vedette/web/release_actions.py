"""What can be done to a release on its page: put out of sight, and brought back."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from vedette.releases import operations
from vedette.releases.operations import NoReleaseError
from vedette.releases.queries import get_release
from vedette.web import access, actions, rendering
from vedette.web.parts import Parts
from vedette.web.projects import needs_state

_DEEDS = {
    "archive": (operations.archive, "is archived: lists leave it out, and what is known of it stays."),
    "restore": (operations.restore, "is in lists again."),
}


@access.action
@needs_state
def archive(request: HttpRequest, *, parts: Parts, id: int) -> HttpResponseBase:
    """Put a release out of sight."""
    return _do("archive", request, id)


@access.action
@needs_state
def restore(request: HttpRequest, *, parts: Parts, id: int) -> HttpResponseBase:
    """Bring a release back into lists."""
    return _do("restore", request, id)


def _do(name: str, request: HttpRequest, id: int) -> HttpResponseBase:
    deed, words = _DEEDS[name]
    found = get_release(id)
    try:
        if found is None:
            raise NoReleaseError
        actor = request.user.get_username()
        deed(found.service, found.version, at=dt.datetime.now(dt.UTC), actor=actor)
    except NoReleaseError:
        missing = {
            "what": f"There is no release {id}",
            "why": "It was deleted meanwhile. Nothing was changed.",
        }
        return rendering.render("refused.html", missing, status=404)
    return actions.done(request, f"{found.short} {words}", to=reverse("vedette:release", args=[id]))
