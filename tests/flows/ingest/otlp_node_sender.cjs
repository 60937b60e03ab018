// What OpenTelemetry's SDK for Node sends: `node otlp_node_sender.cjs FOLDER proto|http`; the rest is told by `OTEL_*`.
// The two kinds of exporters have the same names in different packages; that of `http` sends JSON. Prints the trace's id.
"use strict";

const { createRequire } = require("node:module");

const [folder, kind] = process.argv.slice(2);
const load = createRequire(`${folder}/`);
const { trace, context, SpanKind, SpanStatusCode } = load("@opentelemetry/api");
const { SeverityNumber } = load("@opentelemetry/api-logs");
const { defaultResource, detectResources, envDetector } = load("@opentelemetry/resources");
const { BasicTracerProvider, SimpleSpanProcessor } = load("@opentelemetry/sdk-trace-base");
const { LoggerProvider, SimpleLogRecordProcessor } = load("@opentelemetry/sdk-logs");
const { MeterProvider, PeriodicExportingMetricReader, AggregationType } = load("@opentelemetry/sdk-metrics");

const exporter = (signal, name) => new (load(`@opentelemetry/exporter-${signal}-otlp-${kind}`)[name])();
const resource = defaultResource().merge(detectResources({ detectors: [envDetector] }));

function pay() {
  throw new RangeError("no such card");
}

function follow(spans, logs) {
  const tracer = spans.getTracer("afar");
  const other = tracer.startSpan("elsewhere");
  other.end();
  const root = tracer.startSpan("POST /orders", {
    kind: SpanKind.SERVER,
    attributes: { "http.request.method": "POST", "http.route": "/orders" },
  });
  const inside = trace.setSpan(context.active(), root);
  const links = [{ context: other.spanContext(), attributes: { why: "retry" } }];
  const span = tracer.startSpan("pay", { kind: SpanKind.CLIENT, links }, inside);
  span.setAttributes({ text: "é", number: 7, ratio: 0.5, flag: true, list: ["a", "b"] });
  span.addEvent("asked the bank", { tries: 2 });
  try {
    pay();
  } catch (error) {
    span.recordException(error);
  }
  span.setStatus({ code: SpanStatusCode.ERROR, message: "declined" });
  logs.getLogger("afar").emit({
    severityNumber: SeverityNumber.WARN,
    severityText: "WARN",
    body: "a log line from afar",
    attributes: { order: 12 },
    context: trace.setSpan(inside, span),
  });
  span.end();
  root.end();
  return root.spanContext().traceId;
}

async function measure(meters) {
  const meter = meters.getMeter("afar");
  const counter = meter.createCounter("orders");
  const level = meter.createUpDownCounter("open");
  const gauge = meter.createGauge("depth");
  const took = meter.createHistogram("took", { unit: "s" });
  const wait = meter.createHistogram("wait", { unit: "ms" });
  for (const number of [1, 2]) {
    counter.add(number, { shop: "north" });
    level.add(5 * number);
    gauge.record(2.5 * number);
    took.record(0.25 * number);
    wait.record(100 * number);
    await meters.forceFlush();
  }
}

async function main() {
  const spans = new BasicTracerProvider({
    resource,
    spanProcessors: [new SimpleSpanProcessor(exporter("trace", "OTLPTraceExporter"))],
  });
  const records = exporter("logs", "OTLPLogExporter");
  const logs = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter: records })] });
  console.log(follow(spans, logs));
  const reader = new PeriodicExportingMetricReader({
    exporter: exporter("metrics", "OTLPMetricExporter"),
    exportIntervalMillis: 3600000,
  });
  const views = [{ instrumentName: "wait", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }];
  const meters = new MeterProvider({ resource, readers: [reader], views });
  await measure(meters);
  for (const provider of [spans, logs, meters]) await provider.shutdown();
}

main();
