"""The values that a field holds, and what sets some requests apart from the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vedette.requests import sources
from vedette.requests.filters import NO_FILTERS, Filters, conditions
from vedette.requests.sources import CURRENT, Source
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

TRAFFIC_FIELDS = ("service", "environment", "release", "route", "method")
"""Fields that the hourly and daily sums have."""
ROW_FIELDS = ("host", "status", "user_id", "path", "ip", "error_fingerprint")
FIELDS = (*TRAFFIC_FIELDS, *ROW_FIELDS)
ATTRIBUTE = "attributes."
"""What the name of an attribute begins with where a field is named."""
_COMPARED = ("release", "route", "method", "status", "host", "user_id", "environment", "service")


class UnknownFieldError(ValueError):
    """There is no such field."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value and the number of requests that have it."""

    value: str
    requests: int


@dataclass(frozen=True, slots=True)
class Values:
    """The most frequent values of a field."""

    field: str
    values: tuple[Value, ...]
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is more or less frequent among the selected requests than among the others; shares are 0 to 1."""

    field: str
    value: str
    selected: int
    selected_share: float
    others: int
    others_share: float

    @property
    def distance(self) -> float:
        """By how much the shares differ; positive where the value is over-represented."""
        return self.selected_share - self.others_share


@dataclass(frozen=True, slots=True)
class Differences:
    """What sets `selected` requests apart from `others`, the greatest distance first."""

    selected: int
    others: int
    differences: tuple[Difference, ...]
    queries: tuple[Query, ...]


def list_values(
    store: Store,
    *,
    field: str,
    range: TimeRange,
    prefix: str = "",
    filters: Filters = NO_FILTERS,
    limit: int = 20,
) -> Values:
    """Return the most frequent values of *field* that begin with *prefix*; an attribute is ``attributes.<key>``.

    Raises:
        UnknownFieldError: If requests have no such field.
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    expression = expression_of(field, bindings)
    grain = sources.choose_grain(range, filters)
    if field in TRAFFIC_FIELDS:
        source = sources.traffic(bindings, [(CURRENT, range)], grain=grain, filters=filters, columns=(field,))
    elif field == "user_id":
        source = sources.users(bindings, [(CURRENT, range)], grain=grain, filters=filters)
    else:
        source = rows_of(bindings, range, filters, f"{expression} AS field_value, 1 AS requests")
        expression = "field_value"
    beginning = ""
    if prefix:
        bound = bindings.bind("prefix", prefix.lower())
        beginning = f" AND left(lower({expression}), length({bound})) = {bound}"
    sql = (
        f"SELECT {expression} AS found, sum(requests) AS n FROM {source.relation} "
        f"WHERE {expression} <> ''{beginning} GROUP BY found ORDER BY n DESC, found LIMIT {limit}"
    )
    query = source.query(sql, bindings)
    (result,) = store.run(query)
    return Values(field, tuple(Value(value, int(requests)) for value, requests in result.rows), (query,))


def get_differences(
    store: Store,
    *,
    range: TimeRange,
    selected: Filters,
    among: Filters = NO_FILTERS,
    selected_range: TimeRange | None = None,
    limit: int = 20,
) -> Differences:
    """Return in which values the requests *selected* (in *selected_range*) differ from the others in *range*.

    *among* are the conditions that both meet.

    Raises:
        QueryError: If the store cannot answer.
    """
    fields = [field for field in _COMPARED if getattr(among, field) == ""]
    queries = [
        _difference_query(store, field, range, selected, among, selected_range or range) for field in fields
    ]
    queries.append(_difference_query(store, ATTRIBUTE, range, selected, among, selected_range or range))
    queries.append(_difference_query(store, "", range, selected, among, selected_range or range))
    *results, totals = store.run(*queries)
    (_, chosen, others), *_ = totals.rows or [("", 0, 0)]
    chosen, others = int(chosen or 0), int(others or 0)
    found = [
        Difference(
            field=f"{ATTRIBUTE}{row[0]}" if field == ATTRIBUTE else field,
            value=row[-3],
            selected=int(row[-2]),
            selected_share=int(row[-2]) / chosen if chosen else 0.0,
            others=int(row[-1]),
            others_share=int(row[-1]) / others if others else 0.0,
        )
        for field, result in zip((*fields, ATTRIBUTE), results, strict=True)
        for row in result.rows
    ]
    found = sorted(found, key=lambda each: (-abs(each.distance), each.field, each.value))[:limit]
    return Differences(chosen, others, tuple(found) if chosen and others else (), tuple(queries))


def _difference_query(
    store: Store, field: str, range: TimeRange, selected: Filters, among: Filters, selected_range: TimeRange
) -> Query:
    bindings = Bindings(store.dialect)
    chosen = " AND ".join([bindings.within(selected_range), *conditions(selected, bindings)])
    columns = f"CASE WHEN {chosen} THEN 1 ELSE 0 END AS is_selected, "
    keys = "found"
    if field == ATTRIBUTE:
        inner = rows_of(
            bindings,
            range,
            among,
            f"{columns}{store.dialect.each_key('attributes')} AS attribute_key, attributes",
        )
        columns = (
            f"is_selected, attribute_key, {store.dialect.map_get('attributes', 'attribute_key')} AS found"
        )
        source = replace(inner, relation=f"(SELECT {columns} FROM {inner.relation}) AS pairs")
        keys = "attribute_key, found"
    else:
        expression = expression_of(field, bindings) if field else "''"
        source = rows_of(bindings, range, among, f"{columns}{expression} AS found")
    chosen_count, other_count = (store.dialect.count_if(f"is_selected = {flag}") for flag in (1, 0))
    sql = (
        f"SELECT {keys}, {chosen_count} AS chosen, {other_count} AS others FROM {source.relation} "
        f"GROUP BY {keys} ORDER BY chosen + others DESC LIMIT 1000"
    )
    return source.query(sql, bindings)


def expression_of(field: str, bindings: Bindings) -> str:
    """Return the SQL expression of *field* as text.

    Raises:
        UnknownFieldError: If requests have no such field.
    """
    if field.startswith(ATTRIBUTE) and field != ATTRIBUTE:
        return bindings.dialect.map_get(
            "attributes", bindings.bind("attribute", field.removeprefix(ATTRIBUTE))
        )
    if field == "status":
        return "CAST(status AS VARCHAR)"
    if field not in FIELDS:
        raise UnknownFieldError(
            f"requests have no field {field[:60]!r}; there are {', '.join(FIELDS)} and attributes.<key>"
        )
    return field


def rows_of(bindings: Bindings, range: TimeRange, filters: Filters, columns: str) -> Source:
    """Return the relation of *columns* of the single requests."""
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings)])
    return Source(f"(SELECT {columns} FROM requests WHERE {where}) AS source", ("requests",), range)
