"""OTLP's times, nanoseconds since 1970."""

from __future__ import annotations

import datetime as dt

from vedette.wire.times import of_unix_nano
from vedette.wire.values import integer_of

MOST_FUTURE = dt.timedelta(days=1)


def time_of(nanoseconds: object, *, received_at: dt.datetime) -> dt.datetime:
    """Return the time in *nanoseconds*; *received_at* where it is none, or more than a day ahead.

    What is old stays old: exporters send what they kept while the network was away, and OTLP says nothing of when it was
    sent.
    """
    number = integer_of(nanoseconds)
    moment = of_unix_nano(number) if number is not None else None
    return received_at if moment is None or moment - received_at > MOST_FUTURE else moment
