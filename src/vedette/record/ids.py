"""Trace, span and request ids whose first bits are the time.

A trace id is laid out as a UUIDv7 is (RFC 9562, 5.7): 48 bits of Unix milliseconds, then random bits.  It satisfies W3C
Trace Context level 2 (the right-most 56 bits are random), sorts and compresses by time, and tells a reader where in the
store to look.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from time import perf_counter_ns

# A process that was forked without Python's knowledge, as uWSGI forks its workers, draws the same numbers as its parent; hence
# each is mixed with a clock, which no two of them read in the same nanosecond.
_random = random.Random()
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PLAUSIBLE = (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))


def new_trace_id(unix_ms: int) -> str:
    """Return 32 hex digits that begin with *unix_ms*."""
    return f"{unix_ms:012x}{_random.getrandbits(80) ^ perf_counter_ns():020x}"


def new_span_id() -> str:
    """Return 16 random hex digits, never all zero."""
    return f"{_random.getrandbits(64) ^ perf_counter_ns() or 1:016x}"


def time_of(trace_id: str) -> dt.datetime | None:
    """Return when *trace_id* was made, or None where it does not begin with a plausible time."""
    try:
        at = _EPOCH + dt.timedelta(milliseconds=int(trace_id[:12], 16))
    except (ValueError, OverflowError):
        return None
    return at if _PLAUSIBLE[0] <= at <= _PLAUSIBLE[1] else None


def reseed() -> None:
    """Draw a new seed, so that a forked process does not repeat its parent's ids."""
    _random.seed()


os.register_at_fork(after_in_child=reseed)
