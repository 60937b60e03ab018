"""A release over time, beside the release before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from vedette.releases.health import Health, HealthCourses
from vedette.releases.queries import short
from vedette.requests.per_release import Courses, Step
from vedette.store.query import TimeRange
from vedette.web import charts, figures
from vedette.web.charts import Chart, Series
from vedette.web.judgement import percent

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What all charts of a release share: its service, the doors behind their points, and since when requests are known."""

    service: str
    requests_door: str
    issues_door: str
    first_at: dt.datetime | None = None


def traffic_charts(drawing: Drawing, courses: Courses, range: TimeRange) -> list[Chart]:
    """Return how much the releases served over time, and how well."""
    minutes = _minutes(courses.starts, courses.step_s, range)

    def per_minute(course: Sequence[Step]) -> list[float | None]:
        return [step.requests / minute for step, minute in zip(course, minutes, strict=True)]

    def adoption(course: Sequence[Step]) -> list[float | None]:
        return _shares([step.requests for step in course], courses.served)

    def chart(title: str, kind: charts.Kind, unit: figures.Unit, values: _Values[Step]) -> Chart:
        found = _chart(drawing, courses.starts, courses.step_s, courses.by_version, values)
        made = replace(found, title=title, kind=kind, unit=unit, door=drawing.requests_door)
        return made.known_since(drawing.first_at)

    return [
        replace(chart("Adoption", "lines", "percent", adoption).hatched(), ceiling=100),
        chart("Requests per minute", "bars", "rate", per_minute),
        chart("Errors", "lines", "percent", _error_share),
        chart("p95", "lines", "ms", _p95),
    ]


def adoption_chart(drawing: Drawing, courses: HealthCourses) -> Chart:
    """Return which share of the sessions the releases had over time, for a service without requests."""

    def adoption(course: Sequence[Health]) -> list[float | None]:
        return _shares([step.sessions for step in course], courses.sessions)

    return replace(_health_chart(drawing, courses, adoption), title="Adoption", ceiling=100)


def health_charts(drawing: Drawing, courses: HealthCourses) -> list[Chart]:
    """Return the shares of sessions and of people that met no crash over time."""
    return [
        replace(_health_chart(drawing, courses, values), title=title, ceiling=100, is_near=True)
        for title, values in (("Crash-free sessions", _free_sessions), ("Crash-free users", _free_users))
    ]


_Values = Callable[[Sequence[_Item]], list[float | None]]


def _health_chart(drawing: Drawing, courses: HealthCourses, values: _Values[Health]) -> Chart:
    found = _chart(drawing, courses.starts, courses.step_s, courses.by_version, values)
    return replace(found, door=drawing.issues_door).hatched()


def _chart(
    drawing: Drawing,
    starts: Sequence[dt.datetime],
    step_s: int,
    by_version: Mapping[str, Sequence[_Item]],
    values: _Values[_Item],
) -> Chart:
    series = [
        Series(short(version), "ghost" if number else "p95", values(course), ghost=bool(number))
        for number, (version, course) in enumerate(by_version.items())
    ]
    return Chart(
        kind="lines",
        unit="percent",
        start=starts[0],
        step_s=step_s,
        length=len(starts),
        title="",
        series=series,
        service=drawing.service,
    )


def _minutes(starts: Sequence[dt.datetime], step_s: int, range: TimeRange) -> list[float]:
    """Return how many minutes of each step lie in the range; its first and last step are rarely whole."""
    step = dt.timedelta(seconds=step_s)
    return [
        max((min(at + step, range.end) - max(at, range.start)).total_seconds(), 1.0) / 60 for at in starts
    ]


def _shares(own: Sequence[int], all: Sequence[int]) -> list[float | None]:
    return [100 * part / whole if whole else None for part, whole in zip(own, all, strict=True)]


def _error_share(course: Sequence[Step]) -> list[float | None]:
    return [100 * step.errors / step.requests if step.requests else None for step in course]


def _p95(course: Sequence[Step]) -> list[float | None]:
    return [step.percentiles.p95_ms for step in course]


def _free_sessions(course: Sequence[Health]) -> list[float | None]:
    return [percent(step.crash_free_sessions) for step in course]


def _free_users(course: Sequence[Health]) -> list[float | None]:
    return [percent(step.crash_free_users) for step in course]
