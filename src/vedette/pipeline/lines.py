"""Journal lines back into signals, with what is wrong set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from vedette.pipeline.limits import as_text
from vedette.record.signals import SIGNALS, Error, Profile, Signal

_DECODERS: Mapping[str, Callable[[bytes], Signal]] = {
    table: msgspec.json.Decoder(signal).decode for table, signal in SIGNALS.items()
}
_ENCODE = msgspec.json.Encoder().encode


_NO_DOCUMENT = msgspec.Raw(b"{}")


class _Error(Error):
    payload: msgspec.Raw = _NO_DOCUMENT


class _Profile(Profile):
    payload: msgspec.Raw = _NO_DOCUMENT


# A document is most of its line, and whoever reads a batch reads of it what they need.
_LAZY_DECODERS: Mapping[str, Callable[[bytes], Signal]] = {
    **_DECODERS,
    **{signal.table: msgspec.json.Decoder(signal).decode for signal in (_Error, _Profile)},
}
Origin = tuple[str, str, str]
"""Service, environment, release."""
Times = tuple[dt.datetime, dt.datetime]


@dataclass(slots=True)
class Batch:
    """The valid lines of one table; `signals` is filled where somebody wants them decoded.

    `releases` says when records of a (service, environment, release) were first and last seen.  `replaced` says what is to
    be stored instead of a line, None where the line is to count as malformed.
    """

    table: str
    keep_signals: bool = False
    lines: list[bytes] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    malformed: list[bytes] = field(default_factory=list)
    releases: dict[Origin, Times] = field(default_factory=dict)
    min_time: dt.datetime | None = None
    max_time: dt.datetime | None = None
    size: int = 0
    replaced: Mapping[bytes, bytes | None] = field(default_factory=dict)

    def add(self, line: bytes) -> None:
        """Add a line of a segment; blank ones do not count."""
        if not line.strip():
            return
        signal, decoded = decode(self.table, line, is_lazy=True)
        kept = self.replaced.get(decoded, decoded) if self.replaced else decoded
        if signal is None or kept is None:
            self.malformed.append(line)
            self.size += len(line) + 1
            return
        self.add_signal(signal, kept)

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
        if signal.release:
            self._see_release((signal.service, signal.environment, signal.release), time)

    def rewrite(self) -> None:
        """Write the lines anew from `signals`, in which a sink has filled in fields."""
        pairs = [(signal, _line(signal)) for signal in self.signals]
        self.signals, self.lines = [], []
        for signal, line in pairs:
            kept = self.replaced.get(line, line) if self.replaced else line
            if kept is None:
                self.malformed.append(line)
            else:
                self.signals.append(signal)
                self.lines.append(kept)

    def _see_release(self, origin: Origin, time: dt.datetime) -> None:
        known = self.releases.get(origin)
        if known is None:
            self.releases[origin] = (time, time)
        elif time > known[1]:
            self.releases[origin] = (known[0], time)
        elif time < known[0]:
            self.releases[origin] = (time, known[1])


def _line(signal: Signal) -> bytes:
    if not isinstance(signal, _Error | _Profile):
        return _ENCODE(signal)
    # The document is JSON already: the encoder would copy it twice, and it is most of the line.
    document, signal.payload = signal.payload, _NO_DOCUMENT
    try:
        line = _ENCODE(signal)
    finally:
        signal.payload = document
    return b"".join((line[:-1], b',"payload":', document, b"}"))


def decode(table: str, line: bytes, *, is_lazy: bool = False) -> tuple[Signal | None, bytes]:
    """Return the signal in *line* and the line to store; None where it holds none.

    Where it *is_lazy*, a document in it stays JSON.

    A value of the wrong type is repaired where its meaning is plain: null becomes the default, a number among
    attributes becomes text, a time without a zone is taken as UTC.
    """
    try:
        signal = (_LAZY_DECODERS if is_lazy else _DECODERS)[table](line)
        if signal.time.tzinfo is dt.UTC:
            return signal, line
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        pass
    try:
        signal = msgspec.convert(_repaired(msgspec.json.decode(line)), SIGNALS[table], strict=False)
        if signal.time.tzinfo is None:
            signal.time = signal.time.replace(tzinfo=dt.UTC)
        # A time near the ends of the calendar may have no place in it as UTC.
        signal.time = signal.time.astimezone(dt.UTC)
        return signal, _ENCODE(signal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, TypeError, OverflowError):
        return None, line


def encode(signal: Signal) -> bytes:
    """Return the line of *signal*.

    Raises:
        msgspec.MsgspecError, UnicodeEncodeError, RecursionError: If there is none.
    """
    return _ENCODE(signal)


def rewritten(table: str, line: bytes) -> bytes | None:
    """Return a line of the same record in which every member is known, valid and written plainly; None where there is none."""
    signal, _ = decode(table, line.decode("utf-8", "replace").encode())
    if signal is None:
        return None
    try:
        if isinstance(signal, Error | Profile):
            signal.payload = msgspec.json.decode(_ENCODE(signal.payload))
        return _ENCODE(signal)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError):
        return None


def _repaired(record: Any) -> Any:
    if not isinstance(record, dict):
        return record
    kept = {name: value for name, value in record.items() if value is not None}
    for name in ("attributes", "properties"):
        if isinstance(kept.get(name), dict):
            kept[name] = {key: as_text(value) for key, value in kept[name].items()}
    return kept
