"""Requests by the values of a field, with the figures of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vedette.requests import sources
from vedette.requests.figures import Figures
from vedette.requests.filters import NO_FILTERS, Filters
from vedette.requests.sources import CURRENT
from vedette.requests.values import TRAFFIC_FIELDS, expression_of, rows_of
from vedette.store import percentiles
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

Order = Literal["requests", "time", "errors"]
_ORDERS = {"requests": "requests", "time": "duration_ms", "errors": "errors"}
_ROW_COLUMNS = "status, duration_ms, query_ms, query_count, 1 AS requests"


@dataclass(frozen=True, slots=True)
class Group:
    """The requests that have one value of the field."""

    value: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Top:
    """The first groups in the order asked for."""

    field: str
    groups: tuple[Group, ...]
    queries: tuple[Query, ...]


def get_top(
    store: Store,
    *,
    field: str,
    range: TimeRange,
    filters: Filters = NO_FILTERS,
    order: Order = "requests",
    limit: int = 20,
) -> Top:
    """Return the values of *field* with the most requests, time or errors; an attribute is ``attributes.<key>``.

    Raises:
        UnknownFieldError: If requests have no such field.
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    expression = expression_of(field, bindings)
    if field in TRAFFIC_FIELDS:
        columns = (field, "status_class", "bucket", "duration_ms", "query_ms", "query_count")
        grain = sources.choose_grain(range, filters)
        source = sources.traffic(bindings, [(CURRENT, range)], grain=grain, filters=filters, columns=columns)
    else:
        bucket = store.dialect.log_bucket("duration_ms")
        columns_of_row = f"{expression} AS field_value, {bucket} AS bucket, floor(status / 100) AS status_class, {_ROW_COLUMNS}"
        source = rows_of(bindings, range, filters, columns_of_row)
        expression = "field_value"
    sums = {
        "failed": store.dialect.sum_if("requests", "status_class >= 5"),
        "spent_ms": "sum(duration_ms)",
        "in_queries_ms": "sum(query_ms)",
        "issued": "sum(query_count)",
    }
    sql = (
        f"{percentiles.ranked(source.relation, keys={'found': expression}, sums=sums)}"
        "SELECT found, sum(n) AS requests, sum(failed) AS errors, sum(spent_ms) AS duration_ms, "
        f"sum(in_queries_ms) AS query_ms, sum(issued) AS query_count, {percentiles.SELECTED} FROM ranked "
        f"GROUP BY found ORDER BY {_ORDERS[order]} DESC, found LIMIT {limit}"
    )
    query = source.query(sql, bindings)
    (result,) = store.run(query)
    groups = (Group(row[0], Figures.of_row(row[1:], seconds=range.seconds)) for row in result.rows)
    return Top(field, tuple(groups), (query,))
