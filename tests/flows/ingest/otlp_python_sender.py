"""What OpenTelemetry's Python SDK sends: ``python otlp_python_sender.py proto|json``; the rest is told by ``OTEL_*``.

The two kinds of exporters have the same names in different packages.  Prints the trace's id.
"""

from __future__ import annotations

import importlib
import logging
import sys
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, format_trace_id

ATTRIBUTES: dict[str, Any] = {"text": "é", "number": 7, "ratio": 0.5, "flag": True, "list": ["a", "b"]}


def main() -> None:
    """Send some of each signal."""
    spans, logs = TracerProvider(), LoggerProvider()
    spans.add_span_processor(SimpleSpanProcessor(exporter("trace_exporter", "OTLPSpanExporter")))
    logs.add_log_record_processor(SimpleLogRecordProcessor(exporter("_log_exporter", "OTLPLogExporter")))
    print(trace(spans, logs))
    reader = PeriodicExportingMetricReader(
        exporter("metric_exporter", "OTLPMetricExporter"), export_interval_millis=3_600_000
    )
    exponential = ExponentialBucketHistogramAggregation()
    view = View(instrument_type=Histogram, instrument_name="wait", aggregation=exponential)
    meters = MeterProvider([reader], views=[view])
    measure(meters)
    for provider in (spans, logs, meters):
        provider.shutdown()


def exporter(module: str, name: str) -> Any:
    """Return the exporter of that name, of the kind that was asked for."""
    return getattr(
        importlib.import_module(f"opentelemetry.exporter.otlp.{sys.argv[1]}.http.{module}"), name
    )()


def pay() -> None:
    """Raise what is recorded."""
    raise ValueError("no such card")


def trace(spans: TracerProvider, logs: LoggerProvider) -> str:
    """Send a span within another, with an exception and a log record; return the trace's id."""
    logger = logging.getLogger("afar")
    logger.addHandler(LoggingHandler(logger_provider=logs))
    tracer = spans.get_tracer("afar")
    with tracer.start_as_current_span("elsewhere") as other:
        pass
    links = [Link(other.get_span_context(), {"why": "retry"})]
    with tracer.start_as_current_span("POST /orders", kind=SpanKind.SERVER) as root:
        root.set_attributes({"http.request.method": "POST", "http.route": "/orders"})
        with tracer.start_as_current_span("pay", kind=SpanKind.CLIENT, links=links) as span:
            span.set_attributes(ATTRIBUTES)
            span.add_event("asked the bank", {"tries": 2})
            try:
                pay()
            except ValueError as error:
                span.record_exception(error)
            span.set_status(Status(StatusCode.ERROR, "declined"))
            logger.warning("a log line from %s", "afar", extra={"order": 12})
        return format_trace_id(root.get_span_context().trace_id)


def measure(meters: MeterProvider) -> None:
    """Send each instrument twice, so that a total follows a total."""
    meter = meters.get_meter("afar")
    counter = meter.create_counter("orders")
    level = meter.create_up_down_counter("open")
    gauge = meter.create_gauge("depth")
    took = meter.create_histogram("took", unit="s")
    wait = meter.create_histogram("wait", unit="ms")
    for number in (1, 2):
        counter.add(number, {"shop": "north"})
        level.add(5 * number)
        gauge.set(2.5 * number)
        took.record(0.25 * number)
        wait.record(100.0 * number)
        assert meters.force_flush()


if __name__ == "__main__":
    main()
