"""Times as senders write them, and the clocks they had."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
SMALLEST_DRIFT = dt.timedelta(seconds=55)
"""Less than this is the network's time; Sentry's relay has the same limit."""
MOST_FUTURE = dt.timedelta(minutes=1)
MOST_PAST = dt.timedelta(days=30)
_FRACTION = re.compile(r"\.(\d{6})\d+")
_LARGEST_UNIX_S = 253_402_300_799


def time_of(value: object) -> dt.datetime | None:
    """Return the aware UTC time in *value*, ISO 8601 or Unix seconds; None where there is none.

    A time without a zone is UTC; digits past the microsecond are dropped.
    """
    if isinstance(value, str):
        return _iso(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return of_unix(value)
    return None


def of_unix(seconds: float) -> dt.datetime | None:
    """Return the time *seconds* after 1970; None where no calendar has it."""
    if not 0 <= seconds <= _LARGEST_UNIX_S:
        return None
    return EPOCH + dt.timedelta(microseconds=round(seconds * 1e6))


def of_unix_nano(nanoseconds: int) -> dt.datetime | None:
    """Return the time *nanoseconds* after 1970; None for 0, which means unknown, and where no calendar has it."""
    if not 0 < nanoseconds <= _LARGEST_UNIX_S * 1_000_000_000:
        return None
    return EPOCH + dt.timedelta(microseconds=nanoseconds // 1000)


def _iso(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(_FRACTION.sub(r".\1", text))
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return of_unix(float(text))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Clock:
    """The sender's clock, as far as its `sent_at` tells."""

    received_at: dt.datetime
    drift: dt.timedelta = dt.timedelta(0)

    @classmethod
    def of(cls, *, received_at: dt.datetime, sent_at: dt.datetime | None) -> Clock:
        """Return the clock of who sent at *sent_at* what came at *received_at*."""
        drift = received_at - sent_at if sent_at is not None else dt.timedelta(0)
        return cls(received_at, drift if abs(drift) > SMALLEST_DRIFT else dt.timedelta(0))

    def right(self, value: object) -> dt.datetime:
        """Return the time in *value* by our clock.

        Where it holds none, or one that cannot be (in the future, or a month old, as Sentry has it), it is the time
        of receipt.
        """
        moment = time_of(value)
        if moment is None:
            return self.received_at
        try:
            moment += self.drift
        except OverflowError:
            return self.received_at
        is_plausible = -MOST_FUTURE <= self.received_at - moment <= MOST_PAST
        return moment if is_plausible else self.received_at
