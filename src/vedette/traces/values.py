"""What the fields of spans hold, as suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.traces.filters import Filters, conditions

Field = Literal["op", "service", "release", "environment"]
FIELDS: tuple[Field, ...] = ("op", "service", "release", "environment")


@dataclass(frozen=True, slots=True)
class Value:
    """A value and how many spans have it."""

    value: str
    spans: int


def list_values(
    store: Store, *, range: TimeRange, filters: Filters, limit: int = 50
) -> Mapping[Field, list[Value]]:
    """Return the most frequent values of each of `FIELDS` among the spans of *range*.

    Raises:
        QueryError: If the store cannot answer.
    """
    results = store.run(*(_query(store, field, range, filters, limit) for field in FIELDS))
    return {
        field: [Value(*row) for row in result.rows] for field, result in zip(FIELDS, results, strict=True)
    }


def _query(store: Store, field: Field, range: TimeRange, filters: Filters, limit: int) -> Query:
    bindings = Bindings(store.dialect)
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings), f"{field} <> ''"])
    sql = f"SELECT {field}, count(*) AS n FROM spans WHERE {where} GROUP BY {field} ORDER BY n DESC, {field} LIMIT {limit}"
    return Query(sql, ("spans",), bindings.values, range)
