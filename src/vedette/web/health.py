"""What the frame says of Vedette itself: how far behind the store is, and what had to be dropped."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase

from vedette.pipeline.drops import METRIC
from vedette.store.bindings import Bindings
from vedette.store.query import Query, QueryError, Store, TimeRange
from vedette.web import access, figures, page, rendering
from vedette.web.parts import Parts

STALE_S = 30.0
"""From this much on the background work is taken to stand still."""
DROPS_OVER = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Loss:
    """Records of one signal that were dropped for one reason."""

    signal: str
    reason: str
    records: int


@access.page
def health(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the banner and the footer's figures."""
    shown = page.of(request, name="health")
    behind_s = _behind(parts)
    try:
        losses: list[Loss] | None = list_losses(parts.store(), now=shown.now)
    except QueryError:
        losses = None
    values = {
        "page": shown,
        "is_stale": behind_s is not None and behind_s > STALE_S,
        "behind": None if behind_s is None else figures.span(behind_s),
        "losses": losses,
        "dropped": None if losses is None else sum(loss.records for loss in losses),
    }
    return rendering.render("cards/health.html", values)


def _behind(parts: Parts) -> float | None:
    try:
        return parts.behind_s()
    except (OSError, QueryError):
        return None


def list_losses(store: Store, *, now: dt.datetime) -> list[Loss]:
    """Return what was dropped in the last 24 hours, most first.

    Raises:
        QueryError: If the store cannot answer.
    """
    range = TimeRange(now - DROPS_OVER, now)
    bindings = Bindings(store.dialect)
    signal, reason = (store.dialect.map_get("attributes", bindings.bind(key, key)) for key in ("signal", "reason"))
    sql = (
        f"SELECT {signal} AS what, {reason} AS why, sum(sum) AS records FROM metrics "
        f"WHERE {bindings.within(range)} AND name = {bindings.bind('name', METRIC)} "
        "GROUP BY what, why ORDER BY records DESC, what, why"
    )
    (result,) = store.run(Query(sql, ("metrics",), bindings.values, range))
    return [Loss(what, why, round(records)) for what, why, records in result.rows]
