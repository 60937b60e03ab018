"""The figures of each release of a service: how much of the traffic it serves, and how well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.requests import sources
from vedette.requests.figures import Figures
from vedette.requests.filters import Filters
from vedette.requests.sources import CURRENT
from vedette.store import percentiles, steps
from vedette.store.bindings import Bindings
from vedette.store.percentiles import Percentiles
from vedette.store.query import Query, Result, Store, TimeRange

Release = tuple[str, str]
"""Service and version; the version is ``""`` where records name none."""
NOTHING = Figures()


@dataclass(frozen=True, slots=True, kw_only=True)
class PerRelease:
    """The figures of releases in `range`, and in `both`: it and as long before, in which releases are compared."""

    range: TimeRange
    both: TimeRange
    current: dict[Release, Figures]
    compared: dict[Release, Figures]

    def share(self, release: Release) -> float | None:
        """Return the share (0 to 1) of its service's requests that *release* served; None where there were none."""
        total = sum(
            figures.requests for (service, _), figures in self.current.items() if service == release[0]
        )
        return self.current.get(release, NOTHING).requests / total if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a release's course."""

    requests: int = 0
    errors: int = 0
    percentiles: Percentiles = percentiles.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """What releases of one service did over time, by version; steps in which a release served nothing are there too.

    `served` counts the requests of all the service's releases.
    """

    starts: tuple[dt.datetime, ...]
    step_s: int
    by_version: dict[str, tuple[Step, ...]]
    served: tuple[int, ...]


def get_per_release(store: Store, *, range: TimeRange, filters: Filters, now: dt.datetime) -> PerRelease:
    """Return the figures of each release that the *filters* let through.

    Raises:
        QueryError: If the store cannot answer.
    """
    current = TimeRange(range.start, now) if range.start < now < range.end else range
    both = current.previous().covering(current)
    found, compared = store.run(_figures_query(store, current, filters), _figures_query(store, both, filters))
    return PerRelease(
        range=current,
        both=both,
        current=_figures(found, current.seconds),
        compared=_figures(compared, both.seconds),
    )


def get_courses(
    store: Store, *, range: TimeRange, filters: Filters, versions: Sequence[str], points: int
) -> Courses:
    """Return what *versions* of the filters' service did over time.

    Raises:
        QueryError: If the store cannot answer.
    """
    grain = sources.choose_grain(range, filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO)
    step_s = steps.choose_step_s(range, points=points, at_least_s=sources.shortest_step_s(grain))
    result, counted = store.run(
        _courses_query(store, range, filters, versions, step_s=step_s),
        _served_query(store, range, filters, step_s=step_s),
    )
    served = {at: int(requests) for at, requests in counted.rows}
    starts = tuple(steps.starts(range, step_s))
    known = {
        (version, at): Step(
            requests=int(requests),
            errors=int(errors),
            percentiles=percentiles.from_buckets(buckets, total=int(requests)),
        )
        for version, at, requests, errors, *buckets in result.rows
    }
    nothing = Step()
    return Courses(
        starts=starts,
        step_s=step_s,
        by_version={
            version: tuple(known.get((version, at), nothing) for at in starts) for version in versions
        },
        served=tuple(served.get(at, 0) for at in starts),
    )


def _figures_query(store: Store, range: TimeRange, filters: Filters) -> Query:
    dialect = store.dialect
    bindings = Bindings(dialect)
    keys = {"service": "service", "release": "release"}
    source = sources.traffic(
        bindings,
        [(CURRENT, range)],
        grain=sources.choose_grain(range, filters),
        filters=filters,
        columns=("service", "release", "status_class", "bucket", "duration_ms", "query_ms", "query_count"),
    )
    sums = {
        "failed": dialect.sum_if("requests", "status_class >= 5"),
        "spent_ms": "sum(duration_ms)",
        "in_queries_ms": "sum(query_ms)",
        "issued": "sum(query_count)",
    }
    sql = (
        f"{percentiles.ranked(source.relation, keys=keys, sums=sums)}"
        "SELECT service, release, sum(n) AS requests, sum(failed) AS errors, sum(spent_ms) AS duration_ms, "
        f"sum(in_queries_ms) AS query_ms, sum(issued) AS query_count, {percentiles.SELECTED} "
        "FROM ranked GROUP BY service, release"
    )
    return source.query(sql, bindings)


def _figures(result: Result, seconds: float) -> dict[Release, Figures]:
    return {
        (service, release): Figures.of_row(values, seconds=seconds)
        for service, release, *values in result.rows
    }


def _courses_query(
    store: Store, range: TimeRange, filters: Filters, versions: Sequence[str], *, step_s: int
) -> Query:
    dialect = store.dialect
    bindings = Bindings(dialect)
    source = sources.traffic(
        bindings,
        [(CURRENT, range)],
        grain=sources.choose_grain(range, filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO),
        filters=filters,
        columns=("time", "release", "status_class", "bucket"),
    )
    wanted = ", ".join(bindings.bind("version", version) for version in versions)
    ranked = percentiles.ranked(
        f"(SELECT * FROM {source.relation} WHERE release IN ({wanted})) AS wanted",
        keys={"release": "release", "step_start": dialect.step("time", step_s)},
        sums={"failed": dialect.sum_if("requests", "status_class >= 5")},
    )
    sql = (
        f"{ranked}SELECT release, step_start, sum(n) AS requests, sum(failed) AS errors, {percentiles.SELECTED} "
        "FROM ranked GROUP BY release, step_start"
    )
    return source.query(sql, bindings)


def _served_query(store: Store, range: TimeRange, filters: Filters, *, step_s: int) -> Query:
    bindings = Bindings(store.dialect)
    source = sources.traffic(
        bindings,
        [(CURRENT, range)],
        grain=sources.choose_grain(range, filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO),
        filters=filters,
        columns=("time",),
    )
    step = store.dialect.step("time", step_s)
    sql = f"SELECT {step} AS step_start, sum(requests) AS served FROM {source.relation} GROUP BY step_start"
    return source.query(sql, bindings)
