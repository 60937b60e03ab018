"""The course of requests over a range, and over the same time of the week before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vedette.requests import sources
from vedette.requests.plan import WEEK, Plan
from vedette.requests.sources import CURRENT, PREVIOUS
from vedette.store import percentiles, steps
from vedette.store.bindings import Bindings
from vedette.store.percentiles import Percentiles
from vedette.store.query import Query, Result

STATUS_CLASSES = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a series; `by_status_class` counts by the status' first digit."""

    time: dt.datetime
    requests: int
    errors: int
    by_status_class: Mapping[int, int]
    percentiles: Percentiles


def series_query(plan: Plan) -> Query:
    """Ask for the requests of each step by class of status, with their percentiles."""
    bindings = Bindings(plan.dialect)
    source = sources.traffic(
        bindings,
        [(CURRENT, plan.current)],
        grain=plan.series_grain,
        filters=plan.filters,
        columns=("time", "status_class", "bucket"),
    )
    of_class = {
        f"c{digit}": plan.dialect.sum_if("requests", f"status_class = {digit}") for digit in STATUS_CLASSES
    }
    ranked = percentiles.ranked(
        source.relation, keys={"step_start": plan.dialect.step("time", plan.step_s)}, sums=of_class
    )
    counts = ", ".join(f"sum({name}) AS sum_{name}" for name in of_class)
    sql = f"{ranked}SELECT step_start, sum(n) AS requests, {counts}, {percentiles.SELECTED} FROM ranked GROUP BY step_start"
    return source.query(sql, bindings)


def series_of(result: Result, plan: Plan) -> tuple[Point, ...]:
    """Return a point for each step of the range, also where no request came."""
    by_time = {row[0]: _point(row) for row in result.rows}
    return tuple(
        by_time.get(at) or Point(at, 0, 0, dict.fromkeys(STATUS_CLASSES, 0), percentiles.NONE)
        for at in steps.starts(plan.current, plan.step_s)
    )


def _point(row: tuple[Any, ...]) -> Point:
    at, requests, *counts = row
    by_class = dict(zip(STATUS_CLASSES, (int(count) for count in counts[:5]), strict=True))
    return Point(at, requests, by_class[5], by_class, percentiles.from_buckets(counts[5:], total=requests))


def week_before_query(plan: Plan) -> Query:
    """Ask for the requests of each step a week earlier."""
    bindings = Bindings(plan.dialect)
    source = sources.traffic(
        bindings,
        [(PREVIOUS, plan.current.shifted(-WEEK))],
        grain=plan.series_grain,
        filters=plan.filters,
        columns=("time",),
    )
    step = plan.dialect.step("time", plan.step_s)
    sql = f"SELECT {step} AS step_start, sum(requests) AS n FROM {source.relation} GROUP BY step_start"
    return source.query(sql, bindings)


def week_before_of(result: Result, plan: Plan) -> tuple[int, ...]:
    """Return how many requests came a week before each step of the range."""
    counts = {at: int(requests) for at, requests in result.rows}
    return tuple(counts.get(at - WEEK, 0) for at in steps.starts(plan.current, plan.step_s))
