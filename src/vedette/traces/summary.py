"""What is to be said of all spans of a range, beside those of the same time before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from vedette.store import percentiles
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.traces import sources
from vedette.traces.figures import Figures
from vedette.traces.filters import NO_FILTERS, Filters


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of `range`, which ends at the present, and of `previous`, as long and one whole range earlier."""

    range: TimeRange
    figures: Figures
    previous: Figures
    queries: tuple[Query, ...]


def get_summary(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, now: dt.datetime
) -> Summary:
    """Return the figures of the spans of sampled traces in *range*.

    Raises:
        QueryError: If the store cannot answer.
    """
    shown = TimeRange(range.start, now) if range.start < now < range.end else range
    filters = replace(filters, only_sampled=True)
    queries = tuple(_query(store, each, filters) for each in (shown, shown.shifted(range.start - range.end)))
    current, previous = (Figures.of_row(result.rows[0]) for result in store.run(*queries))
    return Summary(shown, current, previous, queries)


def _query(store: Store, range: TimeRange, filters: Filters) -> Query:
    bindings = Bindings(store.dialect)
    source = sources.spans(
        bindings,
        [range],
        grain=sources.choose_grain(range, filters),
        filters=filters,
        columns=("status", "bucket", "duration_ms"),
    )
    counted = f"(SELECT *, spans AS requests FROM {source.relation}) AS counted"
    sums = {"failures": store.dialect.sum_if("spans", "status = 'error'"), "spent_ms": "sum(duration_ms)"}
    sql = (
        f"{percentiles.ranked(counted, keys={'whole': '1'}, sums=sums)}SELECT coalesce(sum(n), 0) AS spans, "
        "coalesce(sum(failures), 0) AS failed, coalesce(sum(spent_ms), 0) AS duration_ms, "
        f"{percentiles.SELECTED} FROM ranked"
    )
    return source.query(sql, bindings)
