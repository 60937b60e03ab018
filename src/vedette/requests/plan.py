"""How the overview's questions are asked: which ranges, at which grain, in steps of which length."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.requests import sources
from vedette.requests.filters import Filters
from vedette.requests.sources import CURRENT, PREVIOUS, Grain, Period
from vedette.store import steps
from vedette.store.dialect import Dialect
from vedette.store.query import TimeRange

SPARKLINE_POINTS = 30
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Plan:
    """The ranges, filters, grains and steps of one overview."""

    dialect: Dialect
    filters: Filters
    current: TimeRange
    previous: TimeRange
    grain: Grain
    series_grain: Grain
    step_s: int
    sparkline_step_s: int

    @property
    def periods(self) -> tuple[Period, Period]:
        """The range asked for and the one before it."""
        return (CURRENT, self.current), (PREVIOUS, self.previous)

    @property
    def has_week_before(self) -> bool:
        """Whether the same time of the week before can stand behind the range."""
        # The step of a range of at most a week is at most a day, so that steps of both weeks fall together.
        return self.current.end - self.current.start <= WEEK


def plan_of(dialect: Dialect, range: TimeRange, filters: Filters, now: dt.datetime, points: int) -> Plan:
    """Return the plan for *range*, cut off at *now*, whose series has at most about *points* steps."""
    current = TimeRange(range.start, now) if range.start < now < range.end else range
    grain = sources.choose_grain(range, filters)
    fine = sources.choose_grain(range, filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO)
    shortest = sources.shortest_step_s(fine)
    return Plan(
        dialect=dialect,
        filters=filters,
        current=current,
        previous=current.shifted(range.start - range.end),
        grain=grain,
        series_grain=fine,
        step_s=steps.choose_step_s(range, points=points, at_least_s=shortest),
        sparkline_step_s=steps.choose_step_s(range, points=SPARKLINE_POINTS, at_least_s=shortest),
    )
