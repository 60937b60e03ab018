"""Stack frames without secrets: looked through once for all that are the same.

A fault that happens a thousand times sends its frames a thousand times, and most of them alike to the last variable.  A
frame is known again by its JSON, whole, so that what is remembered of it is exactly what would be worked out anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

MOST_BYTES = 2 << 20
"""Of JSON, in each of two generations: what was not seen while one of them filled is forgotten."""
LONGEST_BYTES = 16 << 10
_encode = msgspec.json.Encoder().encode


class Remembered:
    """What `work_out` gives for a frame, remembered; nobody may change it, nor the frame.

    Threads may share one: what two of them work out at once is the same.
    """

    def __init__(self, work_out: Callable[[Any], Any]) -> None:
        self._work_out = work_out
        self.forget()

    def forget(self) -> None:
        """Begin anew, which a measurement needs."""
        self._young: dict[bytes, Any] = {}
        self._old: dict[bytes, Any] = {}
        self._young_bytes = 0

    @property
    def size(self) -> int:
        """How many bytes of JSON are held."""
        return sum(len(key) for generation in (self._young, self._old) for key in generation)

    def __call__(self, frames: list[Any]) -> list[Any]:
        """Return what is worked out for each of *frames*, made of what JSON has; it may be the frame itself."""
        try:
            keys = [*map(_encode, frames)]
        except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError):
            return [self._work_out(frame) for frame in frames]
        young = self._young
        return [
            frame if (found := young[key] if key in young else self._found(key, frame)) is None else found
            for key, frame in zip(keys, frames, strict=True)
        ]

    def _found(self, key: bytes, frame: Any) -> Any:
        found = self._old[key] if key in self._old else self._new(frame)
        if len(key) <= LONGEST_BYTES:
            self._keep(key, found)
        return found

    def _new(self, frame: Any) -> Any:
        found = self._work_out(frame)
        # Of a frame that stays as it is nothing need be kept but that.
        return None if found is frame else found

    def _keep(self, key: bytes, found: Any) -> None:
        if self._young_bytes + len(key) > MOST_BYTES:
            self._old, self._young, self._young_bytes = self._young, {}, 0
        self._young[key] = found
        self._young_bytes += len(key)
