"""One issue: its state, what can be done about it, and one of its events with everything in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from vedette.issues.queries import (
    Activity,
    Event,
    EventPlace,
    Issue,
    IssueFilters,
    count_hashes,
    get_activity,
    get_event,
    get_issue,
    list_events,
    list_hashes,
)
from vedette.logs.queries import Filters as LogFilters
from vedette.logs.queries import render
from vedette.releases.queries import short
from vedette.store.query import QueryError
from vedette.web import access, frame, timerange, unscripted
from vedette.web.asking import Failure, Listener, explain
from vedette.web.attachments import attachments_of
from vedette.web.event.view import view_of
from vedette.web.issues import cards, coming, undoing
from vedette.web.issues.selection import MOMENT, chips_of, filters_of, time_in
from vedette.web.issues.states import marks_of, state_of
from vedette.web.page import Page
from vedette.web.parts import Parts

AROUND = dt.timedelta(minutes=15)
SHOWN_ACTIVITY = 30
_CARDS = {
    "figures": cards.figures_card,
    "tags": cards.tags_card,
    "feedback": cards.feedback_card,
    "events": cards.events_card,
}


@dataclass(frozen=True, slots=True)
class Doors:
    """Where an event leads; ``""`` where it leads nowhere of the kind."""

    previous: str
    next: str
    oldest: str
    latest: str
    markdown: str
    json: str
    request: str
    trace: str
    logs: str
    user: str


@access.page
def issue(request: HttpRequest, id: int, *, parts: Parts, event_id: str = "") -> HttpResponseBase:
    """Answer with an issue and the event that is named, else the latest that the filters let through."""
    response = show(request, id, parts, event_id=event_id)
    undoing.forget(request, response)
    return response


@access.page
def find_event(request: HttpRequest, event_id: str, *, parts: Parts) -> HttpResponseBase:
    """Lead to an event in its issue, for doors that do not know which issue that is."""
    shown = frame.look(request, name="issue", parts=parts)
    try:
        found = get_event(parts.store(), event_id=event_id, at=time_in(shown))
    except (QueryError, DatabaseError) as error:
        return _failed(shown, explain(error))
    if found is None or found.issue is None:
        values = {"event_id": event_id, "is_stored": found is not None}
        return frame.show(shown, "event_missing.html", values, status=404)
    return HttpResponseRedirect(
        shown.go("issue-event", str(found.issue.id), event_id, at=timerange.written(found.time))
    )


def show(
    request: HttpRequest, id: int, parts: Parts, *, event_id: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    """Return an issue's page, with what was wrong with a form on it."""
    shown = of_issue(request, id, parts, event_id=event_id)
    store = Listener(parts.store())
    values: dict[str, object]
    try:
        found = get_issue(id)
        if found is None:
            return frame.show(shown, "issue_missing.html", {"id": id}, status=404)
        values = {
            **_state(shown, found),
            "problem": problem,
            "undo": undoing.find(request),
            "is_event_named": bool(event_id),
        }
    except DatabaseError as error:
        return _failed(shown, explain(error))
    placed = unscripted.put(request, _CARDS, parts=parts, id=id)
    values["placed"] = placed
    try:
        values |= _happened(shown, store, found, parts, event_id)
    except (QueryError, DatabaseError) as error:
        failure = explain(error)
        return frame.show(shown, "issue.html", {**values, "failure": failure}, status=failure.status)
    if event_id and values["event"] is None:
        status = 404
    if placed and (query := values.get("context_query")):
        placed |= unscripted.put(request, {"logs": cards.logs_card}, query=str(query), parts=parts, id=id)
    return frame.show(shown, "issue.html", {**values, "asked": store.asked}, status=status)


def of_issue(request: HttpRequest, id: int, parts: Parts, *, event_id: str = "") -> Page:
    """Return an issue's page as *request* asks for it, also where a form on it does."""
    names: list[object] = [id, event_id] if event_id else [id]
    path = reverse("vedette:issue-event" if event_id else "vedette:issue", args=names)
    return frame.look(request, name="issue", parts=parts, path=path)


