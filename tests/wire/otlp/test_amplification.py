"""A small request does not become a large journal, nor take long: what is told once is not repeated without bounds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wire.otlp.requests import attributes, decode, logs, metrics, traces
from vedette.record.signals import Error
from vedette.wire.arrival import Declined
from vedette.wire.otlp import decoding
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


def test_what_cannot_be_taken_for_the_same_reason_is_told_once() -> None:
    found = decode(traces({"traceId": ""}, {}, {"spanId": ""}))

    assert found.declined == [Declined("span", "invalid", 2)]
