"""An event as one shape, whichever of its shapes an SDK sent.

Thirteen years of SDKs have written messages as text and as mappings, exceptions as lists and as one mapping, headers as
mappings, lists of pairs and mappings of lists, ids as numbers.  What reads an event after this sees one form.
"""

from __future__ import annotations

import re
from typing import Any

from vedette.wire.values import Mapping, dict_of, integer_of, list_of, pairs_of, short, text_of

_WIDE = re.compile(r"%[^%a-zA-Z]*\d{4}|%[^%a-zA-Z]*\*|\)[-+ #0]*\d*\.?\d{4}").search
"""A width that would make a short message a long one; it may come after an argument's name."""
_USUAL = frozenset({(int, str)})
"""Of which types a frame's line number and function are, where nothing need be done about its fields."""
MOST_TEMPLATE_CHARS = 8192
MOST_FRAMES = 250
MOST_EXCEPTIONS = 50
MOST_BREADCRUMBS = 100
_OLD_NAMES = {
    "sentry.interfaces.Breadcrumbs": "breadcrumbs",
    "sentry.interfaces.Contexts": "contexts",
    "sentry.interfaces.Exception": "exception",
    "sentry.interfaces.Http": "request",
    "sentry.interfaces.Message": "logentry",
    "sentry.interfaces.Stacktrace": "stacktrace",
    "sentry.interfaces.Template": "template",
    "sentry.interfaces.User": "user",
    "sentry.interfaces.Csp": "csp",
}
_LEVELS = {
    "warn": "warning",
    "critical": "fatal",
    "log": "info",
    "trace": "debug",
    "notset": "error",
    "10": "debug",
    "20": "info",
    "30": "warning",
    "40": "error",
    "50": "fatal",
}
LEVELS = ("debug", "info", "warning", "error", "fatal")


def normalised(event: Mapping) -> Mapping:
    """Return *event* in the one shape; what is in none of its known shapes is left out or made text."""
    clean = {
        _OLD_NAMES.get(key, key): value
        for key, value in event.items()
        if value is not None and key != "_meta"
    }
    for key, shape in _SHAPES.items():
        if key in clean:
            clean[key] = shape(clean[key])
    if (message := clean.pop("message", None)) and not clean.get("logentry"):
        clean["logentry"] = _logentry(message)
    clean["level"] = level_of(clean.get("level"))
    return {key: value for key, value in clean.items() if value not in ("", None)}


def level_of(value: object) -> str:
    """Return one of `LEVELS`; ``"error"`` where *value* is none."""
    level = text_of(value).strip().lower()[:20]
    level = _LEVELS.get(level, level)
    return level if level in LEVELS else "error"


def _logentry(value: Any) -> Mapping:
    if not isinstance(value, dict):
        return {"formatted": text_of(value)}
    entry = {key: item for key, item in value.items() if item is not None}
    for key in ("message", "formatted"):
        if key in entry and not isinstance(entry[key], str):
            entry[key] = text_of(entry[key])
    if "formatted" not in entry and "message" in entry:
        entry["formatted"] = _formatted(entry["message"], entry.get("params"))
    return entry


def _formatted(message: str, params: Any) -> str:
    if not params or "%" not in message or len(message) > MOST_TEMPLATE_CHARS or _WIDE(message):
        return message
    try:
        if isinstance(params, dict):
            return message % {key: _param(item) for key, item in params.items()}
        return message % tuple(map(_param, params)) if isinstance(params, list) else message
    except (TypeError, ValueError, KeyError, OverflowError):
        return message


def _param(value: Any) -> Any:
    return value if isinstance(value, int | float) or value is None else short(value, 500)


def _exception(value: Any) -> Mapping:
    values = [dict(item) for item in list_of(value)[-MOST_EXCEPTIONS:] if isinstance(item, dict)]
    for item in values:
        _name(item)
        _trace(item)
    return {"values": values}


