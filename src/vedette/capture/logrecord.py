"""What a `logging.LogRecord` says, told so that nothing in it can raise or cost much.

A record may hold a message that does not fit its arguments, objects whose text cannot be made, megabytes of text.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping

from vedette.capture import sdk
from vedette.capture.served import served
from vedette.pipeline.limits import TEXT_CHARS, VALUE_CHARS, as_text, clip
from vedette.pipeline.scrub import scrubbed
from vedette.record.context import RequestContext, current_request

ACCESS_LOGGERS = frozenset({"vedette.request", "django.server"})
"""Loggers with a line for each request: ours, and the development server's.  A request has a row of its own."""
# `request` is Django's (an object, looked up by `context_of`); `server_time` repeats the record's own.
_NOT_EXTRAS = frozenset(
    {
        *logging.makeLogRecord({}).__dict__,
        "asctime",
        "message",
        "request",
        "server_time",
        "taskName",
    }
)


def message_of(record: logging.LogRecord) -> str:
    """Return the message with its arguments in place, cut to `TEXT_CHARS`."""
    text = record.msg if isinstance(record.msg, str) else as_text(record.msg)
    if record.args:
        try:
            text = clip(text, TEXT_CHARS) % _short(record.args)
        except Exception:  # noqa: BLE001 - arguments that do not fit, or whose text cannot be made
            text = f"{clip(text, TEXT_CHARS)} {clip(as_text(record.args), VALUE_CHARS)}"
    return clip(text, TEXT_CHARS)


def template_of(record: logging.LogRecord) -> str:
    """Return the message before its arguments went in, or ``""`` where it is no text."""
    return clip(record.msg, TEXT_CHARS) if isinstance(record.msg, str) else ""


def exception_of(record: logging.LogRecord) -> str:
    """Return the formatted traceback, cut in its middle, or ``""``."""
    text = record.exc_text
    if not text:
        info = record.exc_info
        error = info[1] if isinstance(info, tuple) and len(info) == 3 else info
        if not isinstance(error, BaseException):
            return ""
        try:
            text = "".join(traceback.format_exception(error)).rstrip("\n")
        except Exception as failure:  # noqa: BLE001 - an exception's own text may raise
            text = f"{type(error).__name__}: <{type(failure).__name__} while it was formatted>"
    half = TEXT_CHARS // 2
    return text if len(text) <= TEXT_CHARS else f"{text[:half]}\n…\n{text[-half:]}"


def extras_of(record: logging.LogRecord) -> dict[str, object]:
    """Return what was passed as ``extra``, without secrets."""
    return {
        name: scrubbed(value, key=name)
        for name, value in record.__dict__.items()
        if name not in _NOT_EXTRAS and isinstance(name, str)
    }


def context_of(record: logging.LogRecord) -> RequestContext | None:
    """Return the work that *record* belongs to.

    Django logs an answer of 400 and above after the middleware has let the request go; such a record names it.
    """
    return current_request.get() or served(record.__dict__.get("request")) or sdk.joined()


def _short(args: object) -> object:
    if isinstance(args, tuple):
        return tuple(_short_value(value) for value in args)
    if isinstance(args, Mapping):
        return {name: _short_value(value) for name, value in args.items()}
    return args


def _short_value(value: object) -> object:
    if isinstance(value, str | bytes) and len(value) > TEXT_CHARS:
        return value[:TEXT_CHARS]
    return value
