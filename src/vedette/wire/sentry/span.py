"""Spans of streamed traces (v2), and what spans of both kinds share."""

from __future__ import annotations

from typing import Any

from vedette.record.signals import Span
from vedette.wire.sentry.attributes import HIDDEN, items_of, plain
from vedette.wire.sentry.sending import Sending
from vedette.wire.times import time_of
from vedette.wire.values import Mapping, number_of, short, span_id_of, text_of, trace_id_of

LONGEST_MS = 1e12
_KINDS = {
    "server": ("http.server", "websocket.server", "rpc.server", "grpc.server", "function"),
    "client": (
        "http.client",
        "db",
        "cache",
        "rpc",
        "grpc.client",
        "http.graphql",
        "subprocess",
        "gen_ai",
        "ai",
    ),
    "producer": ("queue.publish", "queue.submit", "queue.create"),
    "consumer": ("queue.process", "queue.task", "queue.receive"),
}
_NOT_FAILED = {"ok": "ok", "": "", "unknown": "", "cancelled": "", "unset": ""}


def spans_of(payload: Mapping, *, sending: Sending) -> list[Span]:
    """Return the spans of a v2 container."""
    return [_span(item, sending) for item in items_of(payload, limit=sending.limits.container_items)]


def kind_of(operation: str) -> str:
    """Return OpenTelemetry's kind for Sentry's *operation*."""
    for kind, names in _KINDS.items():
        if operation.startswith(names) and any(
            operation == name or operation.startswith(name + ".") for name in names
        ):
            return kind
    return "internal"


def status_of(value: object) -> tuple[str, str]:
    """Return ``ok``, ``error`` or ``""``, and Sentry's own word where it says more than that."""
    text = short(value, 100).lower()
    status = _NOT_FAILED.get(text, "error")
    return status, text if text not in {"ok", "error", ""} else ""


def duration_ms(start: object, end: object) -> float:
    """Return the milliseconds from *start* to *end*; 0 where one of them is no time."""
    first, last = number_of(start), number_of(end)
    if first is None or last is None:
        begun, ended = time_of(start), time_of(end)
        if begun is None or ended is None:
            return 0.0
        return max(0.0, (ended - begun).total_seconds() * 1000)
    return min(max(0.0, round((last - first) * 1000, 6)), LONGEST_MS)


def _span(item: Mapping, sending: Sending) -> Span:
    attributes = plain(item.get("attributes"))
    operation = short(attributes.get("sentry.op") or item.get("op") or "", 200)
    kind = text_of(attributes.get("sentry.kind") or item.get("kind")).lower()
    status, status_text = status_of(item.get("status"))
    return Span(
        time=sending.clock.right(item.get("start_timestamp")),
        service=sending.arrival.service,
        environment=text_of(attributes.get("sentry.environment"))[:200],
        release=text_of(attributes.get("sentry.release"))[:250],
        host=_host(attributes, operation),
        trace_id=trace_id_of(item.get("trace_id")) or trace_id_of(sending.trace.get("trace_id")),
        span_id=span_id_of(item.get("span_id")),
        parent_span_id=span_id_of(item.get("parent_span_id")),
        user_id=_user_id(attributes, sending),
        op=operation,
        name=sending.text(item.get("name") or operation, 8000) or "<unnamed>",
        duration_ms=duration_ms(item.get("start_timestamp"), item.get("end_timestamp")),
        status=status,
        kind=kind if kind in {"server", "client", "producer", "consumer", "internal"} else kind_of(operation),
        attributes=sending.attributes(_pairs(item, attributes, status_text, sending)),
    )


def _pairs(item: Mapping, attributes: Mapping, status: str, sending: Sending) -> list[tuple[object, Any]]:
    pairs: list[tuple[object, Any]] = [("sentry.status", status)]
    if item.get("is_segment"):
        pairs += [("sentry.is_segment", "true"), ("sentry.sample_rate", sending.sample_rate)]
        pairs += [
            ("telemetry.sdk.name", attributes.get("sentry.sdk.name")),
            ("telemetry.sdk.version", attributes.get("sentry.sdk.version")),
        ]
    if item.get("links"):
        pairs.append(("links", item["links"]))
    pairs += ((key, value) for key, value in attributes.items() if key not in HIDDEN)
    return pairs


def _host(attributes: Mapping, operation: str) -> str:
    # `server.address` is the machine itself in what Python's SDK sets on everything, the other side in a client's span.
    if attributes.get("host.name"):
        return short(attributes["host.name"], 250)
    is_own = (
        text_of(attributes.get("sentry.sdk.name")).startswith("sentry.python")
        and kind_of(operation) != "client"
    )
    return short(attributes.get("server.address") or "", 250) if is_own else ""


def _user_id(attributes: Mapping, sending: Sending) -> str:
    user = {
        "id": attributes.get("user.id"),
        "username": attributes.get("user.name") or attributes.get("user.username"),
        "email": attributes.get("user.email"),
        "ip_address": attributes.get("user.ip_address"),
    }
    return sending.arrival.user_id(user)
