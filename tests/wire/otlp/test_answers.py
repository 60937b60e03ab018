"""Answers are read by OpenTelemetry's and Google's own messages."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from tests.wire.otlp.requests import oracle
from vedette.wire.errors import MalformedError
from vedette.wire.otlp.answers import SignalName, accepted, encoding_of, refused

RESPONSES: list[tuple[SignalName, str, str, str]] = [
    ("traces", "trace", "ExportTraceServiceResponse", "rejected_spans"),
    ("metrics", "metrics", "ExportMetricsServiceResponse", "rejected_data_points"),
    ("logs", "logs", "ExportLogsServiceResponse", "rejected_log_records"),
]


@pytest.mark.parametrize(("signal", "module", "name", "field"), RESPONSES)
def test_what_was_rejected_is_told(signal: SignalName, module: str, name: str, field: str) -> None:
    service = oracle(f"collector.{module}.v1.{module}_service_pb2")
    json_format: Any = importlib.import_module("google.protobuf.json_format")
    expected = getattr(service, name)()
    setattr(expected.partial_success, field, 300)
    expected.partial_success.error_message = "no id"

    assert (
        getattr(service, name).FromString(
            accepted(signal, encoding="protobuf", rejected=300, message="no id")
        )
        == expected
    )
    told = accepted(signal, encoding="json", rejected=300, message="no id")
    assert json_format.Parse(told, getattr(service, name)()) == expected
    assert json.loads(told)["partialSuccess"]["errorMessage"] == "no id"


@pytest.mark.parametrize("signal", ["traces", "metrics", "logs"])
def test_success_is_empty(signal: SignalName) -> None:
    assert accepted(signal, encoding="protobuf") == b""
    assert accepted(signal, encoding="json") == b"{}"


def test_a_warning_rejects_nothing() -> None:
    assert json.loads(accepted("logs", encoding="json", message="old")) == {
        "partialSuccess": {"errorMessage": "old"}
    }


def test_a_refusal_is_a_status() -> None:
    try:
        status_pb2: Any = importlib.import_module("google.rpc.status_pb2")
    except ImportError:
        pytest.skip("googleapis-common-protos is not installed")

    status = status_pb2.Status.FromString(refused(400, "the message ends", encoding="protobuf"))
    assert (status.code, status.message) == (3, "the message ends")
    assert json.loads(refused(503, "later", encoding="json")) == {"code": 14, "message": "later"}


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("application/json", "json"),
        ("application/json; charset=utf-8", "json"),
        ("application/x-protobuf", "protobuf"),
    ],
)
def test_the_content_type_names_the_encoding(content_type: str, encoding: str) -> None:
    assert encoding_of(content_type) == encoding


@pytest.mark.parametrize("content_type", ["", "text/plain"])
def test_another_content_type_is_malformed(content_type: str) -> None:
    with pytest.raises(MalformedError):
        encoding_of(content_type)
