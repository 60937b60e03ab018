"""Exceptions that were recorded on spans and in logs: `Error`, with a payload in the shape of Sentry's events."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from vedette.record.signals import Error
from vedette.wire.otlp.resource import Resource
from vedette.wire.otlp.stacktrace import frames_of
from vedette.wire.scrubbing import scrubbed
from vedette.wire.sentry.scrubbing import scrub_event
from vedette.wire.values import Mapping, text_of

MOST_TRACE_CHARS = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an exception was recorded."""

    time: dt.datetime
    trace_id: str
    span_id: str
    transaction: str = ""
    user_id: str = ""
    level: str = "error"
    is_handled: bool = True
    logger: str = ""
    message: str = ""
    around: Mapping


def is_exception(attributes: Mapping) -> bool:
    """Tell whether *attributes* describe an exception."""
    return bool(attributes.get("exception.type") or attributes.get("exception.stacktrace"))


def error_of(attributes: Mapping, *, place: Place, resource: Resource) -> Error:
    """Return the error that *attributes*, of an event or a log record, describe."""
    kind, value = (
        text_of(attributes.get("exception.type"))[:500],
        text_of(attributes.get("exception.message")),
    )
    trace = text_of(attributes.get("exception.stacktrace"))
    frames = frames_of(trace)
    event: Mapping = {
        "event_id": _event_id(kind, value, place),
        "timestamp": place.time.isoformat(),
        "platform": {"nodejs": "node", "webjs": "javascript"}.get(resource.language, resource.language)
        or "other",
        "level": place.level,
        "exception": {"values": [_thrown(kind, value, frames, is_handled=place.is_handled)]},
        "contexts": {"trace": {"trace_id": place.trace_id, "span_id": place.span_id}},
        "release": resource.release,
        "environment": resource.environment,
        "server_name": resource.host,
        "transaction": place.transaction,
        "logger": place.logger,
        "extra": {} if frames or not trace else {"stacktrace": trace[:MOST_TRACE_CHARS]},
    }
    if place.message:
        event["logentry"] = {"formatted": place.message}
    if place.user_id:
        event["user"] = {"id": place.user_id}
    event = scrub_event(
        {key: item for key, item in event.items() if item}, send_pii=resource.arrival.send_pii
    )
    return Error(
        time=place.time,
        service=resource.service,
        environment=resource.environment,
        release=resource.release,
        host=resource.host,
        trace_id=place.trace_id,
        span_id=place.span_id,
        user_id=place.user_id,
        event_id=event["event_id"],
        type=kind,
        value=resource.text(value, 8192) or resource.text(place.message, 8192) or "<no message>",
        culprit=place.transaction or _culprit(frames),
        level=place.level,
        handled=place.is_handled,
        attributes=resource.texts(scrubbed(place.around, keep_pii=resource.arrival.send_pii)),
        payload=event,
    )


def _thrown(kind: str, value: str, frames: list[Mapping], *, is_handled: bool) -> Mapping:
    thrown: Mapping = {
        "type": kind,
        "value": value,
        "mechanism": {"type": "opentelemetry", "handled": is_handled},
    }
    return {**thrown, "stacktrace": {"frames": frames}} if frames else thrown


def _culprit(frames: list[Mapping]) -> str:
    own = next((frame for frame in reversed(frames) if frame.get("in_app")), frames[-1] if frames else {})
    parts = (text_of(own.get("module") or own.get("filename")), text_of(own.get("function")))
    return " in ".join(part for part in parts if part)[:500]


def _event_id(kind: str, value: str, place: Place) -> str:
    # The same each time, so that what an exporter sends again is the same event.
    told = (kind, value, place.trace_id, place.span_id, place.time.isoformat(), place.message)
    return hashlib.blake2b("\0".join(told).encode("utf-8", "replace"), digest_size=16).hexdigest()
