"""How busy a site is at an hour of the day and on a day of the week."""

from __future__ import annotations

import datetime as dt

_BY_HOUR = (
    0.20, 0.14, 0.10, 0.09, 0.10, 0.16, 0.35, 0.65, 1.00, 1.40, 1.60, 1.50,
    1.20, 1.25, 1.50, 1.45, 1.35, 1.20, 1.05, 1.15, 1.30, 1.15, 0.75, 0.40,
)  # fmt: skip
_MEAN = sum(_BY_HOUR) / len(_BY_HOUR)
_WEEKEND = 0.45
_MEAN_OF_WEEK = (5 + 2 * _WEEKEND) / 7


def busyness(at: dt.datetime) -> float:
    """Return how busy the site is at *at*, a local time, as a multiple of the mean of a week."""
    place = at.hour + at.minute / 60
    here, following = _BY_HOUR[at.hour], _BY_HOUR[(at.hour + 1) % 24]
    by_hour = here + (following - here) * (place - at.hour)
    by_day = _WEEKEND if at.weekday() >= 5 else 1.0
    return by_hour / _MEAN * by_day / _MEAN_OF_WEEK
