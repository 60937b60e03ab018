"""Log records, and the exceptions among them."""

from __future__ import annotations

from vedette.record.redaction import without_keys
from vedette.record.signals import Error, Log
from vedette.wire.otlp.exception import Place, error_of, is_exception
from vedette.wire.otlp.lenient import enum_of
from vedette.wire.otlp.resource import Resource
from vedette.wire.otlp.times import time_of
from vedette.wire.otlp.values import normalised, plain, value_of
from vedette.wire.values import Mapping, integer_of, short, span_id_of, text_of, trace_id_of

_NAMES = {0: "", 1: "trace", 5: "debug", 9: "info", 13: "warning", 17: "error", 21: "fatal"}
_OWN = frozenset(
    {"code.file.path", "code.line.number", "exception.stacktrace", "log.record.template", "log.template"}
)
_TEMPLATES = ("log.record.template", "log.template", "message.template", "{OriginalFormat}")


def log_of(message: Mapping, *, scope: str, resource: Resource) -> Log:
    """Return the log record in *message*."""
    attributes = normalised(plain(message.get("attributes")))
    number = enum_of(message.get("severityNumber"))
    number = number if 0 <= number <= 24 else 0
    event_name = text_of(message.get("eventName"))[:200]
    body = value_of(message.get("body"))
    template = next((text_of(attributes[name]) for name in _TEMPLATES if attributes.get(name)), "")
    kept = {key: value for key, value in attributes.items() if key not in _OWN}
    return Log(
        time=time_of(
            integer_of(message.get("timeUnixNano")) or message.get("observedTimeUnixNano"),
            received_at=resource.arrival.received_at,
        ),
        service=resource.service,
        environment=resource.environment,
        release=resource.release,
        host=resource.host,
        trace_id=trace_id_of(message.get("traceId")),
        span_id=span_id_of(message.get("spanId")),
        user_id=resource.arrival.person(attributes.get("user.id")),
        severity=number,
        severity_text=short(message.get("severityText") or _name(number), 50),
        logger=short(scope, 250),
        message=resource.text(body or event_name or attributes.get("exception.message"), 32_000),
        template=resource.text(template, 8000),
        module=short(attributes.get("code.file.path") or "", 500),
        line=integer_of(attributes.get("code.line.number")) or 0,
        exception=_without_secrets(text_of(attributes.get("exception.stacktrace")), resource),
        attributes=resource.texts(kept, {"event.name": event_name}),
    )


def error_in(message: Mapping, *, log: Log, resource: Resource) -> Error | None:
    """Return the exception that *message*, whose record is *log*, tells of; None where it tells of none."""
    attributes = plain(message.get("attributes"))
    if not is_exception(attributes):
        return None
    place = Place(
        time=log.time,
        trace_id=log.trace_id,
        span_id=log.span_id,
        user_id=log.user_id,
        level=_name(log.severity) if log.severity > 4 else "error",
        logger=log.logger,
        message=log.message,
        around=dict(log.attributes),
    )
    return error_of(attributes, place=place, resource=resource)


def _name(number: int) -> str:
    return _NAMES[0 if number <= 0 else (number - 1) // 4 * 4 + 1]


def _without_secrets(trace: str, resource: Resource) -> str:
    lines = without_keys(trace[: 32 * 1024]).split("\n") if trace else []
    return "\n".join(resource.text(line, 2000) for line in lines)
