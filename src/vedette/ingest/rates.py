"""How much one key may send in a minute; each process counts for itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW_S = 60.0
BODIES = ""
"""What bodies are counted as, whatever is in them."""


@dataclass(slots=True)
class _Window:
    ends_at: float
    count: int = 0


@dataclass(slots=True)
class Rates:
    """Counts what each key sent of each kind in the minute that began with the first of it; 0 *per_minute* is no limit.

    What crosses the limit is let in whole, and nothing after it.  Counts of threads may miss each other by a few: a limit
    is a guard, no bill.
    """

    per_minute: int
    monotonic: Callable[[], float] = time.monotonic
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict, init=False)

    def take(self, key: str, kind: str = BODIES, number: int = 1) -> float:
        """Count *number* of *kind* for *key*; return for how many seconds no more is let in, 0 where these are."""
        if not self.per_minute:
            return 0.0
        now = self.monotonic()
        window = self._windows.get((key, kind))
        if window is None or now >= window.ends_at:
            window = self._windows[key, kind] = _Window(now + WINDOW_S)
        if window.count >= self.per_minute:
            return window.ends_at - now
        window.count += number
        return 0.0
