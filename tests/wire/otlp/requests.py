"""Export requests, made by OpenTelemetry's own messages and sent both ways."""

from __future__ import annotations

import base64
import importlib
import json
from typing import Any

import pytest

from tests.wire.cases import RECEIVED_AT, arrival
from vedette.wire.arrival import Decoded
from vedette.wire.otlp import decoding
from vedette.wire.otlp.answers import Encoding
from vedette.wire.otlp.deltas import Deltas

NOW = int(RECEIVED_AT.timestamp()) * 1_000_000_000
TRACE = "5b8efff798038103d269b633813fc60c"
SPAN = "eee19b7ec3c1b174"
_IDS = {"traceId", "spanId", "parentSpanId"}


def oracle(name: str) -> Any:
    """Return a module of opentelemetry-proto; skip the test where the package is not installed."""
    try:
        return importlib.import_module(f"opentelemetry.proto.{name}")
    except ImportError:
        pytest.skip("opentelemetry-proto is not installed")


def as_protobuf(request: dict[str, Any], signal: str) -> bytes:
    """Return *request*, in OTLP/JSON's form, as protobuf, by way of the package."""
    json_format: Any = importlib.import_module("google.protobuf.json_format")
    service = oracle(f"collector.{signal}.v1.{signal}_service_pb2")
    names = {"trace": "Trace", "metrics": "Metrics", "logs": "Logs"}
    message = getattr(service, f"Export{names[signal]}ServiceRequest")()
    json_format.ParseDict(_with_base64_ids(request), message)
    return bytes(message.SerializeToString())


def _with_base64_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: base64.b64encode(bytes.fromhex(item)).decode() if key in _IDS else _with_base64_ids(item)
            for key, item in value.items()
        }
    return [_with_base64_ids(item) for item in value] if isinstance(value, list) else value


def attributes(**values: Any) -> list[dict[str, Any]]:
    """Return *values* as KeyValues; two underscores in a name stand for a dot."""
    return [{"key": name.replace("__", "."), "value": _any(value)} for name, value in values.items()]


def _any(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any(item) for item in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": [{"key": key, "value": _any(item)} for key, item in value.items()]}}
    return {"stringValue": value}


RESOURCE = {
    "attributes": attributes(
        service__name="web", service__version="1.2", deployment__environment="prod", host__name="h1"
    )
}


def traces(*spans: dict[str, Any]) -> dict[str, Any]:
    """Return a request with *spans*, whose ids and times are filled in."""
    filled = [
        {
            "traceId": TRACE,
            "spanId": SPAN,
            "startTimeUnixNano": str(NOW),
            "endTimeUnixNano": str(NOW + 5_000_000),
            "name": "GET /",
            **span,
        }
        for span in spans
    ]
    return {
        "resourceSpans": [{"resource": RESOURCE, "scopeSpans": [{"scope": {"name": "lib"}, "spans": filled}]}]
    }


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    """Return a request with *records*."""
    filled = [{"timeUnixNano": str(NOW), **record} for record in records]
    return {
        "resourceLogs": [
            {"resource": RESOURCE, "scopeLogs": [{"scope": {"name": "shop"}, "logRecords": filled}]}
        ]
    }


def metrics(*found: dict[str, Any]) -> dict[str, Any]:
    """Return a request with the metrics *found*."""
    return {
        "resourceMetrics": [
            {"resource": RESOURCE, "scopeMetrics": [{"scope": {"name": "lib"}, "metrics": list(found)}]}
        ]
    }


def decode(
    request: dict[str, Any], *, encoding: Encoding = "json", deltas: Deltas | None = None, **arrived: Any
) -> Decoded:
    """Return what comes of *request*, sent in *encoding*."""
    signal = {"resourceSpans": "trace", "resourceLogs": "logs", "resourceMetrics": "metrics"}[
        next(iter(request))
    ]
    body = json.dumps(request).encode() if encoding == "json" else as_protobuf(request, signal)
    came = arrival(**arrived)
    if signal == "metrics":
        memory = deltas if deltas is not None else Deltas(since=0)
        return decoding.decode_metrics(body, encoding=encoding, arrival=came, deltas=memory)
    read = decoding.decode_traces if signal == "trace" else decoding.decode_logs
    return read(body, encoding=encoding, arrival=came)
