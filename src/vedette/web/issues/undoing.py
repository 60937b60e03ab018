"""Taking back what was done to issues last: the next page says what it was, with a button that takes it back.

As with `notices` it is a short-lived signed cookie, so that a link that is passed on offers nothing to take back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from vedette.issues.queries import UNRESOLVED, Issue
from vedette.web.issues.deeds import Asked

COOKIE = "vedette_undo"
LIVES_S = 60
MOST_IDS = 100
"""A cookie is at most 4 KB; of more issues it is said what was done, without the button."""
_SALT = "vedette.web.issues.undoing"


@dataclass(frozen=True, slots=True)
class Undo:
    """What was done, and the form that takes it back: `do` to the issues `ids`, `to` whom where they were assigned."""

    text: str
    do: str
    ids: tuple[int, ...]
    to: str = ""


def undo_of(asked: Asked, before: Mapping[int, Issue], *, text: str) -> Undo | None:
    """Return how what was *asked* is taken back, where all issues were in one state *before*; *text* says what was done."""
    do, ids = asked.fields.get("do", ""), tuple(dict.fromkeys(asked.ids))
    if not before or len(ids) > MOST_IDS or set(ids) != set(before):
        return None
    if do.startswith(("resolve", "ignore")) and all(
        issue.status == UNRESOLVED and not issue.is_regressed for issue in before.values()
    ):
        return Undo(text, "unresolve", ids)
    assignees = {issue.assignee for issue in before.values()}
    if do in {"assign", "assign-me", "unassign"} and len(assignees) == 1:
        (name,) = assignees
        return Undo(text, "assign" if name else "unassign", ids, name)
    return None


def leave(request: HttpRequest, response: HttpResponseBase, undo: Undo) -> None:
    """Have the next page offer *undo*."""
    response.set_cookie(
        COOKIE,
        signing.dumps([undo.text, undo.do, undo.ids, undo.to], salt=_SALT),
        max_age=LIVES_S,
        path=reverse("vedette:overview"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def find(request: HttpRequest) -> Undo | None:
    """Return what can be taken back; None where nothing was done, or the cookie is none of ours."""
    try:
        text, do, ids, to = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LIVES_S)
    except signing.BadSignature:
        return None
    return Undo(text, do, tuple(ids), to)


def forget(request: HttpRequest, response: HttpResponseBase) -> None:
    """Have the browser drop what could be taken back, once a page has offered it."""
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, path=reverse("vedette:overview"), samesite="Lax")
