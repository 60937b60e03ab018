"""Log records over time, by level."""

from __future__ import annotations

from vedette.logs import levels
from vedette.logs.filters import NO_FILTERS, Filters, conditions
from vedette.store import histogram, steps
from vedette.store.bindings import Bindings
from vedette.store.grains import Source
from vedette.store.histogram import Bar, Histogram
from vedette.store.query import Store, TimeRange


def get_histogram(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, points: int = 60
) -> Histogram[str]:
    """Return the records of *range* by the name of their level, over at most about *points* steps.

    Raises:
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings)])
    found: Histogram[int] = histogram.count_by_step(
        store,
        Source(f"logs WHERE {where}", ("logs",), range),
        bindings,
        range=range,
        step_s=steps.choose_step_s(range, points=points),
        value=levels.least_of_level(),
    )
    bars = (
        Bar(bar.time, {levels.level_of(least): count for least, count in bar.counts.items()})
        for bar in found.bars
    )
    return Histogram(range, found.step_s, tuple(bars), found.queries)
