"""The values that a field or a tag of error events holds."""

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
    return _most_frequent(store, field, Bindings(store.dialect), range, prefix, limit)


def list_tag_names(store: Store, *, range: TimeRange, prefix: str = "", limit: int = 20) -> tuple[Value, ...]:
    """Return the names of the most frequent tags that begin with *prefix*.

    Raises:
        QueryError: If the store cannot answer.
    """
    names = store.dialect.each_key("attributes")
    return _most_frequent(store, names, Bindings(store.dialect), range, prefix, limit)


def list_tag_values(
    store: Store, *, tag: str, range: TimeRange, prefix: str = "", limit: int = 20
) -> tuple[Value, ...]:
    """Return the most frequent values of *tag* that begin with *prefix*.

    Raises:
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    value = store.dialect.map_get("attributes", bindings.bind("tag", tag))
    return _most_frequent(store, value, bindings, range, prefix, limit)


def _most_frequent(
    store: Store, expression: str, bindings: Bindings, range: TimeRange, prefix: str, limit: int
) -> tuple[Value, ...]:
    conditions = ["value <> ''"]
    if prefix:
        bound = bindings.bind("prefix", prefix.lower())
        conditions.append(f"left(lower(value), length({bound})) = {bound}")
    sql = (
        f"WITH found AS (SELECT {expression} AS value FROM errors WHERE {bindings.within(range)}) "
        f"SELECT value, count(*) AS n FROM found WHERE {' AND '.join(conditions)} "
        f"GROUP BY value ORDER BY n DESC, value LIMIT {limit}"
    )
    (result,) = store.run(Query(sql, ("errors",), bindings.values, range))
    return tuple(Value(value, int(events)) for value, events in result.rows)
