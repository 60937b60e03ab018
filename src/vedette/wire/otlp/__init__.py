"""OTLP over HTTP: OpenTelemetry's traces, metrics and logs, as protobuf and as JSON."""
