"""An event as text to be copied: Markdown, and the JSON that was stored."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from vedette.issues.queries import Event, get_event, get_issue
from vedette.store.query import QueryError
from vedette.web import access, page
from vedette.web.asking import explain
from vedette.web.event.markdown import as_markdown
from vedette.web.event.view import view_of
from vedette.web.issues.selection import time_in
from vedette.web.parts import Parts

PLAIN = "text/plain; charset=utf-8"


@access.page
def markdown(request: HttpRequest, id: int, event_id: str, *, parts: Parts) -> HttpResponseBase:
    """Answer with an event as Markdown."""
    address = request.build_absolute_uri(reverse("vedette:issue-event", args=[id, event_id]))
    return _answer(
        request, id, event_id, parts, lambda event: as_markdown(view_of(dict(event.payload)), address=address)
    )


@access.page
def raw(request: HttpRequest, id: int, event_id: str, *, parts: Parts) -> HttpResponseBase:
    """Answer with an event's JSON, as it was stored."""
    return _answer(request, id, event_id, parts, _indented)


def _indented(event: Event) -> str:
    return json.dumps(event.payload, indent=2, ensure_ascii=False)


def _answer(
    request: HttpRequest, id: int, event_id: str, parts: Parts, write: Callable[[Event], str]
) -> HttpResponse:
    try:
        issue = get_issue(id)
        at = time_in(page.of(request, name="issue"))
        event = None if issue is None else get_event(parts.store(), issue, event_id=event_id, at=at)
    except (QueryError, DatabaseError) as error:
        failure = explain(error)
        return HttpResponse(f"{failure.what}. {failure.why}\n", content_type=PLAIN, status=failure.status)
    if event is None:
        return HttpResponse("There is no such event of this issue.\n", content_type=PLAIN, status=404)
    # As plain text, whatever is in it: no browser takes it for a page.
    return HttpResponse(write(event), content_type=PLAIN)
