"""Log containers: `Log`."""

from __future__ import annotations

from typing import Any

from vedette.record.signals import Log
from vedette.wire.sentry.attributes import HIDDEN, items_of, plain
from vedette.wire.sentry.sending import Sending
from vedette.wire.values import Mapping, integer_of, short, span_id_of, text_of, trace_id_of

SEVERITIES = {
    "trace": 1,
    "debug": 5,
    "info": 9,
    "warn": 13,
    "warning": 13,
    "error": 17,
    "fatal": 21,
    "critical": 21,
}
_OWN = HIDDEN | {
    "code.file.path",
    "code.filepath",
    "code.line.number",
    "code.lineno",
    "logger.name",
    "sentry.message.template",
    "sentry.trace.parent_span_id",
    "server.address",
}


def logs_of(payload: Mapping, *, sending: Sending) -> list[Log]:
    """Return the records of a log container; raises `MalformedError`."""
    return [_log(item, sending) for item in items_of(payload, limit=sending.limits.container_items)]


def _log(item: Mapping, sending: Sending) -> Log:
    attributes = plain(item.get("attributes"))
    level = short(item.get("level") or attributes.get("sentry.severity_text") or "info", 20).lower()
    number = integer_of(item.get("severity_number") or attributes.get("sentry.severity_number"))
    return Log(
        time=sending.clock.right(item.get("timestamp")),
        service=sending.arrival.service,
        environment=text_of(attributes.get("sentry.environment"))[:200],
        release=text_of(attributes.get("sentry.release"))[:250],
        host=text_of(attributes.get("server.address") or attributes.get("host.name"))[:250],
        trace_id=trace_id_of(item.get("trace_id")),
        span_id=span_id_of(item.get("span_id")) or span_id_of(attributes.get("sentry.trace.parent_span_id")),
        user_id=sending.arrival.person(attributes.get("user.id")),
        severity=number if number is not None and 1 <= number <= 24 else SEVERITIES.get(level, 9),
        severity_text=level,
        logger=short(attributes.get("logger.name") or "", 250),
        message=sending.text(item.get("body"), 32_000),
        template=sending.text(attributes.get("sentry.message.template"), 8000),
        module=short(attributes.get("code.file.path") or attributes.get("code.filepath") or "", 500),
        line=integer_of(attributes.get("code.line.number") or attributes.get("code.lineno")) or 0,
        attributes=sending.attributes(_pairs(attributes)),
    )


def _pairs(attributes: Mapping) -> list[tuple[object, Any]]:
    return [(key, value) for key, value in attributes.items() if key not in _OWN]
