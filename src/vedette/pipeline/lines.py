"""Journal lines back into signals, with what is wrong set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from vedette.pipeline.limits import as_text
from vedette.record.signals import SIGNALS, Signal

_DECODERS: Mapping[str, Callable[[bytes], Signal]] = {
    table: msgspec.json.Decoder(signal).decode for table, signal in SIGNALS.items()
}
_ENCODE = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Batch:
    """The valid lines of one table; `signals` is filled where somebody wants them decoded."""

    table: str
    keep_signals: bool = False
    lines: list[bytes] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    malformed: list[bytes] = field(default_factory=list)
    min_time: dt.datetime | None = None
    max_time: dt.datetime | None = None
    size: int = 0

    def add(self, line: bytes) -> None:
        """Add a line of a segment; blank ones do not count."""
        if not line.strip():
            return
        signal, line = decode(self.table, line)
        if signal is None:
            self.malformed.append(line)
            return
        self.add_signal(signal, line)

    def add_signal(self, signal: Signal, line: bytes | None = None) -> None:
        """Add a valid signal and its line, which is encoded where it is not given."""
        line = _ENCODE(signal) if line is None else line
        self.lines.append(line)
        self.size += len(line) + 1
        time = signal.time
        if self.max_time is None or time > self.max_time:
            self.max_time = time
        if self.min_time is None or time < self.min_time:
            self.min_time = time
        if self.keep_signals:
            self.signals.append(signal)


def decode(table: str, line: bytes) -> tuple[Signal | None, bytes]:
    """Return the signal in *line* and the line to store; None where it holds none.

    A value of the wrong type is repaired where its meaning is plain: null becomes the default, a number among
    attributes becomes text, a time without a zone is taken as UTC.
    """
    try:
        signal = _DECODERS[table](line)
        if signal.time.tzinfo is not None:
            return signal, line
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        pass
    try:
        signal = msgspec.convert(_repaired(msgspec.json.decode(line)), SIGNALS[table], strict=False)
        if signal.time.tzinfo is None:
            signal.time = signal.time.replace(tzinfo=dt.UTC)
        return signal, _ENCODE(signal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, TypeError):
        return None, line


def _repaired(record: Any) -> Any:
    if not isinstance(record, dict):
        return record
    kept = {name: value for name, value in record.items() if value is not None}
    for name in ("attributes", "properties"):
        if isinstance(kept.get(name), dict):
            kept[name] = {key: as_text(value) for key, value in kept[name].items()}
    return kept


def split(data: bytes) -> tuple[Sequence[bytes], int]:
    """Return the complete lines in *data* and how many bytes they take."""
    end = data.rfind(b"\n") + 1
    return data[:end].split(b"\n")[:-1] if end else (), end
