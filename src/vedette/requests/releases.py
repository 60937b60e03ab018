"""When releases came."""

from __future__ import annotations

import datetime as dt

from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

LOOKBACK = dt.timedelta(days=30)


def find_last_deploy(store: Store, *, now: dt.datetime) -> dt.datetime | None:
    """Return when the release that came last was first seen; None where the last 30 days name no release.

    Raises:
        QueryError: If the store cannot answer.
    """
    range = TimeRange(now - LOOKBACK, now)
    bindings = Bindings(store.dialect)
    sql = (
        "SELECT max(first_at) AS came_at FROM (SELECT service, release, min(time) AS first_at FROM requests "
        f"WHERE {bindings.within(range)} AND release <> '' GROUP BY service, release) AS seen"
    )
    (result,) = store.run(Query(sql, ("requests",), bindings.values, range))
    found: dt.datetime | None = result.rows[0][0] if result.rows else None
    return found
