"""From the cells of a heat map to the chart that draws them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from vedette.store.heat import ROW_RATIO, Cell
from vedette.web.charts import Chart, Heat


def heat_chart(
    cells: Sequence[Cell], *, places: Sequence[dt.datetime], step_s: int, noun: str, title: str, door: str
) -> Chart:
    """Return the chart of *cells*, of which there is one at least, over the steps that begin at *places*.

    *noun* says what is counted.
    """
    columns = {at: place for place, at in enumerate(places)}
    lows = sorted({cell.low_ms for cell in cells})
    bounds = _without_gaps(lows, max(cell.high_ms for cell in cells))
    rows = {_key(bound): place for place, bound in enumerate(bounds)}
    found = [(columns[cell.time], rows[_key(cell.low_ms)], cell.count) for cell in cells]
    return Chart(
        kind="heat",
        unit="ms",
        start=places[0],
        step_s=step_s,
        length=len(places),
        title=title,
        door=door,
        heat=Heat(bounds, found, noun),
    )


def _key(bound: float) -> float:
    return round(math.log(bound), 6) if bound else -math.inf


def _without_gaps(lows: Sequence[float], highest: float) -> list[float]:
    """Return the rows' bounds from the lowest to *highest*; rows in which nothing lies are rows all the same."""
    bounds = [low for low in lows if low == 0.0]
    positive = [low for low in lows if low > 0]
    at = positive[0] if positive else highest
    known = {_key(low): low for low in positive}
    while at < highest * 0.999:
        bounds.append(known.get(_key(at), at))
        at *= ROW_RATIO
    return [*bounds, highest]