def _state(shown: Page, found: Issue) -> dict[str, object]:
    activity, hashes = get_activity(found.id), list_hashes(found.id)
    kind, _, message = (
        found.title.partition(": ") if found.title.startswith(f"{found.type}: ") else (found.title, "", "")
    )
    return {
        "issue": found,
        "kind": kind,
        "message": message,
        "state": state_of(found),
        "marks": [mark for mark in marks_of(found, now=shown.now) if mark.text != state_of(found)],
        "activity": [(each, _colour(each)) for each in activity[:SHOWN_ACTIVITY]],
        "hidden_activity": max(0, len(activity) - SHOWN_ACTIVITY),
        "hashes": [(each, _marked(each.reason)) for each in hashes],
        "hidden_hashes": count_hashes(found.id) - len(hashes),
        "sightings": [
            (
                "First seen",
                found.first_at,
                short(found.first_release),
                _release(shown, found, found.first_release),
            ),
            (
                "Last seen",
                found.last_at,
                short(found.last_release),
                _release(shown, found, found.last_release),
            ),
        ],
        "can_be_split": sum(each.events > 0 for each in hashes) > 1,
        "chips": list(chips_of(shown)),
        "all_issues": shown.go("issues"),
    }


def _release(shown: Page, found: Issue, version: str) -> str:
    return shown.go("release-named", service=found.service, version=version) if version else ""


def _marked(reason: str) -> list[tuple[str, bool]]:
    """Return *reason* in parts, each with whether it is code: what stands in backticks."""
    parts = reason.split("`")
    return [(text, place % 2 == 1) for place, text in enumerate(parts) if text]


def _colour(activity: Activity) -> str:
    if activity.kind in {"new", "regressed", "woken"}:
        return "is-bad"
    return {"resolved": "is-good", "comment": "is-comment"}.get(activity.kind, "")


def _happened(shown: Page, store: Listener, found: Issue, parts: Parts, event_id: str) -> dict[str, object]:
    event = _event(shown, store, found, event_id)
    if event is None:
        return {"event": None}
    view = view_of(dict(event.payload), is_newest_first=shown.params.get("order") != "last")
    return {
        "event": view,
        "stored": event,
        "release": short(event.release),
        "doors": _doors(shown, found, event),
        "attachments": attachments_of(parts.attachments(), event.event_id, service=event.service),
        "coming": coming.of_issue(found, paths=coming.own_paths(view)),
        "fingerprint": event.fingerprint,
        "context_query": _context_query(shown, event),
    }


def _event(shown: Page, store: Listener, found: Issue, event_id: str) -> Event | None:
    filters = filters_of(shown)
    if not event_id and filters != IssueFilters(status=""):
        rows = list_events(store, found, range=shown.period.range, filters=filters, limit=1).rows
        return get_event(store, found, event_id=rows[0].event_id, at=rows[0].time) if rows else None
    if event_id:
        return get_event(store, found, event_id=event_id, at=time_in(shown))
    return get_event(store, found, which="oldest" if shown.params.get("which") == "oldest" else "latest")


def _doors(shown: Page, found: Issue, event: Event) -> Doors:
    own = {name: value for name, value in shown.filters.items() if name not in {"which", MOMENT}}
    number = str(found.id)

    def to(place: EventPlace | None) -> str:
        if place is None:
            return ""
        return shown.go("issue-event", number, place.event_id, **{**own, MOMENT: timerange.written(place.at)})

    at = {MOMENT: timerange.written(event.time)}
    around = {
        "from_": timerange.written(event.time - AROUND),
        "to": timerange.written(event.time + AROUND),
        "range": "",
    }
    within = (
        LogFilters(trace_id=event.trace_id) if event.trace_id else LogFilters(request_id=event.request_id)
    )
    has_request = bool(event.trace_id or event.request_id)
    return Doors(
        previous=to(event.previous),
        next=to(event.next),
        oldest=shown.go("issue", number, **{**own, "which": "oldest"}) if event.previous else "",
        latest=shown.go("issue", number, **own) if event.next else "",
        markdown=shown.go("issue-markdown", number, event.event_id, **at),
        json=shown.go("issue-json", number, event.event_id, **at),
        request=shown.go("request", event.trace_id or event.request_id) if has_request else "",
        trace=shown.go("trace", event.trace_id, span=event.span_id) if event.trace_id else "",
        logs=shown.go("logs", **around, q=render(within)) if has_request else "",
        user=shown.go("issue", number, user=event.user_id) if event.user_id else "",
    )


def _context_query(shown: Page, event: Event) -> str:
    """Return the query string of the card with what was logged around *event*."""
    own = {
        MOMENT: timerange.written(event.time),
        "trace": event.trace_id,
        "request": event.request_id,
        "span": event.span_id,
    }
    return shown.go("issue-logs", str(event.issue.id if event.issue else 0), **own).partition("?")[2]


def _failed(shown: Page, failure: Failure) -> HttpResponse:
    values = {"what": failure.what, "why": failure.why, "do": failure.do}
    return frame.show(shown, "request_failed.html", values, status=failure.status)
