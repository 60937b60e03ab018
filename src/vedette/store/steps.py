"""Cutting a time range into steps of a length that people read easily."""

from __future__ import annotations

import datetime as dt

from vedette.store.query import TimeRange

LENGTHS_S = (
    1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800,
    3600, 7200, 10800, 21600, 43200,
    86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400,
)  # fmt: skip
"""The lengths of a step; each longer one from the hour on is whole hours, from the day on whole days."""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def choose_step_s(range: TimeRange, *, points: int = 120, at_least_s: int = 1) -> int:
    """Return the shortest length that cuts *range* into at most about *points* steps."""
    wanted = max(range.seconds / points, at_least_s)
    return next((length for length in LENGTHS_S if length >= wanted), LENGTHS_S[-1])


def floor(time: dt.datetime, step_s: int) -> dt.datetime:
    """Return the start of the step that holds *time*, counted from 1970-01-01 UTC."""
    width = dt.timedelta(seconds=step_s)
    return _EPOCH + (time - _EPOCH) // width * width


def ceil(time: dt.datetime, step_s: int) -> dt.datetime:
    """Return the first start of a step that is not before *time*."""
    start = floor(time, step_s)
    return start if start == time else start + dt.timedelta(seconds=step_s)


def starts(range: TimeRange, step_s: int) -> list[dt.datetime]:
    """Return the starts of all steps that overlap *range*."""
    found = []
    at = floor(range.start, step_s)
    while at < range.end:
        found.append(at)
        at += dt.timedelta(seconds=step_s)
    return found
