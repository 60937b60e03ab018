"""When releases came."""

from __future__ import annotations

import datetime as dt

from vedette.requests import sources
from vedette.requests.filters import NO_FILTERS
from vedette.requests.sources import CURRENT, Grain
from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.store.rollups import HOUR_S

LOOKBACK = dt.timedelta(days=30)


def find_last_deploy(store: Store, *, now: dt.datetime) -> dt.datetime | None:
    """Return when the release that came last was first seen; None where the last 30 days name no release.

    Raises:
        QueryError: If the store cannot answer.
    """
    hourly = _first_seen_query(store, TimeRange(now - LOOKBACK, now), "hourly")
    (result,) = store.run(hourly)
    if not result.rows:
        return None
    # The sums of hours know the hour; the requests of that hour know the moment.
    last = max(first_at for _, _, first_at in result.rows)
    hour = steps.floor(last, HOUR_S)
    arrived = {(service, release) for service, release, first_at in result.rows if first_at >= hour}
    exact = _first_seen_query(store, TimeRange(hour, min(hour + dt.timedelta(seconds=HOUR_S), now)), "raw")
    (result,) = store.run(exact)
    found: dt.datetime = max((row[2] for row in result.rows if (row[0], row[1]) in arrived), default=last)
    return found


def _first_seen_query(store: Store, range: TimeRange, grain: Grain) -> Query:
    bindings = Bindings(store.dialect)
    columns = ("service", "release", "time")
    source = sources.traffic(bindings, [(CURRENT, range)], grain=grain, filters=NO_FILTERS, columns=columns)
    sql = (
        f"SELECT service, release, min(time) AS first_at FROM {source.relation} "
        "WHERE release <> '' GROUP BY service, release"
    )
    return source.query(sql, bindings)
