"""One trace as a waterfall, and one of its spans opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.urls import NoReverseMatch, reverse

from vedette.releases.queries import short
from vedette.store.paging import time_of
from vedette.store.query import QueryError
from vedette.traces.queries import MOST_SPANS, Error, Opened, Request, Span, Trace, get_span, get_trace
from vedette.web import access, frame, timerange
from vedette.web.asking import Listener, explain
from vedette.web.fragments import Look, Values, card
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.traces import waterfall
from vedette.web.traces.kinds import NAMES
from vedette.web.traces.selection import hint, hint_of

_AROUND = dt.timedelta(minutes=5)
_LONGEST_US = 7 * 86400 * 1_000_000


@dataclass(frozen=True, slots=True)
class Door:
    """Something of the trace, and the address where it is shown (``""`` where no page shows it)."""

    entry: Error | Request
    address: str


@access.page
def trace(request: HttpRequest, id: str, *, parts: Parts) -> HttpResponseBase:
    """Answer with one trace, named by its id; ``at`` says around when it was, ``span`` which span is opened."""
    page = frame.look(request, name="trace", parts=parts)
    store = Listener(parts.store())
    try:
        found = get_trace(store, id=id, at=hint_of(page.params))
        opened = _opened(store, page, found) if found is not None else None
    except QueryError as error:
        failure = explain(error)
        values = {"what": failure.what, "why": failure.why, "do": failure.do}
        return frame.show(page, "request_failed.html", values, status=failure.status)
    if found is None:
        return frame.show(page, "trace_missing.html", {"id": id}, status=404)
    shown = {**_values(page, found), **_span_values(page, opened), "asked": store.asked}
    return frame.show(page, "trace.html", shown)


def _values(page: Page, found: Trace) -> dict[str, object]:
    main = found.spans[found.main.place] if found.main is not None and found.main.place is not None else None
    # A card is told when the trace was, so that it need not look for it everywhere.
    at = {"at": hint(time_of(found.start_us))}
    return {
        "trace": found,
        "main": main,
        "release_short": short(main.release) if main is not None else "",
        "title": main.name if main is not None else "Trace",
        "failed": sum(span.status == "error" for span in found.spans),
        "start": time_of(found.start_us),
        "duration_ms": found.duration_us / 1000,
        "payload": waterfall.payload(found, detail=reverse("vedette:trace-span", args=[found.id])),
        "lines": waterfall.table(page, found),
        "row_count": len(found.rows),
        "is_unsampled": main is not None and main.span_id in found.unsampled,
        "most_spans": MOST_SPANS,
        "is_cut": found.span_count > MOST_SPANS,
        "shares": [
            (share, waterfall.WORK.get(share.kind, NAMES[share.kind])) for share in waterfall.shares(found)
        ],
        "largest": waterfall.largest_part(page, found) if len(found.rows) > 1 else None,
        "kinds": NAMES,
        "moved": sum(row.shift_us != 0 for row in found.rows),
        "errors_in_it": [Door(each, _event_door(page, each)) for each in found.errors],
        "requests": [Door(each, page.go("request", found.id, span=each.span_id)) for each in found.requests],
        "logs_door": _over(found, "logs", q=f"trace:{found.id}"),
        "flame_door": f"{reverse('vedette:trace-flame', args=[found.id])}?{urlencode(at)}"
        if found.may_have_profile
        else "",
        "same_operation": page.go("traces", op=main.op, **{"is": main.name}, sort="duration") if main else "",
    }


def _over(found: Trace, name: str, **params: str) -> str:
    start = time_of(found.start_us)
    # A span may claim to have lasted for centuries.
    end = start + dt.timedelta(microseconds=min(found.duration_us, _LONGEST_US))
    bounds = {"from": timerange.written(start - _AROUND), "to": timerange.written(end + _AROUND)}
    return f"{reverse(f'vedette:{name}')}?{urlencode({**bounds, **params})}"


def _event_door(page: Page, error: Error) -> str:
    if not error.event_id:
        return ""
    try:
        return page.go("event", error.event_id, at=timerange.written(error.time))
    except NoReverseMatch:  # what a sender calls an event need not fit into an address
        return ""


def _opened(store: Listener, page: Page, found: Trace) -> Opened | None:
    wanted = page.params.get("span", "")
    span = next((each for each in found.spans if each.span_id == wanted), None) if wanted else None
    return None if span is None else get_span(store, trace_id=found.id, span_id=wanted, at=span.time)


def _span_values(page: Page, opened: Opened | None) -> dict[str, object]:
    if opened is None:
        return {"opened": None}
    return {
        "opened": opened,
        "attributes": sorted(opened.attributes.items()),
        "span_errors": [Door(each, _event_door(page, each)) for each in opened.errors],
        "span_door": _like(page, opened.span),
    }


def _like(page: Page, span: Span) -> str:
    return page.go("traces", **{"op": span.op, "is": span.name, "spans": "all", "sort": "duration"})


@card("cards/trace_span.html", on="trace")
def span_card(look: Look) -> Values:
    """Return one span of the trace: ``span`` names it, ``at`` when it began."""
    page = look.page
    at = hint_of(page.params)
    id, span_id = str(look.names["id"]), page.params.get("span", "")
    opened = get_span(look.store, trace_id=id, span_id=span_id, at=at) if at is not None else None
    return {"id": id, "span_id": span_id, **_span_values(page, opened)}
