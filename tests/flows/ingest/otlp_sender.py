"""What OpenTelemetry's own exporters send: ``python -m tests.flows.ingest.otlp_sender URL KEY``."""

from __future__ import annotations

import logging
import sys

from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

RESOURCE = Resource.create({"service.name": "shop", "deployment.environment.name": "elsewhere"})


def main() -> None:
    """Send some of each signal, each exporter with its own defaults but for the compression."""
    url, key = sys.argv[1:3]
    headers = {"authorization": f"Bearer {key}"}
    spans = TracerProvider(resource=RESOURCE)
    exporter = OTLPSpanExporter(f"{url}/v1/traces", headers=headers, compression=Compression.Gzip)
    spans.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = spans.get_tracer("afar")
    with tracer.start_as_current_span("checkout") as span:
        span.record_exception(ValueError("an exception in a span"))
    reader = PeriodicExportingMetricReader(
        OTLPMetricExporter(f"{url}/v1/metrics", headers=headers), export_interval_millis=3_600_000
    )
    meters = MeterProvider([reader], resource=RESOURCE)
    counter = meters.get_meter("afar").create_counter("orders")
    for number in range(1, 5):
        counter.add(number)
        assert meters.force_flush()
    logs = LoggerProvider(resource=RESOURCE)
    set_logger_provider(logs)
    records = OTLPLogExporter(f"{url}/v1/logs", headers=headers, compression=Compression.Deflate)
    logs.add_log_record_processor(SimpleLogRecordProcessor(records))
    logger = logging.getLogger("afar")
    logger.addHandler(LoggingHandler(logger_provider=logs))
    logger.warning("a log line from %s", "afar")
    for provider in (spans, meters, logs):
        provider.shutdown()


if __name__ == "__main__":
    main()
