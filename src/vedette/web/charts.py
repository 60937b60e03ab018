"""What the server says of a chart; `frontend/src/charts/payload.ts` is its other half.

A chart holds its numbers once more as a table, for those who cannot see it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec

from vedette.web import figures

Kind = Literal["bars", "lines", "heat"]
STATUS_SERIES = {
    2: ("2xx", "ok"),
    3: ("3xx", "moved"),
    4: ("4xx", "refused"),
    5: ("5xx", "failed"),
    1: ("1xx", "ghost"),
}
"""The name and the colour of each class of HTTP status, in the order in which they are stacked."""


@dataclass(frozen=True, slots=True)
class Series:
    """A value for each step; None where it is not known.

    `colour` names one of the style sheet's colours, the same for the same thing on all pages.  A ghost is drawn dashed
    behind the others: what was before.  `total` stands in the legend.
    """

    name: str
    colour: str
    values: Sequence[float | None]
    ghost: bool = False
    total: figures.Text | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened at a time, such as a release; `detail` is said of it where there is room for more."""

    at: dt.datetime
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """Counts of *noun* by step and by duration: `bounds` are the rows' lower bounds in ms and the last one's upper."""

    bounds: Sequence[float]
    cells: Sequence[tuple[int, int, int]]
    noun: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over time, with a door to the records behind each of its steps.

    `markers` are None where it bears those of its page: `vedette.web.markers` puts them on it, those of `service`
    and `environment` alone where it names them.  A chart with a `ceiling`, the most that there can be, ends there; where it
    `is_near` that, it begins near its least value instead of at nought: of 99.8 % what matters is what is missing.
    """

    kind: Kind
    unit: figures.Unit
    start: dt.datetime
    step_s: int
    length: int
    title: str
    series: Sequence[Series] = ()
    markers: Sequence[Marker] | None = None
    unknown: Sequence[tuple[dt.datetime, dt.datetime]] = ()
    door: str = ""
    heat: Heat | None = None
    shape: str = field(default="", kw_only=True)
    service: str = field(default="", kw_only=True)
    environment: str = field(default="", kw_only=True)
    ceiling: float | None = field(default=None, kw_only=True)
    is_near: bool = field(default=False, kw_only=True)

    def known_since(self, first_at: dt.datetime | None) -> Chart:
        """Return this chart with what lies before *first_at* marked as unknown instead of nought."""
        if first_at is None or first_at <= self.start:
            return self
        whole = int((first_at - self.start).total_seconds() // self.step_s)
        blanked = [replace(each, values=_blanked(each.values, whole)) for each in self.series]
        return replace(self, series=blanked, unknown=[(self.start, min(first_at, self.end))])

    def hatched(self) -> Chart:
        """Return this chart with the steps marked as unknown in which none of its series has a value."""
        step = dt.timedelta(seconds=self.step_s)
        found: list[tuple[dt.datetime, dt.datetime]] = []
        for place in range(self.length):
            if any(each.values[place] is not None for each in self.series):
                continue
            at = self.start + place * step
            since = found.pop()[0] if found and found[-1][1] == at else at
            found.append((since, at + step))
        return replace(self, unknown=found)

    @property
    def end(self) -> dt.datetime:
        """When its last step ends."""
        return self.start + dt.timedelta(seconds=self.length * self.step_s)

    @property
    def payload(self) -> str:
        """Return what the script draws, as JSON."""
        body: dict[str, Any] = {
            "kind": self.kind,
            "unit": self.unit,
            "start": _milliseconds(self.start),
            "step": self.step_s * 1000,
            "length": self.length,
            "series": [
                {
                    "name": each.name,
                    "colour": each.colour,
                    "values": _rounded(each.values),
                    "ghost": each.ghost,
                }
                for each in self.series
            ],
            "markers": [
                {"at": _milliseconds(each.at), "label": each.label, "detail": each.detail}
                for each in self.markers or ()
            ],
            "unknown": [[_milliseconds(since), _milliseconds(until)] for since, until in self.unknown],
            "door": self.door,
        }
        if self.ceiling is not None:
            body |= {"ceiling": self.ceiling, "near": self.is_near}
        if self.heat is not None:
            body["heat"] = {
                "bounds": self.heat.bounds,
                "cells": self.heat.cells,
                "noun": self.heat.noun,
            }
        return msgspec.json.encode(body).decode()

    @property
    def rows(self) -> list[tuple[dt.datetime, list[figures.Text | None]]]:
        """Return the chart as a table: each step's start and its values."""
        return [
            (
                self.start + dt.timedelta(seconds=place * self.step_s),
                [
                    None if (value := each.values[place]) is None else figures.written(value, unit=self.unit)
                    for each in self.series
                ],
            )
            for place in range(self.length)
        ]


def _blanked(values: Sequence[float | None], count: int) -> list[float | None]:
    return [None if place < count else value for place, value in enumerate(values)]


def _milliseconds(at: dt.datetime) -> int:
    return int(at.timestamp() * 1000)


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 3) for value in values]


def spark(values: Sequence[float | None], *, width: float = 96, height: float = 24) -> tuple[str, str]:
    """Return the paths (line, area) of a sparkline; gaps where a value is not known."""
    most = max((value for value in values if value is not None), default=0) or 1
    step = width / max(1, len(values) - 1)
    line: list[str] = []
    area: list[str] = []
    run: list[str] = []
    for place, value in enumerate([*values, None]):
        if value is not None:
            run.append(f"{place * step:.1f},{height - 1 - value / most * (height - 2):.1f}")
        elif run:
            line.append("M" + "L".join(run))
            first, last = run[0].partition(",")[0], run[-1].partition(",")[0]
            area.append(f"M{first},{height}L{'L'.join(run)}L{last},{height}Z")
            run = []
    return "".join(line), "".join(area)
