"""What JSON writers of protobuf send against OTLP's rules is read as it was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.cases import arrival
from tests.wire.otlp.requests import NOW, attributes, decode, logs, metrics, traces
from vedette.record.signals import Log, Metric, Span
from vedette.wire.arrival import Decoded
from vedette.wire.errors import MalformedError
from vedette.wire.otlp.decoding import decode_logs, decode_metrics, decode_traces
from vedette.wire.otlp.deltas import Deltas
from vedette.wire.otlp.lenient import enum_of

SPAN = {"attributes": attributes(http__route="/a", some_name=1), "status": {"code": 2, "message": "no"}}
LOG = {"severityNumber": 17, "body": {"stringValue": "hello"}, "eventName": "ev"}
COUNTER = {
    "name": "a",
    "sum": {
        "aggregationTemporality": 1,
        "isMonotonic": True,
        "dataPoints": [{"timeUnixNano": str(NOW), "asInt": "3"}],
    },
}


def snake(request: Any) -> Any:
    """Return *request* with the names that the .proto files give to its fields."""
    if isinstance(request, dict):
        return {re.sub("([A-Z])", r"_\1", name).lower(): snake(value) for name, value in request.items()}
    return [snake(item) for item in request] if isinstance(request, list) else request


def changes(body: bytes, **came: Any) -> Decoded:
    """Return what comes of metrics."""
    return decode_metrics(body, deltas=Deltas(since=0), **came)


@pytest.mark.parametrize(
    ("request_", "read"),
    [(traces(SPAN), decode_traces), (logs(LOG), decode_logs), (metrics(COUNTER), changes)],
)
def test_names_as_in_the_proto_files_are_read(request_: dict[str, Any], read: Callable[..., Decoded]) -> None:
    told = json.dumps(snake(request_)).encode()

    assert b"resource_" in told
    assert read(told, encoding="json", arrival=arrival()).signals == decode(request_).signals


def test_names_of_enumerations_are_read() -> None:
    sent = {**SPAN, "kind": "SPAN_KIND_SERVER", "status": {"code": "STATUS_CODE_ERROR"}}
    (span,) = decode(traces(sent)).signals
    (log,) = decode(logs({**LOG, "severityNumber": "SEVERITY_NUMBER_ERROR2"})).signals
    total = {**COUNTER["sum"], "aggregationTemporality": "AGGREGATION_TEMPORALITY_CUMULATIVE"}  # type: ignore[dict-item]
    deltas = Deltas(since=0)

    assert isinstance(span, Span)
    assert (span.kind, span.status) == ("server", "error")
    assert isinstance(log, Log)
    assert (log.severity, log.severity_text) == (18, "error")
    found = [decode(metrics({**COUNTER, "sum": total}), deltas=deltas).signals for _ in range(2)]
    assert [[metric.sum for metric in each if isinstance(metric, Metric)] for each in found] == [[3.0], []]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("SEVERITY_NUMBER_TRACE", 1),
        ("SEVERITY_NUMBER_DEBUG", 5),
        ("SEVERITY_NUMBER_DEBUG4", 8),
        ("SEVERITY_NUMBER_FATAL4", 24),
        ("SPAN_KIND_UNSPECIFIED", 0),
        ("SPAN_KIND_FROM_THE_FUTURE", 0),
        ("3", 3),
        (2, 2),
        (None, 0),
        ([], 0),
    ],
)
def test_what_no_enumeration_has_is_nothing(value: object, number: int) -> None:
    assert enum_of(value) == number


def test_fields_that_are_nested_without_end_are_malformed() -> None:
    body = b'{"resource_spans":' + b'{"a":' * 990 + b"1" + b"}" * 991

    with pytest.raises(MalformedError):
        decode_traces(body, encoding="json", arrival=arrival())
