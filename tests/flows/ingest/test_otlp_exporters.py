"""OpenTelemetry's own exporters for Python and Node send protobuf and JSON, gzipped, as `docs/ingest.md` tells to set them up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.ingest import packages
from tests.flows.ingest.server import ROOT, Server
from tests.services import refuse
from vedette.record import buckets
from vedette.record.signals import Error, Log, Metric, Span

pytestmark = pytest.mark.slow

SENDERS = ROOT / "tests" / "flows" / "ingest"
PYTHON_JSON = ("opentelemetry-exporter-otlp-json-http==0.66b1",)
NODE = (
    "@opentelemetry/api@1.9.1",
    "@opentelemetry/api-logs@0.223.1",
    "@opentelemetry/resources@2.12.1",
    "@opentelemetry/sdk-trace-base@2.12.1",
    "@opentelemetry/sdk-metrics@2.12.1",
    "@opentelemetry/sdk-logs@0.223.1",
    *(f"@opentelemetry/exporter-trace-otlp-{kind}@0.223.1" for kind in ("http", "proto")),
    *(f"@opentelemetry/exporter-logs-otlp-{kind}@0.223.1" for kind in ("http", "proto")),
    *(f"@opentelemetry/exporter-metrics-otlp-{kind}@0.223.0" for kind in ("http", "proto")),
)
"""The last that run on Node 20."""


class Told:
    """What lies in the store of one run of a sender."""

    def __init__(self, server: Server, release: str, trace_id: str) -> None:
        with server.recorded() as seen:
            self.spans: dict[str, Span] = {each.name: each for each in seen.spans if each.release == release}
            self.errors: list[Error] = [each for each in seen.errors if each.release == release]
            self.logs: list[Log] = [each for each in seen.logs if each.release == release]
            self.metrics: list[Metric] = [each for each in seen.metrics if each.release == release]
        self.trace_id = trace_id

    def metric(self, name: str) -> list[Metric]:
        """Return what was stored of one metric."""
        return [each for each in self.metrics if each.name == name]


@pytest.fixture(params=["cumulative", "delta"])
def temporality(request: pytest.FixtureRequest) -> str:
    """Say how metrics are to be told: as totals, or as what was added."""
    return str(request.param)


@pytest.fixture(scope="module")
def runs() -> dict[str, Told]:
    """Remember what was sent already, in whichever order the tests come."""
    return {}


@pytest.fixture(params=["python-proto", "python-json", "node-proto", "node-http"])
def told(
    request: pytest.FixtureRequest,
    receiver: Server,
    packages_dir: Path,
    temporality: str,
    runs: dict[str, Told],
) -> Told:
    """Let one of the SDKs send, and give what was stored of it."""
    release = f"{request.param}-{temporality}"
    if release not in runs:
        language, _, kind = str(request.param).partition("-")
        trace_id = _send(
            language, kind, release=release, temporality=temporality, receiver=receiver, below=packages_dir
        )
        runs[release] = Told(receiver, release, trace_id)
    return runs[release]


def _send(language: str, kind: str, *, release: str, temporality: str, receiver: Server, below: Path) -> str:
    """Run a sender; return the id of its trace."""
    environment = {
        **os.environ,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"{receiver.url}/vedette",
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{receiver.key['key']}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": temporality,
        "OTEL_RESOURCE_ATTRIBUTES": "service.name=shop,deployment.environment.name=elsewhere,host.name=afar,"
        f"service.version={release}",
        "PYTHONPATH": "",
    }
    try:
        if language == "node":
            folder = packages.node(*NODE, below=below)
            command = [packages.node_program(below), str(SENDERS / "otlp_node_sender.cjs"), str(folder), kind]
        elif kind == "json":
            environment["PYTHONPATH"] = str(packages.python(*PYTHON_JSON, below=below))
            command = [sys.executable, "-S", str(SENDERS / "otlp_python_sender.py"), kind]
        else:
            command = [sys.executable, str(SENDERS / "otlp_python_sender.py"), kind]
    except packages.UnableToInstallError as error:
        refuse(str(error))
    done = subprocess.run(
        command, env=environment, cwd=below, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_spans_are_found_with_all_that_was_said_of_them(told: Told) -> None:
    root, span, other = (told.spans[name] for name in ("POST /orders", "pay", "elsewhere"))

    assert (root.trace_id, root.parent_span_id, root.kind, root.op) == (
        told.trace_id,
        "",
        "server",
        "http.server",
    )
    assert (span.trace_id, span.parent_span_id, span.kind) == (told.trace_id, root.span_id, "client")
    assert (span.service, span.environment, span.host) == ("shop", "elsewhere", "afar")
    assert (span.status, span.attributes["status.message"]) == ("error", "declined")
    assert 0 < span.duration_ms <= root.duration_ms
    sent = {"text": "é", "number": "7", "ratio": "0.5", "flag": "true", "list": '["a","b"]'}
    assert span.attributes.items() >= sent.items()
    assert json.loads(span.attributes["links"]) == [{"trace_id": other.trace_id, "span_id": other.span_id}]
    (event,) = json.loads(span.attributes["events"])
    at_us = event.pop("time") // 1000
    assert event == {"name": "asked the bank", "tries": 2}
    assert 0 <= at_us - span.time.timestamp() * 1e6 <= span.duration_ms * 1000 + 1000


def test_an_exception_in_a_span_is_an_error_of_its_trace(told: Told) -> None:
    (error,) = told.errors

    assert (error.type, error.value) in {("ValueError", "no such card"), ("RangeError", "no such card")}
    assert (error.trace_id, error.span_id, error.culprit) == (
        told.trace_id,
        told.spans["pay"].span_id,
        "pay",
    )
    assert isinstance(error.payload, dict)
    assert error.payload["platform"] in {"python", "node"}
    (thrown,) = error.payload["exception"]["values"]
    frame = thrown["stacktrace"]["frames"][-1]
    assert frame["function"] == "pay"
    assert frame["lineno"] > 0
    assert frame["filename"].endswith(("otlp_python_sender.py", "otlp_node_sender.cjs"))


def test_a_log_record_is_found_in_its_span(told: Told) -> None:
    (log,) = told.logs

    assert (log.message, log.logger, log.severity, log.severity_text) == (
        "a log line from afar",
        "afar",
        13,
        "WARN",
    )
    assert (log.trace_id, log.span_id) == (told.trace_id, told.spans["pay"].span_id)
    assert (log.environment, log.attributes["order"]) == ("elsewhere", "12")


def test_metrics_come_to_what_was_measured(told: Told) -> None:
    orders = told.metric("orders")
    assert [each.kind for each in orders] == ["counter"] * len(orders)
    assert sum(each.sum for each in orders) == 3.0
    assert {each.attributes["shop"] for each in orders} == {"north"}
    assert {(each.kind, each.last) for each in told.metric("open")} == {("gauge", 5.0), ("gauge", 15.0)}
    assert {(each.kind, each.last) for each in told.metric("depth")} == {("gauge", 2.5), ("gauge", 5.0)}
    for name, values in (("took", (250.0, 500.0)), ("wait", (100.0, 200.0))):
        found = told.metric(name)
        assert {(each.kind, each.attributes["unit"]) for each in found} == {("timing", "millisecond")}
        assert sorted(each.sum for each in found if each.count) == list(values)
        assert sum(each.count for each in found) == sum(sum(each.buckets.values()) for each in found) == 2
        assert sorted((each.min, each.max) for each in found if each.count) == [
            (value, value) for value in values
        ]
        # As near as the width of a bucket, even where the SDK's own bounds for seconds are far apart.
        places = sorted(place for each in found for place in each.buckets)
        assert all(
            abs(place - buckets.bucket_of(value)) <= 2 for place, value in zip(places, values, strict=True)
        )
