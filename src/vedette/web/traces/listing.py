"""The traces: which spans, when, how long they took."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase

from vedette.store import steps
from vedette.store.beginning import find_first_time
from vedette.store.paging import Cursor
from vedette.store.percentiles import FEWEST_VALUES
from vedette.traces.queries import (
    FAILED,
    STATUSES,
    Durations,
    Figures,
    Filters,
    Histogram,
    Sort,
    Span,
    Summary,
    get_durations,
    get_histogram,
    get_summary,
    list_spans,
    list_values,
)
from vedette.web import access, figures, frame
from vedette.web.charts import Chart, Series
from vedette.web.fragments import Look, Values, card
from vedette.web.heat import heat_chart
from vedette.web.judgement import SUSPICIOUS, percent
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.traces.kinds import kind_of
from vedette.web.traces.selection import ALL, FIELDS, PAIR, SCOPE, chips, filters_of, hint, own

POINTS = 60
ON_A_PAGE = 50
VIEWS = (
    ("", "Traces"),
    ("operations", "Operations"),
    ("findings", "Findings"),
    ("profiles", "Profiles"),
)
SHOWN_FIELDS = frozenset(
    {"op", "name", "service", "status", "release", "environment", "min_ms", "max_ms", PAIR, SCOPE}
)
_PLACE_OF_A_PROFILE = ("of", "from_service")


@dataclass(frozen=True, slots=True)
class View:
    """One of the ways to look at the same spans."""

    name: str
    label: str
    door: str
    is_current: bool


@access.page
def traces(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the frame and the filters; what is below them are cards, which ones by ``view``."""
    page = frame.look(request, name="traces", parts=parts)
    view = page.params.get("view", "")
    view = view if view in dict(VIEWS) else ""
    values = {
        "view": view,
        "views": [View(name, label, _door(page, name), name == view) for name, label in VIEWS],
        "statuses": STATUSES,
        "chips": [] if frame.errors_of(page) else list(chips(page)),
        "is_whole": page.params.get(SCOPE) == ALL,
        "cleared": page.go("traces", view=view),
        "hidden": {
            name: value
            for name, value in page.filters.items()
            if name not in SHOWN_FIELDS and name not in _PLACE_OF_A_PROFILE
        },
    }
    return frame.show(page, "traces.html", values)


def _door(page: Page, view: str) -> str:
    return page.go("traces", **own(page), view=view)


@card("cards/traces_histogram.html", on="traces")
def histogram_card(look: Look) -> Values:
    """Return how the spans fared, when they came by whether they failed, and the heat map of their durations."""
    page = look.page
    range, filters = page.period.range, filters_of(page.params)
    found = get_histogram(look.store, range=range, filters=filters, points=POINTS)
    if not found.total:
        return {"total": 0}
    summary = get_summary(look.store, range=range, filters=filters, now=page.now)
    # What begins with nothing may begin before there were records, as may the time before that had much less.
    is_suspicious = summary.previous.spans < SUSPICIOUS * summary.figures.spans
    is_whole = found.bars[0].total and not is_suspicious
    first_at = None if is_whole else find_first_time(look.store, table="spans_hourly")
    earlier = summary.range.shifted(range.start - range.end)
    return {
        "total": found.total,
        **_answer(summary, is_compared=first_at is None or first_at <= earlier.start),
        "before": figures.span(summary.range.seconds),
        "is_whole": page.params.get(SCOPE) == ALL,
        "bars": _chart(found, page.here()).known_since(first_at),
        "heat": _heat(
            get_durations(look.store, range=range, filters=filters, points=POINTS), page.here()
        ).known_since(first_at),
    }


def _answer(summary: Summary, *, is_compared: bool) -> Values:
    now, before = summary.figures, summary.previous if is_compared else Figures()
    failed = percent(now.failed_share)
    return {
        "failed_percent": failed,
        "p50_ms": now.percentiles.p50_ms,
        "p95_ms": now.percentiles.p95_ms,
        "p95_change": _change(now.percentiles.p95_ms, before.percentiles.p95_ms, unit="ms"),
        "failed_change": _change(failed, percent(before.failed_share), unit="percent")
        if before.spans >= FEWEST_VALUES
        else None,
    }


def _change(value: float | None, before: float | None, *, unit: figures.Unit) -> figures.Change | None:
    found = figures.change(value, before, unit=unit, higher_is="worse")
    return found if found is not None and found.exact and not found.text.startswith("as ") else None


def _heat(found: Durations, door: str) -> Chart:
    return heat_chart(
        found.cells,
        places=steps.starts(found.range, found.step_s),
        step_s=found.step_s,
        noun="spans",
        title="Spans by duration",
        door=door,
    )


def _chart(found: Histogram[str], door: str) -> Chart:
    failed = [bar.counts.get(FAILED, 0) for bar in found.bars]
    well = [bar.total - lost for bar, lost in zip(found.bars, failed, strict=True)]
    series = [Series("Not failed", "ok", well, total=figures.count(sum(well)))]
    if any(failed):
        series.append(Series("Failed", "failed", failed, total=figures.count(sum(failed))))
    return Chart(
        kind="bars",
        unit="count",
        start=found.bars[0].time,
        step_s=found.step_s,
        length=len(found.bars),
        title="Spans over time",
        series=series,
        door=door,
        shape="short",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list: a span and the door to its trace, ``""`` where it belongs to none."""

    span: Span
    door: str
    kind: str
    share: float


@card("cards/traces_list.html", on="traces")
def list_card(look: Look) -> Values:
    """Return a page of the list, the newest or the slowest first, by key."""
    page = look.page
    after = Cursor.parse(page.params["after"]) if page.params.get("after") else None
    sort: Sort = "duration" if page.params.get("sort") == "duration" else "time"
    filters = filters_of(page.params)
    found = list_spans(
        look.store, range=page.period.range, filters=filters, sort=sort, after=after, limit=ON_A_PAGE
    )
    slowest = max((span.duration_ms for span in found.spans), default=0.0)
    return {
        "lines": [_line(page, span, slowest) for span in found.spans],
        "sort": sort,
        "older": page.here(after=str(found.next)) if found.next else "",
        "newest": page.here() if after else "",
        "is_whole": filters.scope == "all",
        "has_filters": any(True for _ in chips(page)),
        "cleared": page.go("traces"),
    }


def _line(page: Page, span: Span, slowest: float) -> Line:
    share = span.duration_ms / slowest if slowest else 0.0
    return Line(span, door_of(page, span), kind_of(span.op), share)


def door_of(page: Page, span: Span) -> str:
    """Return the address of the trace of *span*, opened at it; ``""`` where it belongs to none."""
    if not span.trace_id:
        return ""
    return page.go("trace", span.trace_id, at=hint(span.time), span=span.span_id)


@card("cards/traces_values.html", on="traces")
def values_card(look: Look) -> Values:
    """Return what the filters' fields hold in this time, as suggestions."""
    scope = filters_of({SCOPE: look.page.params.get(SCOPE, "")}).scope
    found = list_values(look.store, range=look.page.period.range, filters=Filters(scope=scope))
    names = {field: name for name, field, _ in FIELDS} | {"op": "op"}
    return {"suggestions": [(names[field], values) for field, values in found.items()]}
