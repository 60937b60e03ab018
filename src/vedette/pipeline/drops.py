"""What had to be dropped, counted by signal and reason until it can be written down."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

from vedette.record.signals import Metric

METRIC = "vedette.dropped"
"""The name under which losses are stored in `metrics`, with attributes ``signal`` and ``reason``."""
Loss = tuple[str, str, str]
"""What was lost: of which table, for which reason, of which other service (``""``: of this process's own)."""


class Drops:
    """Losses of this process that are not in the journal yet."""

    def __init__(self) -> None:
        # A signal's handler, or what the garbage collector calls, may come here while this thread holds it.
        self._lock = threading.RLock()
        self._pending: Counter[Loss] = Counter()

    def __bool__(self) -> bool:
        return bool(self._pending)

    def count(self, table: str, reason: str, number: int = 1, *, service: str = "") -> None:
        """Count *number* records of *table* as lost for *reason*; of another *service* than this process's, where named."""
        with self._lock:
            self._pending[table, reason, service] += number

    def take(self) -> Counter[Loss]:
        """Return what is pending and forget it; the caller gives back what it could not write (`give_back`)."""
        with self._lock:
            taken, self._pending = self._pending, Counter()
        return taken

    def give_back(self, losses: Counter[Loss]) -> None:
        """Make *losses* pending again."""
        with self._lock:
            self._pending.update(losses)

    def pending(self) -> dict[tuple[str, str], int]:
        """Return what is pending, of all services."""
        found: Counter[tuple[str, str]] = Counter()
        with self._lock:
            for (table, reason, _), number in list(self._pending.items()):
                found[table, reason] += number
        return dict(found)

    def after_fork(self) -> None:
        """Forget the parent's losses, which the parent will write."""
        self._lock = threading.RLock()
        self._pending = Counter()


def as_metric(table: str, reason: str, number: int, *, at: dt.datetime, service: str = "") -> Metric:
    """Return the record that says that *number* records of *table* were lost for *reason*."""
    return Metric(
        time=at,
        service=service,
        name=METRIC,
        kind="counter",
        sum=float(number),
        count=number,
        attributes={"signal": table, "reason": reason},
    )
