"""Log records on their way into the journal and into files."""

from __future__ import annotations

import datetime as dt
import logging
import threading

import msgspec

from vedette.capture.logrecord import (
    ACCESS_LOGGERS,
    context_of,
    exception_of,
    extras_of,
    message_of,
    template_of,
)
from vedette.capture.recorder import recorder, settings
from vedette.capture.routes import without_captured
from vedette.capture.served import Served
from vedette.pipeline.limits import ATTRIBUTES, TEXT_CHARS, TRUNCATED, VALUE_CHARS, as_text, clip
from vedette.record.context import is_recording
from vedette.record.redaction import redacted, redacted_traceback
from vedette.record.signals import Log
from vedette.wire.scrubbing import scrubbed_text

_SEVERITIES = ((50, 21), (40, 17), (30, 13), (20, 9), (10, 5))
_LEVELS = logging.getLevelNamesMapping()
NAME_CHARS = 200
_SQL_LOGGER = "django.db.backends"
_encode = msgspec.json.Encoder(enc_hook=as_text).encode


def severity_of(level: int) -> int:
    """Return OpenTelemetry's severity number for a level of `logging`."""
    return next((severity for least, severity in _SEVERITIES if level >= least), 1)


class JournalHandler(logging.Handler):
    """Writes each log record to the journal; never raises, never logs, takes no lock.

    For a site that keeps its own ``LOGGING``: ``{"class": "vedette.capture.logging.JournalHandler"}``.
    """

    def __init__(self, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self._busy = threading.local()

    def createLock(self) -> None:  # noqa: N802 - the name that `logging` calls
        """Do without: a record is appended in one step."""
        self.lock = None

    def handle(self, record: logging.LogRecord) -> bool:
        """Write *record*, unless a filter is against it."""
        kept = self.filter(record)
        if isinstance(kept, logging.LogRecord):
            record = kept
        if kept:
            self.emit(record)
        return bool(kept)

    def emit(self, record: logging.LogRecord) -> None:
        """Write *record* to the journal."""
        try:
            if self._is_wanted(record):
                self._record(record)
        except Exception:  # noqa: BLE001 - the host's edge: a log call must not fail
            recorder().drops.count(Log.table, "capture_failed")

    def _record(self, record: logging.LogRecord) -> None:
        # Whatever is logged while a record is written (by the text of a site's object, say) would come back here.
        if getattr(self._busy, "is_set", False):
            recorder().drops.count(Log.table, "capture_failed")
            return
        self._busy.is_set = True
        try:
            recorder().record(_log_of(record))
        finally:
            self._busy.is_set = False

    def _is_wanted(self, record: logging.LogRecord) -> bool:
        if not is_recording.get() or record.name in ACCESS_LOGGERS:
            return False
        # Django's own log of SQL: the queries are captured as such, and it has their parameters in it.
        if record.name == _SQL_LOGGER and record.levelno < logging.WARNING:
            return False
        context = context_of(record)
        if isinstance(context, Served) and context.is_own:
            return False
        return record.levelno >= _LEVELS[settings().LOG_LEVEL]


def _log_of(record: logging.LogRecord) -> Log:
    context = context_of(record)
    keep_pii = settings().SEND_DEFAULT_PII
    message = redacted(message_of(record), keep_pii=keep_pii)
    exception = redacted_traceback(exception_of(record), keep_pii=keep_pii)
    if isinstance(context, Served) and context.request is not None:
        # Django's own records of a request name its path.
        message = without_captured(message, context.request)
    return Log(
        time=dt.datetime.fromtimestamp(record.created, dt.UTC),
        trace_id=context.trace_id if context is not None else "",
        span_id=context.span_id if context is not None else "",
        request_id=context.request_id if context is not None else "",
        user_id=context.user_id if context is not None else "",
        attributes=_attributes(extras_of(record), message=message, exception=exception),
        severity=severity_of(record.levelno),
        severity_text=str(record.levelname),
        logger=str(record.name),
        message=message,
        template=redacted(template_of(record), keep_pii=keep_pii),
        module=str(record.module),
        line=record.lineno,
        exception=exception,
    )


def _attributes(extras: dict[str, object], *, message: str, exception: str) -> dict[str, str]:
    keep_pii = settings().SEND_DEFAULT_PII
    attributes = {
        (key := clip(name, NAME_CHARS)): scrubbed_text(_attribute(value), key, keep_pii=keep_pii)
        for name, value in list(extras.items())[:ATTRIBUTES]
    }
    cut = [name for name, value in attributes.items() if len(value) >= VALUE_CHARS]
    cut.extend(
        name for name, text in (("message", message), ("exception", exception)) if len(text) >= TEXT_CHARS
    )
    if len(extras) > ATTRIBUTES:
        cut.append("attributes")
    if cut:
        attributes[TRUNCATED] = ",".join(cut)
    return attributes


def _attribute(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return (
            clip(_encode(value).decode(), VALUE_CHARS) if isinstance(value, dict | list) else as_text(value)
        )
    except Exception:  # noqa: BLE001 - such as a lone surrogate deep inside
        return clip(as_text(value), VALUE_CHARS)
