"""OTLP over HTTP: who is let in, what is taken, what is answered."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.ingest.conftest import KEY, NOW, OTHER_KEY, PROTOBUF, Posting
from tests.ingest.site import put
from vedette.ingest.series import Series

NANOSECONDS = int(NOW.timestamp() * 1e9)
TRACE_ID = "5b8efff798038103d269b633813fc60c"


def spans(*names: str, service: str = "", trace_id: str = TRACE_ID) -> bytes:
    """Return an export request with spans."""
    attributes = [{"key": "service.name", "value": {"stringValue": service}}] if service else []
    told = [
        {
            "traceId": trace_id,
            "spanId": f"{number:016x}",
            "name": name,
            "startTimeUnixNano": str(NANOSECONDS),
            "endTimeUnixNano": str(NANOSECONDS + 5_000_000),
        }
        for number, name in enumerate(names, 1)
    ]
    group = {"resource": {"attributes": attributes}, "scopeSpans": [{"spans": told}]}
    return json.dumps({"resourceSpans": [group]}).encode()


def counter(total: int, *, at_s: int) -> bytes:
    """Return an export request with a cumulative counter that began a minute before `NOW`."""
    point = {
        "startTimeUnixNano": str(NANOSECONDS + 1),
        "timeUnixNano": str(NANOSECONDS + at_s * 10**9),
        "asInt": str(total),
    }
    metric = {
        "name": "orders",
        "sum": {"dataPoints": [point], "aggregationTemporality": 2, "isMonotonic": True},
    }
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}).encode()


def post(posting: Posting, path: str, body: bytes, *, type: str = "application/json", **sent: Any) -> Any:
    """Post *body*."""
    return posting.post(path, body, type=type, **sent)


@pytest.mark.parametrize(
    "path", ["v1/traces", "v1/traces/", "api/1/otlp/v1/traces/", "api/1/integration/otlp/v1/traces"]
)
def test_spans_are_stored_wherever_they_are_posted_to(posting: Posting, path: str) -> None:
    answer = post(posting, path, spans("checkout", "pay"))

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"{}", "application/json")
    assert posting.ask("SELECT service, trace_id, name, duration_ms FROM spans ORDER BY span_id") == [
        ("shop", TRACE_ID, "checkout", 5.0),
        ("shop", TRACE_ID, "pay", 5.0),
    ]


def test_the_key_s_service_holds_and_the_sender_s_own_name_is_kept_beside_it(posting: Posting) -> None:
    post(posting, "v1/traces", spans("x", service="elsewhere"))

    assert posting.ask("SELECT service, attributes['service.name'] FROM spans") == [("shop", "elsewhere")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()},
        {"Authorization": f"Sentry sentry_key={KEY}"},
        {"X_Sentry_Auth": f"sentry sentry_key={KEY}"},
    ],
)
def test_a_key_comes_in_the_header_that_an_exporter_can_send(
    posting: Posting, headers: dict[str, str]
) -> None:
    assert post(posting, "v1/traces", b"{}", key=None, **headers).status_code == 200
    assert post(posting, f"v1/traces?sentry_key={OTHER_KEY}", b"{}", key=None).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic !"}, {"Authorization": "Basic"}],
)
def test_without_a_key_that_is_known_nothing_is_taken(posting: Posting, headers: dict[str, str]) -> None:
    answer = post(posting, "v1/traces", b"\x00", type=PROTOBUF, key=None, **headers)

    assert (answer.status_code, answer["Content-Type"]) == (403, PROTOBUF)
    status = Status.FromString(answer.content)
    assert (status.code, bool(status.message)) == (7, True)


def test_protobuf_is_answered_in_protobuf(posting: Posting) -> None:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = bytes.fromhex(TRACE_ID), b"12345678", "checkout"
    span.start_time_unix_nano, span.end_time_unix_nano = NANOSECONDS, NANOSECONDS + 1000
    answer = post(
        posting,
        "v1/traces",
        gzip.compress(request.SerializeToString()),
        type=PROTOBUF,
        Content_Encoding="gzip",
    )

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"", PROTOBUF)
    assert [span.name for span in posting.recorded.spans] == ["checkout"]


def test_what_is_wrong_with_some_of_it_is_told_as_partial_success(posting: Posting) -> None:
    request = ExportTraceServiceRequest()
    wrong = request.resource_spans.add().scope_spans.add().spans.add()
    wrong.name = "no id"
    encoded = post(posting, "v1/traces", request.SerializeToString(), type=PROTOBUF)
    told = json.loads(post(posting, "v1/traces", spans("x", trace_id="zz")).content)

    assert (encoded.status_code, encoded["Content-Type"]) == (200, PROTOBUF)
    partial = ExportTraceServiceResponse.FromString(encoded.content).partial_success
    assert (partial.rejected_spans, partial.error_message) == (1, "1 invalid")
    assert told == {"partialSuccess": {"rejectedSpans": "1", "errorMessage": "1 invalid"}}


def test_spans_that_are_kept_are_not_told_to_be_rejected_for_the_errors_among_their_events(
    posting: Posting,
) -> None:
    request = json.loads(spans("a"))
    thrown = {"name": "exception", "attributes": [{"key": "exception.type", "value": {"stringValue": "E"}}]}
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["events"] = [thrown] * 3
    posting.limit(3)
    answers = [post(posting, "v1/traces", json.dumps(request).encode()) for _ in range(2)]

    assert [json.loads(answer.content) for answer in answers] == [{}, {}]
    assert (len(posting.recorded.spans), len(posting.recorded.errors)) == (2, 3)


def test_spans_past_the_rate_are_told_to_be_rejected_though_their_errors_are_kept(posting: Posting) -> None:
    request = json.loads(spans("c"))
    thrown = {"name": "exception", "attributes": [{"key": "exception.type", "value": {"stringValue": "E"}}]}
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["events"] = [thrown]
    posting.limit(2)
    post(posting, "v1/traces", spans("a", "b"))
    answer = post(posting, "v1/traces", json.dumps(request).encode())

    told = {"rejectedSpans": "1", "errorMessage": "1 past the limit of a minute"}
    assert json.loads(answer.content) == {"partialSuccess": told}
    assert (len(posting.recorded.spans), len(posting.recorded.errors)) == (2, 1)


@pytest.mark.parametrize("path", ["v1/traces", "v1/metrics", "v1/logs"])
@pytest.mark.parametrize(("body", "type"), [(b"[]", "application/json"), (b"\xff\xff", PROTOBUF)])
def test_what_is_malformed_must_not_be_sent_again(
    posting: Posting, path: str, body: bytes, type: str
) -> None:
    answer = post(posting, path, body, type=type)

    assert (answer.status_code, answer["Content-Type"]) == (400, type)
    code = json.loads(answer.content)["code"] if "json" in type else Status.FromString(answer.content).code
    assert code == 3


def test_another_content_type_is_not_otlp(posting: Posting) -> None:
    assert post(posting, "v1/traces", b"{}", type="text/plain").status_code == 415


def test_a_body_past_the_limit_is_answered_with_413(posting: Posting) -> None:
    posting.set(max_bytes=100_000)
    packed = gzip.compress(b'{"x": "' + b" " * 1_000_000 + b'"}')

    answer = post(posting, "v1/logs", packed, Content_Encoding="gzip")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (413, 8)


def test_an_empty_request_is_a_success(posting: Posting) -> None:
    packed = gzip.compress(b"")

    assert post(posting, "v1/metrics", packed, type=PROTOBUF, Content_Encoding="gzip").status_code == 200


def test_cumulative_series_count_once_whichever_process_answers(posting: Posting) -> None:
    assert put.series is not None
    mine, other = put.series, Series(put.series.directory, now_ns=put.series.now_ns)
    for number, (process, total) in enumerate([(mine, 5), (other, 7), (mine, 7), (other, 12)]):
        put.series = process
        assert post(posting, "v1/metrics", counter(total, at_s=number + 1)).status_code == 200

    assert posting.ask("SELECT sum(sum) FROM metrics WHERE name = 'orders'") == [(12.0,)]


def test_what_could_not_be_written_is_counted_when_it_is_sent_again(
    posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(posting, "v1/metrics", counter(5, at_s=1))
    with monkeypatch.context() as broken:
        broken.setattr("vedette.pipeline.recorder.Recorder.record", lambda *_: False)
        assert post(posting, "v1/metrics", counter(9, at_s=2)).status_code == 503

    assert post(posting, "v1/metrics", counter(9, at_s=2)).status_code == 200
    assert posting.ask("SELECT sum(sum) FROM metrics WHERE name = 'orders'") == [(9.0,)]


def test_a_memory_of_series_that_cannot_be_kept_asks_to_try_again(posting: Posting) -> None:
    assert put.series is not None
    put.series.directory.write_text("a file where the directory should be")

    assert post(posting, "v1/metrics", counter(5, at_s=1)).status_code == 503


def test_a_damaged_memory_of_series_begins_anew(posting: Posting) -> None:
    assert put.series is not None
    put.series.directory.mkdir()
    (put.series.directory / "1.msgpack").write_bytes(b"\xc1 no msgpack")

    assert post(posting, "v1/metrics", counter(5, at_s=1)).status_code == 200


def test_metrics_in_protobuf_are_taken(posting: Posting) -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add()
    metric.name = "depth"
    point = metric.gauge.data_points.add()
    point.as_double, point.time_unix_nano = 3.5, NANOSECONDS
    post(posting, "v1/metrics", request.SerializeToString(), type=PROTOBUF)

    assert posting.ask("SELECT name, kind, last, service FROM metrics") == [("depth", "gauge", 3.5, "shop")]
