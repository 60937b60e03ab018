"""The values that a field of error events holds."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

FIELDS = ("service", "environment", "release", "user_id", "type")


@dataclass(frozen=True, slots=True)
class Value:
    """A value and the number of events that have it."""

    value: str
    events: int


def list_values(
    store: Store, *, field: str, range: TimeRange, prefix: str = "", limit: int = 20
) -> tuple[Value, ...]:
    """Return the most frequent values of *field*, one of `FIELDS`, that begin with *prefix*.

    Raises:
        QueryError: If the store cannot answer.
    """
    assert field in FIELDS, field
    bindings = Bindings(store.dialect)
    where = f"{bindings.within(range)} AND {field} <> ''"
    if prefix:
        bound = bindings.bind("prefix", prefix.lower())
        where += f" AND left(lower({field}), length({bound})) = {bound}"
    sql = (
        f"SELECT {field}, count(*) AS n FROM errors WHERE {where} "
        f"GROUP BY {field} ORDER BY n DESC, {field} LIMIT {limit}"
    )
    (result,) = store.run(Query(sql, ("errors",), bindings.values, range))
    return tuple(Value(value, int(events)) for value, events in result.rows)
