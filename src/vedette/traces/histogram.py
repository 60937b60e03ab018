"""Spans over time, by their status."""

from __future__ import annotations

from vedette.store import histogram, steps
from vedette.store.bindings import Bindings
from vedette.store.histogram import Histogram
from vedette.store.query import Store, TimeRange
from vedette.traces import sources
from vedette.traces.filters import NO_FILTERS, Filters

FAILED = "error"
"""The status of a span that failed."""


def get_histogram(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, points: int = 60
) -> Histogram[str]:
    """Return the spans of *range* by status, over at most about *points* steps.

    Raises:
        QueryError: If the store cannot answer.
    """
    grain = sources.choose_grain(range, filters, hourly_up_to=sources.HOURLY_SERIES_UP_TO)
    step_s = steps.choose_step_s(range, points=points, at_least_s=sources.shortest_step_s(grain))
    bindings = Bindings(store.dialect)
    source = sources.spans(bindings, [range], grain=grain, filters=filters, columns=("time", "status"))
    return histogram.count_by_step(
        store, source, bindings, range=range, step_s=step_s, value="status", rows="sum(spans)"
    )
