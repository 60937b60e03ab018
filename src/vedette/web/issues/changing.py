"""The actions of the issues' pages: from the list to many at once, from the page of one to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from vedette.issues import operations
from vedette.issues.queries import get_issues
from vedette.web import access, actions, rendering
from vedette.web.asking import explain
from vedette.web.issues import deeds, detail, listing, undoing
from vedette.web.issues.deeds import MOST_IDS, REFUSALS, UnableToDo
from vedette.web.issues.undoing import Undo
from vedette.web.parts import Parts


@access.action
def change_many(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Do to the issues that are chosen in the list what the button says."""
    try:
        done = _changed(request, request.POST.getlist("issue"))
    except REFUSALS as refusal:
        return listing.show(listing.of_list(request, parts), problem=str(refusal), status=400)
    except DatabaseError as error:
        return _unable(error)
    return _led_on(request, done, to=reverse("vedette:issues"))


@access.action
def change_one(request: HttpRequest, id: int, *, parts: Parts) -> HttpResponseBase:
    """Do to one issue what the button says."""
    return _done_to_one(request, id, parts, lambda: _changed(request, [str(id)]))


@access.action
def comment(request: HttpRequest, id: int, *, parts: Parts) -> HttpResponseBase:
    """Keep what somebody wrote of an issue."""

    def write() -> str:
        asked = deeds.asked(request, [str(id)])
        operations.comment(id, text=asked.fields.get("text", ""), author=asked.actor, now=asked.now)
        return "The comment was added."

    return _done_to_one(request, id, parts, write)


@access.action
def merge_one(request: HttpRequest, id: int, *, parts: Parts) -> HttpResponseBase:
    """Make other issues part of this one."""

    def merge() -> str:
        asked = deeds.asked(request, [str(id)])
        others = deeds.numbers(asked.text("others", what="issue that is to become part of this one"))
        operations.merge(others, into=id, actor=asked.actor, now=asked.now)
        return f"{deeds.counted(len(others))} became part of this one."

    return _done_to_one(request, id, parts, merge)


@access.action
def split_one(request: HttpRequest, id: int, *, parts: Parts) -> HttpResponseBase:
    """Take the events of some hashes out of an issue."""

    def split() -> str:
        asked = deeds.asked(request, [str(id)])
        hashes = request.POST.getlist("hash")[:MOST_IDS]
        if not hashes:
            raise UnableToDo("Choose what is to be taken out.")
        made = operations.split(id, hashes=hashes, actor=asked.actor, now=asked.now)
        return f"What you chose is issue {deeds.names([made])} now."

    return _done_to_one(request, id, parts, split)


def _changed(request: HttpRequest, ids: Sequence[str]) -> str | Undo:
    asked = deeds.asked(request, ids)
    before = get_issues(asked.ids)
    text = deeds.change(asked)
    return undoing.undo_of(asked, before, text=text) or text


def _led_on(request: HttpRequest, done: str | Undo, *, to: str) -> HttpResponse:
    if isinstance(done, str):
        return actions.done(request, done, to=to)
    response = actions.done(request, to=to)
    undoing.leave(request, response, done)
    return response


def _done_to_one(request: HttpRequest, id: int, parts: Parts, do: Callable[[], str | Undo]) -> HttpResponse:
    try:
        done = do()
    except REFUSALS as refusal:
        return detail.show(request, id, parts, problem=str(refusal), status=400)
    except DatabaseError as error:
        return _unable(error)
    return _led_on(request, done, to=reverse("vedette:issue", args=[id]))


def _unable(error: DatabaseError) -> HttpResponse:
    failure = explain(error)
    why = f"{failure.why} Nothing was changed. {failure.do}"
    return rendering.render("refused.html", {"what": failure.what, "why": why}, status=failure.status)
