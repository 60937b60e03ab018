// What OpenTelemetry's exporters for JavaScript send, which speak JSON: `node otlp.mjs URL KEY`.
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

const [url, key] = process.argv.slice(2);
const resource = resourceFromAttributes({ "service.name": "shop", "service.version": "js@1" });
const options = (path) => ({
  url: `${url}/v1/${path}`,
  headers: { authorization: `Bearer ${key}` },
  compression: "gzip",
});

const traces = new BasicTracerProvider({
  resource,
  spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter(options("traces")))],
});
const span = traces.getTracer("node").startSpan("checkout in node", { attributes: { "cart.items": 3, "cart.tags": ["a", "b"] } });
span.recordException(new RangeError("an exception in node"));
span.end();

const meters = new MeterProvider({
  resource,
  readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(options("metrics")), exportIntervalMillis: 3_600_000 })],
});
meters.getMeter("node").createCounter("orders.node").add(7, { shelf: "second" });
const took = meters.getMeter("node").createHistogram("took.node", { unit: "ms" });
[5, 10, 15].forEach((value) => took.record(value));

const logs = new LoggerProvider({ resource });
logs.addLogRecordProcessor(new SimpleLogRecordProcessor(new OTLPLogExporter(options("logs"))));
logs.getLogger("node").emit({
  severityNumber: SeverityNumber.ERROR,
  severityText: "ERROR",
  body: "a log line from node",
  attributes: { shelf: "second" },
});

for (const provider of [traces, meters, logs]) {
  await provider.forceFlush();
  await provider.shutdown();
}
