"""What had to be dropped, by signal and reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

METRIC = "vedette.dropped"
"""The metric under which losses are stored (`vedette.pipeline.drops`)."""
OVER = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Loss:
    """Records of one signal that were dropped for one reason, and when last."""

    signal: str
    reason: str
    records: int
    last_at: dt.datetime


def list_losses(store: Store, *, now: dt.datetime, over: dt.timedelta = OVER) -> list[Loss]:
    """Return what was dropped in the time *over* before *now*, the most first.

    Raises:
        QueryError: If the store cannot answer.
    """
    range = TimeRange(now - over, now)
    bindings = Bindings(store.dialect)
    signal, reason = (store.dialect.map_get("attributes", f"'{key}'") for key in ("signal", "reason"))
    sql = (
        f"SELECT {signal} AS what, {reason} AS why, sum(sum) AS records, max(time) AS last_at FROM metrics "
        f"WHERE {bindings.within(range)} AND name = {bindings.bind('name', METRIC)} "
        "GROUP BY what, why ORDER BY records DESC, what, why"
    )
    (result,) = store.run(Query(sql, ("metrics",), bindings.values, range))
    return [Loss(what, why, round(records), last_at) for what, why, records, last_at in result.rows]
