"""How a log record reads: one JSON object per line in files, one readable line on the console."""

from __future__ import annotations

import datetime as dt
import logging
import re

import msgspec

from vedette.capture.logrecord import context_of, exception_of, extras_of, message_of
from vedette.pipeline.limits import as_text

# What a terminal acts on, and what readers of files take for the end of a line.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_encode = msgspec.json.Encoder(enc_hook=as_text).encode


class JsonFormatter(logging.Formatter):
    """One JSON object: the time, the level, the message, every extra field, the request's ids, the exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as one line of JSON."""
        line: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="microseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "module": record.module,
            "line": record.lineno,
            "process": record.process,
        }
        context = context_of(record)
        if context is not None:
            line["request_id"] = context.request_id
            line["trace_id"] = context.trace_id
            line["user_id"] = context.user_id or None
        for name, value in extras_of(record).items():
            # A site's own user_id stands; what the line is about (its level, its message) cannot be overwritten.
            line[name if name not in line or name == "user_id" else f"extra_{name}"] = value
        exception = exception_of(record)
        if exception:
            line["exception"] = exception
        if record.stack_info:
            line["stack"] = as_text(record.stack_info)
        return _as_json(line)


class ConsoleFormatter(logging.Formatter):
    """``time LEVEL logger process thread [request id] message`` and the extra fields, for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as a line, followed by its traceback where it has one."""
        time = dt.datetime.fromtimestamp(record.created).astimezone()
        context = context_of(record)
        parts = [
            f"{time:%Y-%m-%d %H:%M:%S},{int(record.msecs):03d} {record.levelname:<8} {record.name}",
            f"{record.process} {record.threadName}",
        ]
        if context is not None:
            parts.append(f"[{context.request_id}]")
        message = message_of(record)
        parts.append(message)
        # What the message says already (a slow statement, say) is not said twice.
        parts.extend(
            f"{name}={_shown(value)}"
            for name, value in extras_of(record).items()
            if not (isinstance(value, str) and len(value) > 20 and value in message)
        )
        lines = [" ".join(parts), exception_of(record), as_text(record.stack_info or "")]
        # Only a record begins at the left margin: no text of a visitor's can pass for one.
        text = "\n".join(line for line in lines if line).replace("\n", "\n    ")
        return _printable(_CONTROL.sub(_escaped, text))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _as_json(line: dict[str, object]) -> str:
    text = _encoded(line)
    # JSON escapes the ASCII ones by itself.
    return text if text.isascii() else _CONTROL.sub(_escaped, text)


def _encoded(line: dict[str, object]) -> str:
    try:
        return _encode(line).decode()
    except Exception:  # noqa: BLE001 - lone surrogates, numbers past 64 bits
        safe = {
            _printable(name): value if _is_number(value) else _printable(as_text(value))
            for name, value in line.items()
        }
        return _encode(safe).decode()


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) < 1 << 63)


def _shown(value: object) -> str:
    text = as_text(value)
    return repr(text) if not text or any(character.isspace() for character in text) else text


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
