"""What the fields of spans hold, as suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.traces import sources
from vedette.traces.filters import Filters

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
        field: [Value(value, int(spans)) for value, spans in result.rows]
        for field, result in zip(FIELDS, results, strict=True)
    }


def _query(store: Store, field: Field, range: TimeRange, filters: Filters, limit: int) -> Query:
    bindings = Bindings(store.dialect)
    grain = sources.choose_grain(range, filters)
    source = sources.spans(
        bindings, [range], grain=grain, filters=filters, columns=(field,), also=f"{field} <> ''"
    )
    sql = (
        f"SELECT {field}, sum(spans) AS n FROM {source.relation} GROUP BY {field} "
        f"ORDER BY n DESC, {field} LIMIT {limit}"
    )
    return source.query(sql, bindings)
