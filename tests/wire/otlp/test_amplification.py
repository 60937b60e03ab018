"""A small request does not become a large journal, nor take long: what is told once is not repeated without bounds."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from tests.wire.otlp.requests import attributes, decode, logs, metrics, traces
from vedette.record.signals import Error
from vedette.wire.arrival import Declined
from vedette.wire.errors import TooLargeError
from vedette.wire.otlp import decoding, protobuf
from vedette.wire.otlp.messages import METRICS
from vedette.wire.otlp.resource import MOST_CHARS
from vedette.wire.otlp.span import MOST_AROUND_CHARS

GAUGE = {"name": "a", "gauge": {"dataPoints": [{"asInt": "1"}, {"asInt": "2"}]}}


@pytest.mark.parametrize(
    ("request_", "category", "past"),
    [
        (traces({}, {}, {}, {}, {}), "span", 2),
        (logs({}, {}, {}, {}, {}), "log_item", 2),
        (metrics(GAUGE, GAUGE, GAUGE), "metric", 3),
    ],
)
def test_records_past_the_limit_of_a_request_are_declined(
    request_: dict[str, Any], category: str, past: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MOST_RECORDS", 3)
    found = decode(request_)

    assert len(found.signals) == 3
    assert found.declined == [Declined(category, "too_many", past)]


def test_what_a_resource_says_is_kept_short_with_each_of_its_records() -> None:
    request = logs({}, {})
    told = attributes(telemetry__sdk__name="n" * 5000, cloud__region=["r" * 5000], service__namespace="shop")
    request["resourceLogs"][0]["resource"] = {"attributes": told}
    (first, second) = decode(request).signals

    assert first.attributes["service.namespace"] == "shop"
    assert {len(value) for value in first.attributes.values()} == {4, MOST_CHARS}
    assert second.attributes == first.attributes


def test_what_is_around_an_exception_is_kept_short_with_each_of_them() -> None:
    thrown = {"name": "exception", "attributes": attributes(exception__type="KeyError")}
    sent = {"attributes": attributes(note="x" * 4000), "events": [thrown] * 3}
    span, *errors = decode(traces(sent)).signals

    assert len(span.attributes["note"]) == 4000
    assert [len(error.attributes["note"]) for error in errors if isinstance(error, Error)] == [
        MOST_AROUND_CHARS
    ] * 3


@pytest.mark.parametrize(
    "numbers",
    [
        protobuf.field(8, protobuf.field(2, b"\x01" * 5)),  # packed varints
        protobuf.field(8, protobuf.field(2, 1) * 5),  # varints one by one
    ],
)
def test_more_numbers_in_lists_than_any_histogram_has_are_too_much(
    numbers: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = numbers
    for number in (
        1,
        10,
        2,
        2,
        1,
    ):  # dataPoints, exponentialHistogram, metrics, scopeMetrics, resourceMetrics
        body = protobuf.field(number, body)

    assert protobuf.decode(body, METRICS)
    monkeypatch.setattr(protobuf, "MOST_NUMBERS", 4)
    with pytest.raises(TooLargeError):
        protobuf.decode(body, METRICS)


@pytest.mark.parametrize("body", [struct.pack("<5d", 1, 2, 3, 4, 5), b"one by one"])
def test_more_bounds_than_any_histogram_has_are_too_much(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = protobuf.varint(7 << 3 | 1) + struct.pack("<d", 1.0)
    point = one * 5 if body == b"one by one" else protobuf.field(7, body)
    for number in (1, 9, 2, 2, 1):  # dataPoints, histogram, metrics, scopeMetrics, resourceMetrics
        point = protobuf.field(number, point)

    assert protobuf.decode(point, METRICS)
    monkeypatch.setattr(protobuf, "MOST_NUMBERS", 4)
    with pytest.raises(TooLargeError):
        protobuf.decode(point, METRICS)


def test_what_cannot_be_taken_for_the_same_reason_is_told_once() -> None:
    found = decode(traces({"traceId": ""}, {}, {"spanId": ""}))

    assert found.declined == [Declined("span", "invalid", 2)]
