"""What the SDK dropped before it reached the transport, counted until it is written down."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
import weakref
from collections import Counter

from vedette.capture.recorder import recorder
from vedette.record.signals import Metric
from vedette.wire.sentry.report import NAME

WRITE_EVERY_S = 10.0


class Losses:
    """Counts by reason and Sentry's data category, written as the metric ``sentry.client_report``, as a report is."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._pending: Counter[tuple[str, str]] = Counter()
        self._write_at = 0.0
        _all.add(self)

    def count(self, reason: str, category: str, quantity: int) -> None:
        """Count *quantity* dropped for *reason*, and write the sums down where the last time is long ago."""
        with self._lock:
            self._pending[reason, category] += quantity
        if time.monotonic() >= self._write_at:
            self.write()

    def write(self) -> None:
        """Write down what was counted so far."""
        self._write_at = time.monotonic() + WRITE_EVERY_S
        with self._lock:
            taken, self._pending = self._pending, Counter()
        for (reason, category), quantity in taken.items():
            recorder().record(
                Metric(
                    time=dt.datetime.now(dt.UTC),
                    name=NAME,
                    kind="counter",
                    sum=float(quantity),
                    count=1,
                    attributes={"reason": reason, "category": category},
                )
            )

    def after_fork(self) -> None:
        """Forget the parent's losses, which the parent will write, and the lock that one of its threads may hold."""
        self._lock = threading.RLock()
        self._pending = Counter()


_all: weakref.WeakSet[Losses] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for losses in list(_all):
        losses.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
