"""The releases of which spans tell, in the order in which they came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.traces import sources
from vedette.traces.filters import Filters
from vedette.traces.sources import Grain


@dataclass(frozen=True, slots=True)
class Arrival:
    """A release of a service, and when its first span began."""

    service: str
    release: str
    first_at: dt.datetime


def list_releases(
    store: Store, *, range: TimeRange, filters: Filters
) -> tuple[list[Arrival], tuple[Query, ...]]:
    """Return the releases of *range* as they came, the first one first, and what was asked for them.

    A release arrives for the whole service: of *filters* those count that say where.

    Raises:
        QueryError: If the store cannot answer.
    """
    origin = Filters(service=filters.service, environment=filters.environment, host=filters.host, scope="all")
    grain = sources.choose_grain(range, origin, hourly_up_to=sources.HOURLY_SERIES_UP_TO)
    step_s = sources.shortest_step_s(grain)
    query = _query(store, [range], origin, grain)
    found = [Arrival(*row) for row in store.run(query)[0].rows]
    doubtful = [] if grain == "raw" else _doubtful(found, step_s)
    if not doubtful:
        return sorted(found, key=_order), (query,)
    # The sums know the hour or the day; its spans know the moment.
    width = dt.timedelta(seconds=step_s)
    exact = _query(store, [TimeRange(start, start + width) for start in doubtful], origin, "raw")
    told = {(row[0], row[1]): row[2] for row in store.run(exact)[0].rows}
    found = [
        replace(each, first_at=told.get((each.service, each.release), each.first_at))
        if steps.floor(each.first_at, step_s) in doubtful
        else each
        for each in found
    ]
    return sorted(found, key=_order), (query, exact)


def _order(arrival: Arrival) -> tuple[dt.datetime, str]:
    return arrival.first_at, arrival.release


def _doubtful(found: Sequence[Arrival], step_s: int) -> list[dt.datetime]:
    """Return the steps in which so many of a service's last releases came that it is open which two were the last."""
    by_service: dict[str, list[dt.datetime]] = {}
    for each in sorted(found, key=_order):
        by_service.setdefault(each.service, []).append(steps.floor(each.first_at, step_s))
    open_steps = {
        later
        for times in by_service.values()
        for earlier, later in zip(times[-3:], times[-2:], strict=False)
        if earlier == later
    }
    return sorted(open_steps)


def _query(store: Store, ranges: Sequence[TimeRange], filters: Filters, grain: Grain) -> Query:
    bindings = Bindings(store.dialect)
    source = sources.spans(
        bindings,
        ranges,
        grain=grain,
        filters=filters,
        columns=("service", "release", "time"),
        also="release <> ''",
    )
    sql = f"SELECT service, release, min(time) AS first_at FROM {source.relation} GROUP BY service, release"
    return source.query(sql, bindings)
