"""What is marked on every chart over time: when releases went where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from vedette.releases.queries import find_last_arrival, list_arrivals, list_deploys, short
from vedette.store.query import TimeRange
from vedette.web.charts import Chart, Marker
from vedette.web.page import Page

MOST_GROUPS = 40
LABEL_CHARS = 16
MOST_NAMED = 6
SLACK = dt.timedelta(days=1)
"""How far apart a deploy and the first record of its release may lie, to be one and the same arrival."""


class Markers(Protocol):
    """Knows when releases went where; the pages get one from whoever puts the parts together."""

    def between(self, range: TimeRange, *, service: str, environment: str) -> list[Marker]:
        """Return the markers in *range*, the first one first; ``""`` stands for all services or environments."""
        ...

    def find_last(self, *, before: dt.datetime) -> dt.datetime | None:
        """Return when the last release went anywhere."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A release went to an environment: somebody told of the deploy, or its first record came from there."""

    at: dt.datetime
    release_id: int
    service: str
    version: str
    environment: str
    is_deploy: bool


def arrivals_in(range: TimeRange, *, service: str = "", environment: str = "") -> list[Arrival]:
    """Return what arrived in *range*: the deploys, and the first record of a release wherever nobody told of one.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    near = list_deploys(
        start=range.start - SLACK, end=range.end + SLACK, service=service, environment=environment
    )
    told = {(deploy.release_id, deploy.environment) for deploy in near}
    seen = list_arrivals(start=range.start, end=range.end, service=service, environment=environment)
    found = [
        Arrival(
            at=deploy.finished_at,
            release_id=deploy.release_id,
            service=deploy.service,
            version=deploy.version,
            environment=deploy.environment,
            is_deploy=True,
        )
        for deploy in near
        if range.start <= deploy.finished_at < range.end
    ]
    return found + [
        Arrival(
            at=each.first_at,
            release_id=each.release_id,
            service=each.service,
            version=each.version,
            environment=each.environment,
            is_deploy=False,
        )
        for each in seen
        if (each.release_id, each.environment) not in told
    ]


class Arrivals:
    """What `arrivals_in` finds, as markers."""

    def between(self, range: TimeRange, *, service: str = "", environment: str = "") -> list[Marker]:
        """Return the markers in *range*; those that lie too close to each other to be told apart are one.

        Raises:
            django.db.Error: If the state database cannot be asked.
        """
        arrivals = arrivals_in(range, service=service, environment=environment)
        return _grouped(arrivals, (range.end - range.start) / MOST_GROUPS)

    def find_last(self, *, before: dt.datetime) -> dt.datetime | None:
        """Return when the last release went anywhere.

        Raises:
            django.db.Error: If the state database cannot be asked.
        """
        return find_last_arrival(before=before)


def marked(values: Mapping[str, object], *, page: Page, markers: Markers | None) -> dict[str, object]:
    """Return a card's *values* with the page's markers on each chart that has none of its own.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    charts = {name: value for name, value in values.items() if _wants_markers(value)}
    if markers is None or not charts:
        return dict(values)
    found: dict[tuple[str, str], list[Marker]] = {}

    def of(chart: Chart) -> list[Marker]:
        service = chart.service or page.params.get("service", "")
        environment = chart.environment or page.params.get("environment", "")
        if (service, environment) not in found:
            found[service, environment] = markers.between(
                page.period.range, service=service, environment=environment
            )
        return found[service, environment]

    return {**values, **{name: _with(value, of) for name, value in charts.items()}}


def _wants_markers(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(_wants_markers(each) for each in value)
    return isinstance(value, Chart) and value.markers is None


def _with(value: object, of: Callable[[Chart], Sequence[Marker]]) -> object:
    if isinstance(value, list | tuple):
        return [_with(each, of) for each in value]
    return replace(value, markers=of(value)) if isinstance(value, Chart) and _wants_markers(value) else value


def _grouped(arrivals: Iterable[Arrival], width: dt.timedelta) -> list[Marker]:
    groups: list[list[Arrival]] = []
    for arrival in sorted(arrivals, key=lambda each: (each.at, each.service, each.version)):
        if groups and arrival.at - groups[-1][0].at < width:
            groups[-1].append(arrival)
        else:
            groups.append([arrival])
    return [_marker(group) for group in groups]


def _marker(group: Sequence[Arrival]) -> Marker:
    # The last one of a group is what was running afterwards.
    last = group[-1]
    others = len({(arrival.service, arrival.version) for arrival in group}) - 1
    label = _cut(short(last.version)) + (f" + {others}" if others else "")
    named = [
        f"{each.service} {short(each.version)}{f' → {each.environment}' if each.environment else ''}"
        for each in group
    ]
    more = f", and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return Marker(group[0].at, label, ", ".join(named[-MOST_NAMED:]) + more)


def _cut(label: str) -> str:
    return label if len(label) <= LABEL_CHARS else f"{label[: LABEL_CHARS - 1]}…"
