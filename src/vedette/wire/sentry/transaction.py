"""Transactions: a root span with its children, as SDKs send traces that are not streamed."""

from __future__ import annotations

from typing import Any

from vedette.record.signals import Span
from vedette.wire.sentry.sending import Sending
from vedette.wire.sentry.span import duration_ms, kind_of, status_of
from vedette.wire.values import (
    Mapping,
    dict_of,
    list_of,
    number_of,
    pairs_of,
    short,
    span_id_of,
    text_of,
    trace_id_of,
)


def spans_of(transaction: Mapping, *, data: bytes, sending: Sending) -> list[Span]:
    """Return the spans of *transaction*, the root first."""
    root = _root(transaction, data=data, sending=sending)
    children = [item for item in list_of(transaction.get("spans")) if isinstance(item, dict)]
    segment = {"sentry.segment.name": root.name, "sentry.segment.id": root.span_id}
    limit = sending.limits.container_items
    return [root, *(_child(item, root, segment, sending) for item in children[:limit])]


def _root(transaction: Mapping, *, data: bytes, sending: Sending) -> Span:
    trace = dict_of(dict_of(transaction.get("contexts")).get("trace"))
    operation = short(trace.get("op") or "", 200)
    name = sending.text(transaction.get("transaction") or trace.get("description") or operation, 2000)
    status, status_text = status_of(trace.get("status"))
    user = dict_of(transaction.get("user"))
    return Span(
        time=sending.clock.right(transaction.get("start_timestamp")),
        service=sending.arrival.service,
        environment=text_of(transaction.get("environment") or sending.trace.get("environment"))[:200],
        release=text_of(transaction.get("release") or sending.trace.get("release"))[:250],
        host=text_of(transaction.get("server_name"))[:250],
        trace_id=trace_id_of(trace.get("trace_id")) or trace_id_of(sending.trace.get("trace_id")),
        span_id=span_id_of(trace.get("span_id")),
        parent_span_id=span_id_of(trace.get("parent_span_id")),
        user_id=sending.arrival.user_id(user),
        op=operation,
        name=name or "<unnamed>",
        duration_ms=duration_ms(transaction.get("start_timestamp"), transaction.get("timestamp")),
        status=status,
        kind=kind_of(operation),
        attributes=sending.attributes(_root_pairs(transaction, trace, status_text, data, sending)),
    )


def _root_pairs(
    transaction: Mapping, trace: Mapping, status: str, data: bytes, sending: Sending
) -> list[tuple[object, Any]]:
    request, sdk = dict_of(transaction.get("request")), dict_of(transaction.get("sdk"))
    contexts = dict_of(transaction.get("contexts"))
    pairs: list[tuple[object, Any]] = [
        ("sentry.is_segment", "true"),
        ("sentry.transaction.id", sending.event_id_of(transaction, data)),
        ("sentry.transaction.source", dict_of(transaction.get("transaction_info")).get("source")),
        ("sentry.sample_rate", sending.sample_rate),
        ("sentry.status", status),
        ("sentry.origin", trace.get("origin")),
        ("platform", transaction.get("platform")),
        ("telemetry.sdk.name", sdk.get("name")),
        ("telemetry.sdk.version", sdk.get("version")),
        ("http.request.method", request.get("method")),
        ("url.full", request.get("url")),
        ("http.response.status_code", dict_of(contexts.get("response")).get("status_code")),
        ("profile_id", dict_of(contexts.get("profile")).get("profile_id")),
        ("profiler_id", dict_of(contexts.get("profile")).get("profiler_id")),
    ]
    for name, measured in dict_of(transaction.get("measurements")).items():
        pairs.append((f"measurement.{name}", number_of(dict_of(measured).get("value"))))
    pairs += pairs_of(transaction.get("tags")).items()
    pairs += ((key, value) for key, value in dict_of(trace.get("data")).items() if key not in _KNOWN)
    return pairs


def _child(item: Mapping, root: Span, segment: Mapping, sending: Sending) -> Span:
    data = dict_of(item.get("data"))
    operation = short(item.get("op") or data.get("sentry.op") or "", 200)
    # SDKs of Python before 2.50 or so, and old ones of JavaScript, have it among the tags.
    status, status_text = status_of(item.get("status") or pairs_of(item.get("tags")).get("status"))
    pairs = [*segment.items(), ("sentry.status", status_text), ("sentry.origin", item.get("origin"))]
    pairs += pairs_of(item.get("tags")).items()
    pairs += ((key, value) for key, value in data.items() if key not in _KNOWN)
    return Span(
        time=sending.clock.right(item.get("start_timestamp")),
        service=root.service,
        environment=root.environment,
        release=root.release,
        host=root.host,
        trace_id=trace_id_of(item.get("trace_id")) or root.trace_id,
        span_id=span_id_of(item.get("span_id")),
        parent_span_id=span_id_of(item.get("parent_span_id")) or root.span_id,
        user_id=root.user_id,
        op=operation,
        name=sending.text(item.get("description") or item.get("name") or operation, 8000) or "<unnamed>",
        duration_ms=duration_ms(item.get("start_timestamp"), item.get("timestamp")),
        status=status,
        kind=kind_of(operation),
        attributes=sending.attributes(pairs),
    )


_KNOWN = frozenset(
    {"sentry.op", "sentry.origin", "sentry.source", "sentry.sample_rate", "thread.id", "thread.name"}
)
