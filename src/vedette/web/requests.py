"""The requests: which ones, when, how long they took; and one of them opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from vedette.requests.queries import (
    Detail,
    Histogram,
    Log,
    Moment,
    Request,
    Sort,
    Span,
    Suspect,
    get_histogram,
    get_request,
    list_requests,
    list_values,
)
from vedette.store.beginning import find_first_time
from vedette.store.paging import Cursor
from vedette.store.query import QueryError
from vedette.web import access, figures, frame, timerange
from vedette.web.asking import Listener, explain
from vedette.web.charts import STATUS_SERIES, Chart, Series
from vedette.web.fragments import Look, Values, card
from vedette.web.heat import heat_chart
from vedette.web.parts import Parts
from vedette.web.selection import chips, filters_of

POINTS = 60
ON_A_PAGE = 50
SUGGESTED = (("route", "route"), ("release", "release"), ("environment", "environment"))
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
STATUSES = (
    ("error", "Errors (5xx)"),
    ("4xx", "Refused (4xx)"),
    ("3xx", "Redirects (3xx)"),
    ("2xx", "Successes (2xx)"),
)
SLOW_QUERY_MS = 100.0


@access.page
def requests(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the frame and the filters; the histogram and the list are cards."""
    page = frame.look(request, name="requests", parts=parts)
    values = {
        "methods": METHODS,
        "statuses": STATUSES,
        "chips": [] if frame.errors_of(page) else list(chips(page)),
        "hidden": {name: value for name, value in page.filters.items() if name not in SHOWN_FIELDS},
    }
    return frame.show(page, "requests.html", values)


SHOWN_FIELDS = frozenset(
    {"route", "method", "status", "user", "release", "environment", "min_ms", "max_ms", "path"}
)


@card("cards/requests_histogram.html", on="requests")
def histogram_card(look: Look) -> Values:
    """Return the requests over time by status class, and the heat map of their durations."""
    page = look.page
    found = get_histogram(look.store, range=page.period.range, filters=filters_of(page.params), points=POINTS)
    total = sum(bar.requests for bar in found.bars)
    if not total:
        return {"total": 0}
    # A histogram that begins with nothing may begin before there were records.
    first_at = None if found.bars[0].requests else find_first_time(look.store, table="requests")
    return {
        "total": total,
        "bars": _bars(found, page.here()).known_since(first_at),
        "heat": heat_chart(
            found.cells,
            places=[bar.time for bar in found.bars],
            step_s=found.step_s,
            noun="requests",
            title="Requests by duration",
            door=page.here(),
        ).known_since(first_at),
    }


def _bars(found: Histogram, door: str) -> Chart:
    totals = {digit: sum(bar.by_status_class.get(digit, 0) for bar in found.bars) for digit in STATUS_SERIES}
    series = [
        Series(
            name,
            colour,
            [bar.by_status_class.get(digit, 0) for bar in found.bars],
            total=figures.count(totals[digit]),
        )
        for digit, (name, colour) in STATUS_SERIES.items()
        if totals[digit]
    ]
    return Chart(
        kind="bars",
        unit="count",
        start=found.bars[0].time,
        step_s=found.step_s,
        length=len(found.bars),
        title="Requests by status",
        series=series,
        door=door,
        shape="short",
    )


@card("cards/requests_list.html", on="requests")
def list_card(look: Look) -> Values:
    """Return a page of the list, the newest or the slowest first, by key."""
    page = look.page
    after = Cursor.parse(page.params["after"]) if page.params.get("after") else None
    sort: Sort = "duration" if page.params.get("sort") == "duration" else "time"
    found = list_requests(
        look.store,
        range=page.period.range,
        filters=filters_of(page.params),
        sort=sort,
        after=after,
        limit=ON_A_PAGE,
    )
    slowest = max((each.duration_ms for each in found.requests), default=0.0)
    return {
        "requests": found.requests,
        "slowest": slowest,
        "sort": sort,
        "older": page.here(after=str(found.next)) if found.next else "",
        "newest": page.here() if after else "",
        "has_filters": bool(page.filters),
    }


