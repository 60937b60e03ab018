"""Whether the journal has room for what others send: half of it is for the site's own records alone.

Whoever has a key, and every browser that uses one has it, could otherwise fill the journal up to where the site's own
records are given up for theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vedette.store import segments

LOOK_EVERY_S = 1.0
SHARE = 0.5
"""How much of the journal others may fill."""


@dataclass(slots=True)
class Room:
    """The room in the journal in *directory*, of at most *max_bytes*; looked at once in a second, and never waited for."""

    directory: Path
    max_bytes: int
    monotonic: Callable[[], float] = time.monotonic
    _look_at: float = field(default=0.0, init=False)
    _is_left: bool = field(default=True, init=False)

    def is_left(self) -> bool:
        """Tell whether what others send may be written."""
        now = self.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY_S
            size = sum(segment.size for segment in segments.scan(self.directory))
            self._is_left = size < self.max_bytes * SHARE
        return self._is_left
