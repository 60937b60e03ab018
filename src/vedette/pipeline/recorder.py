"""From a signal to a line in the journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from vedette.pipeline.drops import Drops, as_metric
from vedette.pipeline.journal import Journal
from vedette.pipeline.limits import LINE_BYTES, cleaned
from vedette.record.signals import Metric, Signal

REPORT_DROPS_EVERY_S = 1.0
SignalT = TypeVar("SignalT", bound=Signal)


@dataclass(frozen=True, slots=True)
class Resource:
    """Where records come from: the fields that are the same for every record of a process."""

    service: str = ""
    environment: str = ""
    release: str = ""
    host: str = ""

    def stamp(self, signal: SignalT) -> SignalT:
        """Fill in the fields of *signal*, where it names no service of its own, and return it."""
        if not signal.service:
            signal.service = self.service
            signal.environment = self.environment
            signal.release = self.release
            signal.host = self.host
        return signal


@dataclass(slots=True)
class Recorder:
    """Writes signals to the journal; never raises an Exception.

    Losses are counted in `drops` and written to `metrics` as soon as something can be written again.
    """

    journal: Journal
    resource: Resource
    drops: Drops
    monotonic: Callable[[], float] = time.monotonic
    _encode: Callable[[object], bytes] = field(
        default_factory=lambda: msgspec.json.Encoder().encode, init=False
    )
    _report_at: float = field(default=0.0, init=False)

    def record(self, signal: Signal) -> bool:
        """Append *signal*, with the resource's fields filled in where it has none; tell whether it was written."""
        try:
            self.resource.stamp(signal)
            if signal.time.tzinfo is not UTC:
                # Readers of the journal take the digits of a time for UTC.
                signal.time = signal.time.astimezone(UTC)
            is_written = self.journal.append(signal.table, self._line(signal))
        except Exception:  # noqa: BLE001 - the host's edge: whatever goes wrong here must not reach the site
            self.drops.count(signal.table, "unencodable")
            return False
        if self.drops and is_written:
            self._report_drops()
        return is_written

    def flush(self) -> None:
        """Write the losses counted so far."""
        self._report_at = 0.0
        self._report_drops()

    def _line(self, signal: Signal) -> bytes:
        try:
            line = self._encode(signal)
            if len(line) <= LINE_BYTES:
                return line
        except (TypeError, ValueError, UnicodeEncodeError, RecursionError):
            pass
        line = self._encode(cleaned(signal))
        if len(line) > 2 * LINE_BYTES:
            raise ValueError("too large even when cut")
        return line

    def _report_drops(self) -> None:
        monotonic = self.monotonic()
        if monotonic < self._report_at:
            return
        self._report_at = monotonic + REPORT_DROPS_EVERY_S
        losses = self.drops.take()
        for (table, reason, service), number in list(losses.items()):
            at = datetime.now(UTC)
            loss = self.resource.stamp(as_metric(table, reason, number, at=at, service=service))
            if self.journal.append(Metric.table, self._encode(loss), is_counted=False):
                del losses[table, reason, service]
        self.drops.give_back(losses)
