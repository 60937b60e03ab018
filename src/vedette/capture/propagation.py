"""What a caller may tell about its request: the trace that it belongs to, and its id."""

from __future__ import annotations

import re
from typing import NamedTuple

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class Allowance:
    """So many of something a second, in this process; what comes past it in the same second is refused."""

    __slots__ = ("_left", "_per_s", "_second")

    def __init__(self, per_s: int) -> None:
        self._per_s = per_s
        self._second = self._left = 0

    def take(self, now_s: float) -> bool:
        """Take one, at *now_s* seconds by any clock; tell whether there was one left."""
        if int(now_s) != self._second:
            self._second, self._left = int(now_s), self._per_s
        self._left -= 1
        return self._left >= 0


class Parent(NamedTuple):
    """The caller's span."""

    trace_id: str
    span_id: str
    is_sampled: bool


def parent_of(traceparent: str) -> Parent | None:
    """Return what a W3C ``traceparent`` header says, or None where it is not valid."""
    match = _TRACEPARENT.fullmatch(traceparent.strip())
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    # Later versions may add fields; version 00 has none, and ff is forbidden (W3C Trace Context, 3.2.2).
    is_valid = version != "ff" and not (version == "00" and rest) and int(trace_id, 16) and int(span_id, 16)
    return Parent(trace_id, span_id, bool(int(flags, 16) & 1)) if is_valid else None


def request_id_of(header: str) -> str:
    """Return a caller's ``X-Request-ID``, or ``""`` where it is not one that can be passed on as it is."""
    return header if _REQUEST_ID.fullmatch(header) else ""
