"""What had to be dropped, counted by signal and reason until it can be written down."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

from vedette.record.signals import Metric

METRIC = "vedette.dropped"
"""The name under which losses are stored in `metrics`, with attributes ``signal`` and ``reason``."""


class Drops:
    """Losses of this process that are not in the journal yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: Counter[tuple[str, str]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._pending)

    def count(self, table: str, reason: str, number: int = 1) -> None:
        """Count *number* records of *table* as lost for *reason*."""
        with self._lock:
            self._pending[table, reason] += number

    def take(self) -> Counter[tuple[str, str]]:
        """Return what is pending and forget it; the caller gives back what it could not write (`give_back`)."""
        with self._lock:
            taken, self._pending = self._pending, Counter()
        return taken

    def give_back(self, losses: Counter[tuple[str, str]]) -> None:
        """Make *losses* pending again."""
        with self._lock:
            self._pending.update(losses)

    def pending(self) -> dict[tuple[str, str], int]:
        """Return a copy of what is pending."""
        with self._lock:
            return dict(self._pending)

    def after_fork(self) -> None:
        """Forget the parent's losses, which the parent will write."""
        self._lock = threading.Lock()
        self._pending = Counter()


def as_metric(table: str, reason: str, number: int, *, at: dt.datetime) -> Metric:
    """Return the record that says that *number* records of *table* were lost for *reason*."""
    return Metric(
        time=at,
        name=METRIC,
        kind="counter",
        sum=float(number),
        count=number,
        attributes={"signal": table, "reason": reason},
    )
