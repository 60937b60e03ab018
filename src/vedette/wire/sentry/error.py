"""Events of type error, and messages: `Error`."""

from __future__ import annotations

from typing import Any

from vedette.record.signals import Error
from vedette.wire.sentry.event import normalised
from vedette.wire.sentry.scrubbing import scrub_event
from vedette.wire.sentry.sending import Sending
from vedette.wire.sentry.trimming import trimmed
from vedette.wire.values import (
    Mapping,
    dict_of,
    short,
    span_id_of,
    text_of,
    trace_id_of,
)

VALUE_CHARS = 8192
_UNTITLED = "<no message>"


def error_of(event: Mapping, *, data: bytes, sending: Sending) -> Error:
    """Return the error in *event*, whose JSON was *data*; the payload is the event in one shape and scrubbed."""
    event = normalised(event)
    user = dict_of(event.get("user"))
    _resolve_address(event, user, sending)
    user_id = sending.arrival.user_id(user)
    event = scrub_event(event, send_pii=sending.arrival.send_pii)
    event["event_id"] = sending.event_id_of(event, data)
    if user_id and event.get("user") and not sending.arrival.send_pii:
        event["user"] = {**event["user"], "id": user_id}
    event = trimmed(event, size=len(data))
    return _filled(event, user_id=user_id, sending=sending)


def _filled(event: Mapping, *, user_id: str, sending: Sending) -> Error:
    thrown = main_exception(event)
    trace = dict_of(dict_of(event.get("contexts")).get("trace"))
    tags = dict_of(event.get("tags"))
    return Error(
        time=sending.clock.right(event.get("timestamp")),
        service=sending.arrival.service,
        environment=short(event.get("environment", ""), 200) or text_of(sending.trace.get("environment")),
        release=short(event.get("release", ""), 250) or text_of(sending.trace.get("release")),
        host=short(event.get("server_name", ""), 250),
        trace_id=trace_id_of(trace.get("trace_id")) or trace_id_of(sending.trace.get("trace_id")),
        span_id=span_id_of(trace.get("span_id")),
        request_id=_request_id(event, tags),
        user_id=user_id,
        attributes=_attributes(event, tags, sending),
        event_id=event["event_id"],
        type=short(thrown.get("type") or "", 500),
        value=_value(event, thrown),
        culprit=_culprit(event, thrown),
        level=event["level"],
        handled=not any(item.get("mechanism", {}).get("handled") is False for item in _thrown(event)),
        payload=event,
    )


def main_exception(event: Mapping) -> Mapping:
    """Return the exception that names a normalised *event*: the one that was raised last; empty where there is none."""
    values = _thrown(event)
    main_id = event.get("main_exception_id")
    if main_id is not None:
        for item in values:
            if item.get("mechanism", {}).get("exception_id") == main_id:
                return item
    named = [item for item in values if item.get("type") or item.get("value")]
    return named[-1] if named else {}


def culprit_of(event: Mapping) -> str:
    """Return where a normalised *event* happened, in one line: what it says of it, else the module and function of its frame."""
    return _culprit(event, main_exception(event))


def _thrown(event: Mapping) -> list[Mapping]:
    values: list[Mapping] = dict_of(event.get("exception")).get("values", [])
    return values


def _value(event: Mapping, thrown: Mapping) -> str:
    entry = dict_of(event.get("logentry"))
    if thrown.get("value"):
        return short(thrown["value"], VALUE_CHARS)
    message = text_of(entry.get("formatted") or entry.get("message"))
    if message or thrown.get("type"):
        return short(message, VALUE_CHARS)
    return short(event.get("transaction") or event.get("culprit") or _UNTITLED, VALUE_CHARS)


def _culprit(event: Mapping, thrown: Mapping) -> str:
    named = event.get("culprit") or event.get("transaction")
    if named:
        return short(named, 500)
    frames = dict_of(thrown.get("stacktrace") or event.get("stacktrace")).get("frames") or _crashed(event)
    frame = next((frame for frame in reversed(frames) if frame.get("in_app")), frames[-1] if frames else {})
    place = text_of(frame.get("module") or frame.get("filename"))
    function = text_of(frame.get("function"))
    return short(" in ".join(part for part in (place, function) if part), 500)


def _crashed(event: Mapping) -> list[Any]:
    threads = dict_of(event.get("threads")).get("values", [])
    chosen = next(
        (thread for thread in threads if thread.get("crashed")), threads[0] if len(threads) == 1 else {}
    )
    return dict_of(chosen.get("stacktrace")).get("frames") or []


def _resolve_address(event: Mapping, user: Mapping, sending: Sending) -> None:
    """Put the sender's address where the event asks for it; leave it out where none may be kept."""
    settings = dict_of(dict_of(event.get("sdk")).get("settings"))
    asked = user.get("ip_address")
    is_wanted = asked == "{{auto}}" or (not asked and settings.get("infer_ip") == "auto")
    environment = dict_of(dict_of(event.get("request")).get("env"))
    if environment.get("REMOTE_ADDR") == "{{auto}}":
        event["request"]["env"] = {**environment, "REMOTE_ADDR": sending.arrival.address}
    if not is_wanted:
        return
    user.pop("ip_address", None)
    if sending.arrival.address and (sending.arrival.send_pii or sending.arrival.salt):
        user["ip_address"] = sending.arrival.address
    if user:
        event["user"] = user
    else:
        event.pop("user", None)


def _request_id(event: Mapping, tags: Mapping) -> str:
    for name in ("request_id", "RequestId"):
        if tags.get(name):
            return short(tags[name], 200)
    headers = dict_of(dict_of(event.get("request")).get("headers"))
    return next((short(value, 200) for key, value in headers.items() if key.lower() == "x-request-id"), "")


def _attributes(event: Mapping, tags: Mapping, sending: Sending) -> dict[str, str]:
    contexts, request, sdk = (dict_of(event.get(key)) for key in ("contexts", "request", "sdk"))
    pairs: list[tuple[object, Any]] = [
        ("platform", event.get("platform")),
        ("logger.name", event.get("logger")),
        ("transaction", event.get("transaction")),
        ("dist", event.get("dist")),
        ("telemetry.sdk.name", sdk.get("name")),
        ("telemetry.sdk.version", sdk.get("version")),
        ("http.request.method", request.get("method")),
        ("url.full", request.get("url")),
        ("exception.mechanism", dict_of(main_exception(event).get("mechanism")).get("type")),
        ("sentry.sample_rate", sending.sample_rate),
    ]
    for name in ("browser", "os", "runtime", "device"):
        context = dict_of(contexts.get(name))
        pairs += [
            (f"{name}.name", context.get("name") or context.get("model")),
            # Node's SDK reads Debian's from a file, with the end of the line.
            (f"{name}.version", text_of(context.get("version")).strip()),
        ]
    pairs += tags.items()
    return sending.attributes(pairs)