def _name(thrown: Mapping) -> None:
    for key in ("type", "value", "module"):
        if thrown.get(key) is not None and not isinstance(thrown[key], str):
            thrown[key] = text_of(thrown[key])
    if "mechanism" in thrown and not isinstance(thrown["mechanism"], dict):
        del thrown["mechanism"]


def _trace(thrown: Mapping) -> None:
    for key in ("stacktrace", "raw_stacktrace"):
        if key in thrown:
            thrown[key] = _stacktrace(thrown[key])


def _stacktrace(value: Any) -> Mapping | None:
    if isinstance(value, list):
        value = {"frames": value}
    if not isinstance(value, dict):
        return None
    frames = value.get("frames")
    kept = [frame for frame in frames if isinstance(frame, dict)] if isinstance(frames, list) else []
    if len(kept) > MOST_FRAMES:
        half = MOST_FRAMES // 2
        # Sentry's own name for the frames that are missing: which they were, so that a page can say so.
        value = {**value, "frames_omitted": [half, len(kept) - half]}
        kept = kept[:half] + kept[-half:]
    if not _USUAL.issuperset([(type(frame.get("lineno")), type(frame.get("function"))) for frame in kept]):
        kept = [_frame(frame) for frame in kept]
    return {**value, "frames": kept}


def _frame(frame: Mapping) -> Mapping:
    clean = {key: value for key, value in frame.items() if value is not None}
    for key in ("function", "module", "filename", "abs_path", "package", "context_line"):
        if key in clean and not isinstance(clean[key], str):
            clean[key] = text_of(clean[key])
    for key in ("lineno", "colno"):
        if key in clean and not isinstance(clean[key], int):
            number = integer_of(clean.pop(key))
            if number is not None:
                clean[key] = number
    return clean


def _threads(value: Any) -> Mapping:
    values = [dict(item) for item in list_of(value)[:MOST_EXCEPTIONS] if isinstance(item, dict)]
    for item in values:
        _trace(item)
    return {"values": values}


def _breadcrumbs(value: Any) -> Mapping:
    return {"values": [crumb for crumb in list_of(value)[-MOST_BREADCRUMBS:] if isinstance(crumb, dict)]}


def _tags(value: Any) -> Mapping:
    return {
        short(key, 200): short(text_of(item), 200)
        for key, item in list(pairs_of(value).items())[:100]
        if key not in (None, "") and item is not None
    }


def _request(value: Any) -> Mapping:
    request = {key: item for key, item in dict_of(value).items() if item is not None}
    if "headers" in request:
        request["headers"] = {key: _header(item) for key, item in pairs_of(request["headers"]).items()}
    if "query_string" in request and not isinstance(request["query_string"], str):
        pairs = pairs_of(request["query_string"])
        request["query_string"] = "&".join(f"{key}={text_of(item)}" for key, item in pairs.items())
    if "cookies" in request and not isinstance(request["cookies"], str):
        request["cookies"] = pairs_of(request["cookies"])
    for key in ("url", "method"):
        if key in request and not isinstance(request[key], str):
            request[key] = text_of(request[key])
    return request


def _header(value: Any) -> str:
    return ", ".join(text_of(item) for item in value) if isinstance(value, list) else text_of(value)


def _user(value: Any) -> Mapping:
    user = {key: item for key, item in dict_of(value).items() if item is not None}
    for key in ("id", "email", "username", "ip_address", "name"):
        if key in user:
            user[key] = text_of(user[key])
    return user


def _text(value: Any) -> str:
    return short(text_of(value), 4096)


def _contexts(value: Any) -> Mapping:
    return {key: item for key, item in dict_of(value).items() if item is not None}


_SHAPES = {
    "logentry": _logentry,
    "exception": _exception,
    "threads": _threads,
    "stacktrace": _stacktrace,
    "breadcrumbs": _breadcrumbs,
    "tags": _tags,
    "request": _request,
    "user": _user,
    "contexts": _contexts,
    "extra": _contexts,
    "release": _text,
    "environment": _text,
    "server_name": _text,
    "transaction": _text,
    "culprit": _text,
    "platform": _text,
    "logger": _text,
    "dist": _text,
}
