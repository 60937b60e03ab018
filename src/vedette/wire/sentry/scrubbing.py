"""Secrets taken out of a Sentry event, part by part."""

from __future__ import annotations

import functools
from typing import Any

from vedette.record.redaction import is_clean_source, redacted, redacted_source
from vedette.record.secrets import FILTERED, is_secret
from vedette.wire.scrubbing import masked, scrubbed
from vedette.wire.sentry.remembered import Remembered
from vedette.wire.values import list_of, pairs_of

Mapping = dict[str, Any]

_SAFE = frozenset(
    {
        "debug_meta",
        "dist",
        "environment",
        "event_id",
        "level",
        "modules",
        "platform",
        "release",
        "sdk",
        "start_timestamp",
        "timestamp",
        "transaction_info",
        "type",
    }
)
"""Parts that hold what the SDK says of itself."""
_PERSON = ("email", "ip_address", "name", "username")


def scrub_event(event: Mapping, *, send_pii: bool) -> Mapping:
    """Return *event* without secrets, and without what points to a person unless *send_pii*; its structure stays.

    Takes an event in any shape that SDKs send.  *event* itself is not changed, and shares with the answer what held
    no secret.
    """
    return {
        key: value if key in _SAFE else _part(key, value, keep_pii=send_pii) for key, value in event.items()
    }


def _part(key: str, value: Any, *, keep_pii: bool) -> Any:
    if key in {"exception", "threads"}:
        return _with_values(value, keep_pii=keep_pii)
    if key == "stacktrace":
        return _stacktrace(value, keep_pii=keep_pii)
    if key == "request" and isinstance(value, dict):
        return _request(value, keep_pii=keep_pii)
    if key == "user" and isinstance(value, dict):
        return _user(value, keep_pii=keep_pii)
    if key == "tags":
        return _tags(value, keep_pii=keep_pii)
    return scrubbed(value, keep_pii=keep_pii)


def _with_values(value: Any, *, keep_pii: bool) -> Any:
    if isinstance(value, list):
        return [_thrown(item, keep_pii=keep_pii) for item in value]
    if not isinstance(value, dict):
        return scrubbed(value, keep_pii=keep_pii)
    if isinstance(value.get("values"), list):
        return {**value, "values": [_thrown(item, keep_pii=keep_pii) for item in value["values"]]}
    return _thrown(value, keep_pii=keep_pii)


def _thrown(value: Any, *, keep_pii: bool) -> Any:
    if not isinstance(value, dict):
        return scrubbed(value, keep_pii=keep_pii)
    clean: Mapping = {}
    for key, item in value.items():
        if key in {"stacktrace", "raw_stacktrace"}:
            clean[key] = _stacktrace(item, keep_pii=keep_pii)
        elif key in {"type", "module"} and isinstance(item, str):
            clean[key] = item
        else:
            clean[key] = scrubbed(item, keep_pii=keep_pii)
    return clean


def _stacktrace(value: Any, *, keep_pii: bool) -> Any:
    if not isinstance(value, dict) or not isinstance(value.get("frames"), list):
        return scrubbed(value, keep_pii=keep_pii)
    return {**value, "frames": _FRAMES[keep_pii](value["frames"])}


def _frame(frame: Any, *, keep_pii: bool) -> Any:
    if not isinstance(frame, dict):
        return scrubbed(frame, keep_pii=keep_pii)
    changes: Mapping = {}
    variables = frame.get("vars")
    if variables:
        clean = scrubbed(variables, keep_pii=keep_pii)
        if clean is not variables:
            changes["vars"] = clean
    if frame.get("context_line") or frame.get("pre_context") or frame.get("post_context"):
        _add_source(frame, changes, keep_pii=keep_pii)
    frame = with_clean_paths(frame, keep_pii=keep_pii)
    return {**frame, **changes} if changes else frame


_FRAMES = {keep_pii: Remembered(functools.partial(_frame, keep_pii=keep_pii)) for keep_pii in (False, True)}


def forget() -> None:
    """Empty the memory of frames that were seen, which a measurement needs."""
    for remembered in _FRAMES.values():
        remembered.forget()


def with_clean_paths(frame: Any, *, keep_pii: bool) -> Any:
    """Return *frame* without the secrets in the URL of its script."""
    if not isinstance(frame, dict):
        return scrubbed(frame, keep_pii=keep_pii)
    changes: Mapping = {}
    for key in ("filename", "abs_path", "raw_function"):
        path = frame.get(key)
        if type(path) is str and ("?" in path or "@" in path or "#" in path):
            changes[key] = redacted(path, keep_pii=keep_pii)
    return {**frame, **changes} if changes else frame


def _add_source(frame: Mapping, changes: Mapping, *, keep_pii: bool) -> None:
    before, line, after = frame.get("pre_context"), frame.get("context_line"), frame.get("post_context")
    try:
        block = "\n".join((*(before or ()), line or "", *(after or ())))
    except TypeError:  # a line is null or no text
        block = None
    if block is not None and is_clean_source(block, keep_pii=keep_pii):
        return
    for key, value in (("pre_context", before), ("context_line", line), ("post_context", after)):
        if isinstance(value, list):
            changes[key] = [_line(item, keep_pii=keep_pii) for item in value]
        elif value is not None:
            changes[key] = _line(value, keep_pii=keep_pii)


def _line(line: Any, *, keep_pii: bool) -> Any:
    return (
        redacted_source(line, keep_pii=keep_pii)
        if isinstance(line, str)
        else scrubbed(line, keep_pii=keep_pii)
    )


def _request(request: Mapping, *, keep_pii: bool) -> Mapping:
    clean = scrubbed({key: value for key, value in request.items() if key != "cookies"}, keep_pii=keep_pii)
    if clean.get("query_string") and not isinstance(clean["query_string"], str):
        clean = {**clean, "query_string": _pairs(clean["query_string"], keep_pii=keep_pii)}
    if "cookies" in request:
        clean = {**clean, "cookies": _cookies(request["cookies"], keep_pii=keep_pii)}
    return dict(clean)


def _cookies(cookies: Any, *, keep_pii: bool) -> Any:
    if not keep_pii or isinstance(cookies, str):
        if isinstance(cookies, list):
            return {key: masked(value) for key, value in pairs_of(cookies).items()}
        return masked(cookies)
    return _pairs(cookies, keep_pii=keep_pii)


def _pairs(value: Any, *, keep_pii: bool) -> Any:
    pairs = pairs_of(value)
    return {
        key: masked(item) if is_secret(key) else scrubbed(item, keep_pii=keep_pii)
        for key, item in pairs.items()
    }


def _tags(value: Any, *, keep_pii: bool) -> Any:
    if isinstance(value, list) and any(isinstance(item, dict) for item in list_of(value)):
        return _pairs(value, keep_pii=keep_pii)
    return scrubbed(value, keep_pii=keep_pii)


def _user(user: Mapping, *, keep_pii: bool) -> Mapping:
    clean: Mapping = dict(scrubbed(user, keep_pii=keep_pii))
    if not keep_pii:
        for key in _PERSON:
            if clean.get(key):
                clean[key] = FILTERED
    return clean
