"""Log records, and the exceptions they tell of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wire.cases import CASES, RECEIVED_AT, arrival, needs_cases, payload_of
from tests.wire.otlp.requests import SPAN, TRACE, attributes, decode, logs
from vedette.record.signals import Error, Log
from vedette.wire.otlp.answers import Encoding
from vedette.wire.otlp.decoding import decode_logs
from vedette.wire.otlp.stacktrace import frames_of

BOTH = pytest.mark.parametrize("encoding", ["json", "protobuf"])


@BOTH
def test_a_record_is_read(encoding: Encoding) -> None:
    record = {
        "severityNumber": 17,
        "severityText": "ERROR",
        "body": {"stringValue": "password=hunter2"},
        "traceId": TRACE.upper() if encoding == "json" else TRACE,
        "spanId": SPAN,
        "attributes": attributes(code__filepath="a.py", code__lineno=5, n=1),
    }
    (log,) = decode(logs(record), encoding=encoding).signals

    assert isinstance(log, Log)
    assert (log.severity, log.severity_text, log.message, log.logger) == (
        17,
        "ERROR",
        "password=[Filtered]",
        "shop",
    )
    assert (log.trace_id, log.span_id, log.module, log.line) == (TRACE, SPAN, "a.py", 5)
    assert (log.service, log.environment, log.time) == ("web", "prod", RECEIVED_AT)
    assert log.attributes == {"n": "1"}


@pytest.mark.parametrize(
    ("record", "message", "level"),
    [
        ({"body": {"kvlistValue": {"values": attributes(a=1)}}}, '{"a":1}', ""),
        ({"eventName": "page_view", "severityNumber": 9}, "page_view", "info"),
        ({"severityNumber": 24}, "", "fatal"),
        ({"severityNumber": 99}, "", ""),
        ({"severityNumber": 1}, "", "trace"),
    ],
)
def test_a_record_may_lack_its_text(record: dict[str, Any], message: str, level: str) -> None:
    (log,) = decode(logs(record)).signals

    assert isinstance(log, Log)
    assert (log.message, log.severity_text) == (message, level)


def test_a_record_without_a_time_has_that_of_its_observation() -> None:
    (log,) = decode(logs({"timeUnixNano": "0", "observedTimeUnixNano": "1544712660300000000"})).signals

    assert log.time.year == 2018


@BOTH
def test_a_record_of_an_exception_is_an_error_too(encoding: Encoding) -> None:
    told = attributes(
        exception__type="E", exception__message="no", exception__stacktrace='  File "a.py", line 1, in f\n'
    )
    record = {
        "severityNumber": 21,
        "body": {"stringValue": "it broke"},
        "traceId": TRACE,
        "spanId": SPAN,
        "attributes": told,
    }
    log, error = decode(logs(record), encoding=encoding).signals

    assert isinstance(log, Log)
    assert isinstance(error, Error)
    assert log.exception == '  File "a.py", line 1, in f\n'
    assert (error.type, error.value, error.culprit, error.level) == ("E", "no", "a.py in f", "fatal")
    assert (error.trace_id, payload_of(error)["logentry"]) == (TRACE, {"formatted": "it broke"})


@needs_cases
@pytest.mark.parametrize(
    ("name", "message"), [("logs", "Example log record"), ("events", '{"type":0,"url":')]
)
def test_the_specifications_examples_are_read(name: str, message: str) -> None:
    body = (CASES / "otlp" / f"{name}.json").read_bytes()
    (log,) = decode_logs(body, encoding="json", arrival=arrival()).signals

    assert isinstance(log, Log)
    assert log.message.startswith(message)
    assert log.service == "my.service"


JAVA = """java.lang.IllegalStateException: no
\tat com.shop.Pay.charge(Pay.java:12)
\tat java.base/java.lang.Thread.run(Thread.java:840)
"""
JAVASCRIPT = """TypeError: no
    at pay (/srv/shop/pay.js:12:7)
    at async Object.run (/srv/node_modules/x/run.js:3:1)
    at https://shop.example/app.js:1:200
"""


def test_traces_of_java_are_read() -> None:
    assert [
        (frame["module"], frame["function"], frame["lineno"], frame["in_app"]) for frame in frames_of(JAVA)
    ] == [
        ("java.lang.Thread", "run", 840, False),
        ("com.shop.Pay", "charge", 12, True),
    ]


def test_traces_of_javascript_are_read() -> None:
    assert [
        (frame["filename"], frame.get("function"), frame["in_app"]) for frame in frames_of(JAVASCRIPT)
    ] == [
        ("https://shop.example/app.js", None, True),
        ("/srv/node_modules/x/run.js", "Object.run", False),
        ("/srv/shop/pay.js", "pay", True),
    ]


@pytest.mark.parametrize("text", ["", "nothing", "  at " * 20_000, "  File " * 20_000, "    at a (" * 5000])
def test_other_text_has_no_frames(text: str) -> None:
    assert frames_of(text) == []
