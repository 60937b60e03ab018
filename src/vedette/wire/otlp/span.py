"""Spans, and the exceptions among their events."""

from __future__ import annotations

from vedette.record.signals import Error, Span
from vedette.wire.otlp import conventions
from vedette.wire.otlp.exception import Place, error_of, is_exception
from vedette.wire.otlp.lenient import enum_of
from vedette.wire.otlp.resource import Resource
from vedette.wire.otlp.times import time_of
from vedette.wire.otlp.values import messages, normalised, plain
from vedette.wire.values import Mapping, dict_of, integer_of, short, span_id_of, text_of, trace_id_of

MOST_EVENTS = 50
MOST_AROUND_CHARS = 1000
_STATUSES = {1: "ok", 2: "error"}


def span_of(message: Mapping, *, scope: str, resource: Resource) -> Span | None:
    """Return the span in *message*; None where it lacks an id, without which it is invalid."""
    trace_id, span_id = trace_id_of(message.get("traceId")), span_id_of(message.get("spanId"))
    if not trace_id or not span_id:
        return None
    start, end = (
        integer_of(message.get("startTimeUnixNano")) or 0,
        integer_of(message.get("endTimeUnixNano")) or 0,
    )
    status = dict_of(message.get("status"))
    kind = conventions.KINDS.get(enum_of(message.get("kind")), "internal")
    attributes = normalised(plain(message.get("attributes")))
    around: Mapping = {
        "status.message": status.get("message"),
        "otel.scope.name": scope,
        "links": [_link(link) for link in messages(message.get("links"))[:MOST_EVENTS]] or None,
        "events": [_told(event) for event in _events(message) if not is_exception(_attributes(event))]
        or None,
    }
    return Span(
        time=time_of(start, received_at=resource.arrival.received_at),
        service=resource.service,
        environment=resource.environment,
        release=resource.release,
        host=resource.host,
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=span_id_of(message.get("parentSpanId")),
        user_id=resource.arrival.person(attributes.get("user.id")),
        op=conventions.operation(attributes, kind=kind),
        name=resource.text(message.get("name"), 2000) or "<unnamed>",
        duration_ms=max(0, end - start) / 1e6 if start and end else 0.0,
        status=_STATUSES.get(enum_of(status.get("code")), ""),
        kind=kind,
        attributes=resource.texts(attributes, around),
    )


def errors_of(message: Mapping, *, span: Span, resource: Resource) -> list[Error]:
    """Return the exceptions among the events of *message*, whose span is *span*."""
    errors = []
    for event in _events(message):
        attributes = _attributes(event)
        if not is_exception(attributes):
            continue
        escaped = attributes.get("exception.escaped")
        is_escaped = escaped is True or text_of(escaped).lower() == "true"
        place = Place(
            time=time_of(event.get("timeUnixNano"), received_at=span.time),
            trace_id=span.trace_id,
            span_id=span.span_id,
            transaction=span.attributes.get("http.route") or span.name,
            user_id=span.user_id,
            is_handled=not (is_escaped or (span.kind in {"server", "consumer"} and span.status == "error")),
            # A span may tell of fifty exceptions, and each keeps what is around it.
            around={
                key: short(value, MOST_AROUND_CHARS)
                for key, value in span.attributes.items()
                if key not in {"events", "links"}
            },
        )
        errors.append(error_of(attributes, place=place, resource=resource))
    return errors


def _events(message: Mapping) -> list[Mapping]:
    return messages(message.get("events"))[:MOST_EVENTS]


def _attributes(event: Mapping) -> Mapping:
    return plain(event.get("attributes"))


def _told(event: Mapping) -> Mapping:
    # A number either way: JSON has numbers of 64 bits as text.
    return {"name": event.get("name"), "time": integer_of(event.get("timeUnixNano")), **_attributes(event)}


def _link(link: Mapping) -> Mapping:
    return {"trace_id": trace_id_of(link.get("traceId")), "span_id": span_id_of(link.get("spanId"))}
