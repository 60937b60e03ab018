"""Spans, and the exceptions on them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.wire.cases import CASES, RECEIVED_AT, arrival, needs_cases, payload_of
from tests.wire.otlp.requests import NOW, SPAN, TRACE, attributes, decode, traces
from vedette.record.signals import Error, Span
from vedette.wire.arrival import Declined
from vedette.wire.errors import MalformedError
from vedette.wire.otlp.answers import Encoding
from vedette.wire.otlp.decoding import decode_traces

BOTH = pytest.mark.parametrize("encoding", ["json", "protobuf"])
PYTHON_TRACE = """Traceback (most recent call last):
  File "/srv/site/shop/views.py", line 12, in pay
    charge(card, password="hunter2")
  File "/srv/venv/lib/python3.12/site-packages/bank/api.py", line 7, in charge
    raise ValueError("no")
ValueError: no
"""


def span(encoding: Encoding = "json", **fields: Any) -> Span:
    """Return the span that comes of one with *fields*."""
    (signal,) = decode(traces(fields), encoding=encoding).signals
    assert isinstance(signal, Span)
    return signal


@BOTH
def test_a_span_is_read(encoding: Encoding) -> None:
    found = span(
        encoding,
        kind=2,
        parentSpanId="eee19b7ec3c1b175",
        status={"code": 2, "message": "no"},
        attributes=attributes(a="b", n=3),
    )

    assert (found.name, found.kind, found.status, found.duration_ms) == ("GET /", "server", "error", 5.0)
    assert (found.trace_id, found.span_id, found.parent_span_id) == (TRACE, SPAN, "eee19b7ec3c1b175")
    assert (found.service, found.environment, found.release, found.host) == ("web", "prod", "1.2", "h1")
    assert found.time == RECEIVED_AT
    assert found.attributes == {"a": "b", "n": "3", "status.message": "no", "otel.scope.name": "lib"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            {"http__method": "GET", "http__status_code": 200},
            {"http__request__method": "GET", "http__response__status_code": 200},
        ),
        (
            {"db__system": "postgresql", "db__statement": "SELECT 1"},
            {"db__system__name": "postgresql", "db__query__text": "SELECT 1"},
        ),
        (
            {"net__peer__name": "a.example", "http__url": "https://a/"},
            {"server__address": "a.example", "url__full": "https://a/"},
        ),
    ],
)
def test_old_names_become_new_ones(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert span(attributes=attributes(**old)).attributes == span(attributes=attributes(**new)).attributes


def test_a_new_name_beats_an_old_one() -> None:
    assert (
        span(attributes=attributes(http__method="GET", http__request__method="POST")).attributes[
            "http.request.method"
        ]
        == "POST"
    )


@pytest.mark.parametrize(
    ("kind", "given", "operation"),
    [
        (2, {"http__method": "GET"}, "http.server"),
        (3, {"http__request__method": "GET"}, "http.client"),
        (3, {"db__system": "sqlite"}, "db"),
        (3, {"db__system__name": "redis"}, "db.redis"),
        (4, {"messaging__system": "rabbitmq"}, "queue.publish"),
        (5, {"messaging__system": "rabbitmq"}, "queue.process"),
        (2, {"rpc__system": "grpc"}, "rpc.server"),
        (3, {"gen_ai__operation__name": "chat"}, "gen_ai.chat"),
        (1, {"sentry__op": "task"}, "task"),
        (1, {"a": "b"}, ""),
    ],
)
def test_a_span_has_an_operation(kind: int, given: dict[str, Any], operation: str) -> None:
    assert span(kind=kind, attributes=attributes(**given)).op == operation


@BOTH
def test_values_of_every_kind_become_text(encoding: Encoding) -> None:
    found = span(
        encoding, attributes=attributes(s="a", b=True, i=-5, f=1.5, l=["a", 1, [True]], m={"k": {"n": 1}})
    )

    assert {key: found.attributes[key] for key in "sbiflm"} == {
        "s": "a",
        "b": "true",
        "i": "-5",
        "f": "1.5",
        "l": '["a",1,[true]]',
        "m": '{"k":{"n":1}}',
    }


def test_values_that_lie_too_deep_are_left_out() -> None:
    value: Any = "bottom"
    for _ in range(30):
        value = [value]

    assert "bottom" not in span(attributes=attributes(deep=value)).attributes["deep"]


@BOTH
def test_a_span_without_an_id_is_invalid_and_the_others_are_taken(encoding: Encoding) -> None:
    found = decode(traces({"traceId": "00" * 16}, {}), encoding=encoding)

    assert len(found.signals) == 1
    assert found.declined == [Declined("span", "invalid")]


@BOTH
def test_an_exception_on_a_span_is_an_error(encoding: Encoding) -> None:
    told = attributes(
        exception__type="ValueError",
        exception__message="no",
        exception__stacktrace=PYTHON_TRACE,
        exception__escaped=True,
    )
    request = traces(
        {
            "attributes": attributes(http__route="/pay/", password="hunter2"),
            "events": [
                {"timeUnixNano": str(NOW - 1_000_000_000), "name": "exception", "attributes": told},
                {"timeUnixNano": str(NOW), "name": "retry", "attributes": attributes(n=1)},
            ],
        }
    )
    parent, error = decode(request, encoding=encoding).signals

    assert isinstance(parent, Span)
    assert isinstance(error, Error)
    assert json.loads(parent.attributes["events"]) == [{"name": "retry", "time": NOW, "n": 1}]
    assert (error.type, error.value, error.culprit, error.handled) == ("ValueError", "no", "/pay/", False)
    assert (error.trace_id, error.span_id, error.service) == (TRACE, SPAN, "web")
    assert error.time == RECEIVED_AT - dt.timedelta(seconds=1)
    assert error.attributes["password"] == "[Filtered]"
    frames = payload_of(error)["exception"]["values"][0]["stacktrace"]["frames"]
    assert [(frame["function"], frame["in_app"]) for frame in frames] == [("pay", True), ("charge", False)]
    assert frames[0]["context_line"] == 'charge(card, password="[Filtered]")'
    again = decode(request, encoding=encoding).signals[1]
    assert isinstance(again, Error)
    assert again.event_id == error.event_id


def test_a_trace_of_no_known_form_is_kept_as_text() -> None:
    told = attributes(exception__type="E", exception__stacktrace="somewhere")
    _, error = decode(traces({"events": [{"attributes": told}]})).signals

    assert isinstance(error, Error)
    assert payload_of(error)["extra"] == {"stacktrace": "somewhere"}
    assert error.value == "<no message>"


def test_unknown_fields_and_odd_shapes_are_passed_over() -> None:
    request: dict[str, Any] = traces(
        {
            "future": 1,
            "attributes": [None, {}, {"key": "a", "value": {}}, {"key": "b", "value": {"future": 1}}],
        }
    )
    request["resourceSpans"] += [None, {"scopeSpans": [None, {"spans": "odd"}]}, {"resource": 5}]
    request["future"] = {}

    (found,) = decode(request).signals
    assert found.attributes == {"otel.scope.name": "lib"}


@pytest.mark.parametrize("digits", [40, 400])
def test_times_of_more_than_64_bits_are_none(digits: int) -> None:
    found = span(startTimeUnixNano="1" + "0" * (digits - 1), endTimeUnixNano=10 ** (digits - 1) + 5)

    assert (found.time, found.duration_ms) == (RECEIVED_AT, 0.0)


def test_a_service_without_a_name_is_the_projects() -> None:
    request = traces({})
    request["resourceSpans"][0]["resource"] = {
        "attributes": attributes(service__name="unknown_service:python")
    }

    assert decode(request).signals[0].service == "shop"
    assert decode(request, service="").signals[0].service == "unknown_service:python"


@pytest.mark.parametrize("body", [b"[]", b"nope", b"5"])
def test_what_is_no_request_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_traces(body, encoding="json", arrival=arrival())


@BOTH
def test_an_empty_request_is_taken(encoding: Encoding) -> None:
    body = b"{}" if encoding == "json" else b""

    assert decode_traces(body, encoding=encoding, arrival=arrival()).signals == []


@needs_cases
def test_the_specifications_example_is_read() -> None:
    body = (CASES / "otlp" / "trace.json").read_bytes()
    (found,) = decode_traces(body, encoding="json", arrival=arrival()).signals

    assert isinstance(found, Span)
    assert (found.name, found.kind, found.duration_ms, found.service) == (
        "I'm a server span",
        "server",
        1000.0,
        "my.service",
    )
    assert (found.trace_id, found.span_id) == (TRACE, SPAN)
    assert found.attributes["my.span.attr"] == "some value"


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_bytes_are_shown_as_the_text_that_they_are_and_else_in_base64(encoding: Encoding) -> None:
    told = attributes(
        text="Grüße,\nAda".encode(),
        binary=b"\x00\x01\x02",
        named_by_its_content=b"password=Zq7hunter2",
        in_binary=b"\x00\xffpassword=Zq7hunter2\x00",
    )
    (span,) = decode(traces({"attributes": told}), encoding=encoding).signals

    assert span.attributes["text"] == "Grüße,\nAda"
    assert span.attributes["binary"] == "AAEC"
    assert span.attributes["named_by_its_content"] == "password=[Filtered]"
    assert span.attributes["in_binary"] == "[Filtered]"
