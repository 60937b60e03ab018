"""What happened around an event: the longest work of its trace, on one line of time with the moment of the error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.store.query import Store, TimeRange
from vedette.traces.queries import Filters, Span, list_spans
from vedette.web.traces.kinds import kind_of

MOST_SPANS = 200
MOST_STEPS = 8
WIDTH = 1000.0
THINNEST = 4.0
"""What is too short to be seen is drawn all the same."""


@dataclass(frozen=True, slots=True)
class Step:
    """A span, or `times` spans of one name in one service; `left` and `width` are its place in `WIDTH`.

    `took_ms` is what all of them took; `is_where` tells that the error was captured in it.
    """

    op: str
    name: str
    kind: str
    service: str
    times: int
    at_ms: float
    took_ms: float
    left: float
    width: float
    is_where: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a trace spent its time on, as it began; `error_at` is where in `WIDTH` the error was.

    `spans` are how many there are, at least so many where there are more than are looked at.
    """

    steps: tuple[Step, ...]
    spans: int
    has_more: bool
    took_ms: float
    error_at: float


def of_event(
    store: Store, *, trace_id: str, span_id: str, at: dt.datetime, range: TimeRange
) -> Surroundings | None:
    """Return what happened around the event of *at* in its trace; None where no span of that was kept.

    Raises:
        QueryError: If the store cannot answer.
    """
    filters = Filters(trace_id=trace_id, scope="all")
    found = list_spans(store, range=range, filters=filters, sort="duration", limit=MOST_SPANS)
    if not found.spans:
        return None
    start = min(span.time for span in found.spans)
    whole_ms = max(0.001, *(_end_ms(span, start) for span in found.spans))
    own = _own_ms(found.spans)
    groups = _together(found.spans)
    # What only waits for what it called tells little, but for the whole: it comes first, as the longest of all.
    groups[1:] = sorted(groups[1:], key=lambda group: -sum(own[each.span_id] for each in group))
    kept = groups[:MOST_STEPS]
    # Where the error was captured is among them, however short it was.
    kept += [group for group in groups[MOST_STEPS:] if any(each.span_id == span_id for each in group)]
    steps = sorted((_step(group, start, whole_ms, span_id) for group in kept), key=lambda step: step.at_ms)
    return Surroundings(
        steps=tuple(steps),
        spans=len(found.spans),
        has_more=found.next is not None,
        took_ms=whole_ms,
        error_at=min(WIDTH, max(0.0, WIDTH * _ms(at - start) / whole_ms)),
    )


def _own_ms(spans: Sequence[Span]) -> dict[str, float]:
    """Return how long each span was busy itself, by its id: without what it called."""
    own = {span.span_id: span.duration_ms for span in spans}
    for span in spans:
        if span.parent_span_id in own:
            own[span.parent_span_id] -= span.duration_ms
    return own


def _together(spans: Sequence[Span]) -> list[list[Span]]:
    """Return the spans in their order, those of one name in one service together."""
    groups: dict[tuple[str, str, str], list[Span]] = {}
    for span in spans:
        groups.setdefault((span.service, span.op, span.name), []).append(span)
    return list(groups.values())


def _step(group: Sequence[Span], start: dt.datetime, whole_ms: float, span_id: str) -> Step:
    first = min(group, key=lambda span: span.time)
    at_ms = _ms(first.time - start)
    left = min(WIDTH - THINNEST, WIDTH * at_ms / whole_ms)
    until = WIDTH * max(_end_ms(span, start) for span in group) / whole_ms
    return Step(
        op=first.op,
        name=first.name,
        kind=kind_of(first.op),
        service=first.service,
        times=len(group),
        at_ms=at_ms,
        took_ms=sum(span.duration_ms for span in group),
        left=left,
        width=max(THINNEST, min(WIDTH, until) - left),
        is_where=any(span.span_id == span_id for span in group if span_id),
    )


def _end_ms(span: Span, start: dt.datetime) -> float:
    return _ms(span.time - start) + span.duration_ms


def _ms(length: dt.timedelta) -> float:
    return length.total_seconds() * 1000
