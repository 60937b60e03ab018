"""Export requests into signals.

Each function raises `MalformedError`, and `TooLargeError` for a request that would take many times its size in memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.wire import documents
from vedette.wire.arrival import Arrival, Decoded
from vedette.wire.errors import MalformedError
from vedette.wire.otlp import log as logs
from vedette.wire.otlp import messages as tables
from vedette.wire.otlp import metric as metrics
from vedette.wire.otlp import protobuf
from vedette.wire.otlp import span as spans
from vedette.wire.otlp.answers import Encoding
from vedette.wire.otlp.deltas import Deltas
from vedette.wire.otlp.lenient import camel_cased
from vedette.wire.otlp.resource import Resource
from vedette.wire.otlp.values import messages
from vedette.wire.values import Mapping, dict_of, text_of

MOST_RECORDS = 20_000
"""Of one request: a record of two bytes becomes a line of hundreds in the journal.  Collectors send some 8,000 at once."""


def decode_traces(body: bytes | bytearray, *, encoding: Encoding, arrival: Arrival) -> Decoded:
    """Return the spans of an ExportTraceServiceRequest, and the errors among their events."""
    decoded = Decoded()
    request = _request(body, encoding, tables.TRACES)
    for message, scope, resource in _each(request, "resourceSpans", "scopeSpans", "spans", arrival):
        if len(decoded.signals) >= MOST_RECORDS:
            decoded.decline("span", "too_many")
            continue
        span = spans.span_of(message, scope=scope, resource=resource)
        if span is None:
            decoded.decline("span", "invalid")
            continue
        decoded.signals.append(span)
        if "events" in message:
            decoded.signals += spans.errors_of(message, span=span, resource=resource)
    return decoded


def decode_logs(body: bytes | bytearray, *, encoding: Encoding, arrival: Arrival) -> Decoded:
    """Return the records of an ExportLogsServiceRequest, and the errors they tell of."""
    decoded = Decoded()
    request = _request(body, encoding, tables.LOGS)
    for message, scope, resource in _each(request, "resourceLogs", "scopeLogs", "logRecords", arrival):
        if len(decoded.signals) >= MOST_RECORDS:
            decoded.decline("log_item", "too_many")
            continue
        log = logs.log_of(message, scope=scope, resource=resource)
        decoded.signals.append(log)
        error = logs.error_in(message, log=log, resource=resource)
        if error is not None:
            decoded.signals.append(error)
    return decoded


def decode_metrics(
    body: bytes | bytearray, *, encoding: Encoding, arrival: Arrival, deltas: Deltas
) -> Decoded:
    """Return the changes in an ExportMetricsServiceRequest; *deltas* remembers cumulative series between requests."""
    decoded = Decoded()
    request = _request(body, encoding, tables.METRICS)
    for message, scope, resource in _each(request, "resourceMetrics", "scopeMetrics", "metrics", arrival):
        room = MOST_RECORDS - len(decoded.signals)
        found = metrics.metrics_of(message, scope=scope, resource=resource, deltas=deltas, limit=room)
        decoded.signals += found.metrics
        for reason, number in (("invalid", found.invalid), ("too_many", found.past_limit)):
            if number:
                decoded.decline("metric", reason, number)
    return decoded


def _request(body: bytes | bytearray, encoding: Encoding, table: tables.Table) -> Mapping:
    if encoding == "protobuf":
        return protobuf.decode(bytes(body), table)
    request = documents.decode(body)
    if not isinstance(request, dict):
        raise MalformedError("an export request is a JSON object")
    return camel_cased(request)


def _each(
    request: Mapping, outer: str, middle: str, inner: str, arrival: Arrival
) -> Iterator[tuple[Mapping, str, Resource]]:
    for group in messages(request.get(outer)):
        resource = Resource.of(group.get("resource"), arrival=arrival)
        for scoped in messages(group.get(middle)):
            scope = text_of(dict_of(scoped.get("scope")).get("name"))[:250]
            for message in messages(scoped.get(inner)):
                yield message, scope, resource
