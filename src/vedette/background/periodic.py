"""Work that is done every so often, and less often while it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LONGEST_PAUSE_S = 600.0
"""What fails is not tried again and again: each failure doubles its pause up to this."""
_MOST_FAILURES = 32
"""More would not make the pause longer, but the number past all bounds."""


@dataclass(slots=True)
class Periodic:
    """Work that is due at once, then `every_s` seconds after it was done."""

    do: Callable[[], object]
    every_s: float
    monotonic: Callable[[], float]
    due_at: float = float("-inf")
    failures: int = 0

    @property
    def is_due(self) -> bool:
        """Whether it is time to do it."""
        return self.monotonic() >= self.due_at

    def run(self) -> None:
        """Do it, and note when it is due again; raise what it raises."""
        try:
            self.do()
        except Exception:
            self.failures = min(self.failures + 1, _MOST_FAILURES)
            raise
        else:
            self.failures = 0
        finally:
            pause_s = min(self.every_s * 2.0**self.failures, max(LONGEST_PAUSE_S, self.every_s))
            self.due_at = self.monotonic() + pause_s