@card("cards/requests_values.html", on="requests")
def values_card(look: Look) -> Values:
    """Return what the filters' fields hold in this time, as suggestions."""
    page = look.page
    return {
        "suggestions": [
            (name, list_values(look.store, field=field, range=page.period.range, limit=50).values)
            for name, field in SUGGESTED
        ]
    }


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the time line: what, when, for how long, and where its bar stands (0 to 1000)."""

    kind: Literal["sql", "http", "other", "log"]
    at_ms: float
    took_ms: float | None
    text: str
    left: float
    width: float
    colour: str
    label: str = ""
    more: str = ""
    is_slow: bool = False
    severity: int = 0
    times: int = 0


@access.page
def request_detail(request: HttpRequest, id: str, *, parts: Parts) -> HttpResponseBase:
    """Answer with one request, named by its trace id or its request id, and what happened in it."""
    page = frame.look(request, name="requests", parts=parts)
    store = Listener(parts.store())
    try:
        found = get_request(store, id=id, span_id=page.params.get("span", ""))
    except QueryError as error:
        failure = explain(error)
        values = {"what": failure.what, "why": failure.why, "do": failure.do}
        return frame.show(page, "request_failed.html", values, status=failure.status)
    if found is None:
        return frame.show(page, "request_missing.html", {"id": id}, status=404)
    return frame.show(page, "request.html", {**_opened(found), "asked": store.asked})


def _opened(found: Detail) -> dict[str, object]:
    request = found.request
    around = dt.timedelta(minutes=5)
    share = min(1.0, request.query_ms / request.duration_ms) if request.duration_ms else 0.0
    return {
        "request": request,
        "attributes": sorted(found.attributes.items()),
        "events": _events(found),
        "suspects": found.suspects,
        "others": found.other_requests,
        "has_every_query": any(span.op == "db" for span in found.spans),
        "query_width": 1000 * share,
        "query_percent": figures.percent(100 * share),
        "logs_door": _address("logs", request, around, q=f"trace:{request.trace_id}"),
        "same_route": _address("requests", request, around, route=request.route or "-"),
        "same_user": _address("requests", request, dt.timedelta(hours=1), user=request.user_id),
    }


def _address(name: str, request: Request, around: dt.timedelta, **params: str) -> str:
    bounds = {
        "from": timerange.written(request.time - around),
        "to": timerange.written(request.time + around),
    }
    return f"{reverse(f'vedette:{name}')}?{urlencode({**bounds, **params})}"


def _events(found: Detail) -> list[Event]:
    request = found.request
    events = [_event(moment, request) for moment in found.timeline if moment.kind != "request"]
    events += [_repeated(suspect, request) for suspect in found.suspects]
    return sorted(events, key=lambda event: event.at_ms)


def _event(moment: Moment, request: Request) -> Event:
    left, width = _bar(moment.offset_ms, moment.duration_ms, request)
    if isinstance(moment.entry, Log):
        log = moment.entry
        colour = "log-error" if log.severity >= 17 else "log-warning" if log.severity >= 13 else "log"
        return Event(
            "log",
            moment.offset_ms,
            None,
            log.message,
            left,
            width,
            colour,
            label=log.logger,
            more=log.exception,
            severity=log.severity,
        )
    assert isinstance(moment.entry, Span)
    span = moment.entry
    kind = _kind_of(span)
    is_slow = kind == "sql" and span.duration_ms >= SLOW_QUERY_MS
    return Event(
        kind, moment.offset_ms, span.duration_ms, span.name, left, width, kind, label=span.op, is_slow=is_slow
    )


def _kind_of(span: Span) -> Literal["sql", "http", "other"]:
    if span.op.startswith("db"):
        return "sql"
    return "http" if span.op.startswith("http") else "other"


def _repeated(suspect: Suspect, request: Request) -> Event:
    at_ms = (suspect.first_at - request.time).total_seconds() * 1000
    left, width = _bar(at_ms, suspect.total_ms, request)
    return Event("sql", at_ms, suspect.total_ms, suspect.statement, left, width, "sql", times=suspect.count)


def _bar(at_ms: float, took_ms: float, request: Request) -> tuple[float, float]:
    """Return where a bar begins and how long it is, of 1000; what is too short to be seen is drawn all the same."""
    whole = max(request.duration_ms, 0.001)
    left = min(997.0, max(0.0, 1000 * at_ms / whole))
    return left, min(1000.0 - left, max(3.0, 1000 * took_ms / whole))
