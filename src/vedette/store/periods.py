"""The periods into which a table's parts are divided: days, and months for daily rollups.

A merged part never spans two periods, so that retention can remove whole parts and a query of one day opens that day's.
"""

from __future__ import annotations

import datetime as dt

from vedette.store.rollups import DAY_S, ROLLUPS


def period_unit(table: str) -> str:
    """Return ``"day"`` or ``"month"``."""
    return "month" if table in ROLLUPS and ROLLUPS[table].step_s >= DAY_S else "day"


def period_start(table: str, time: dt.datetime) -> dt.date:
    """Return the first day of the period of *table* that holds *time*."""
    day = time.astimezone(dt.UTC).date()
    return day.replace(day=1) if period_unit(table) == "month" else day


def period_of(table: str, min_time: dt.datetime, max_time: dt.datetime) -> dt.date | None:
    """Return the period that holds both times, None where they lie in two."""
    period = period_start(table, min_time)
    return period if period == period_start(table, max_time) else None
