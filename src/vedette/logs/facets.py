"""Counts by level, logger, attribute and any other field of log records."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from vedette.logs import levels
from vedette.logs.filters import NO_FILTERS, Filters, conditions
from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Result, Store, TimeRange

MOST_LOGGERS = 30
MOST_ATTRIBUTES = 20
MOST_VALUES = 8
ATTRIBUTES_OVER = 20_000
"""Attributes are counted over at least so many of the newest matching records: there may be many in each."""
_STEPS = 100
TEXT_FIELDS = (
    "logger", "template", "message", "module", "service", "environment", "release", "host", "user_id", "request_id", "trace_id",
)  # fmt: skip
LEVEL = "level"
TYPE = "type"
"""The field that is the type of the exception a record was logged with."""
ATTRIBUTE = "attributes."


@dataclass(frozen=True, slots=True)
class Value:
    """A value and the number of records that have it."""

    value: str
    logs: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute's name, how many records have it, and its most frequent values."""

    key: str
    logs: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """What the matching records are of; attributes are counted over the newest `attributes_over` of `logs` alone."""

    logs: int
    levels: tuple[Value, ...]
    loggers: tuple[Value, ...]
    attributes: tuple[Attribute, ...]
    attributes_over: int
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """The most frequent values of a field among `logs` matching records."""

    field: str
    logs: int
    values: tuple[Value, ...]
    queries: tuple[Query, ...]


def list_facets(store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS) -> Facets:
    """Return the facets of the matching records.

    Raises:
        QueryError: If the store cannot answer.
    """
    overall = _overall_query(store, range, filters)
    (counts,) = store.run(overall)
    newest, attributes_over = _newest(counts, range)
    by_attribute = _attributes_query(store, newest, filters)
    (attributes,) = store.run(by_attribute)
    by_level: Counter[str] = Counter()
    by_logger: Counter[str] = Counter()
    for least, logger, _, count in counts.rows:
        by_level[levels.level_of(least)] += count
        by_logger[logger] += count
    order = [*reversed(levels.LEVELS), levels.UNKNOWN]
    return Facets(
        logs=by_level.total(),
        levels=tuple(Value(level, by_level[level]) for level in order if by_level[level]),
        loggers=tuple(Value(*pair) for pair in _ranked(by_logger)[:MOST_LOGGERS]),
        attributes=_attributes(attributes),
        attributes_over=attributes_over,
        queries=(overall, by_attribute),
    )


def count_by(
    store: Store,
    *,
    field: str,
    range: TimeRange,
    filters: Filters = NO_FILTERS,
    prefix: str = "",
    limit: int = 20,
) -> Counts:
    """Return the most frequent values of *field*.

    *field* is ``level``, ``type`` (of the exception), one of `TEXT_FIELDS`, else the name of an attribute, with or
    without ``attributes.`` before it.  Records without a value are not counted among the values.

    Raises:
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    expression, name = _field(field, bindings)
    most = 100_000 if field == TYPE else limit
    query = _grouped(
        store,
        range,
        filters,
        expression,
        limit=most,
        bindings=bindings,
        is_number=field == LEVEL,
        prefix="" if name else prefix,
    )
    total = _total(store, range, filters)
    result, all_of_them = store.run(query, total)
    counts: Counter[str] = Counter()
    for value, count in result.rows:
        counts[name(value) if name else value] += count
    found = [pair for pair in _ranked(counts) if pair[0].lower().startswith(prefix.lower())]
    values = tuple(Value(*pair) for pair in found[:limit])
    return Counts(field, all_of_them.rows[0][0], values, (query, total))


def exception_type(exception: str) -> str:
    """Return the type that a formatted traceback ends with, ``""`` where there is none."""
    last = exception.rpartition("Traceback (most recent call last):")[2]
    for line in last.splitlines():
        match = _TYPE.match(line)
        if match:
            return match[1]
    return ""


_TYPE = re.compile(r"([A-Za-z_][\w.]*)(?::|$)")


def _field(field: str, bindings: Bindings) -> tuple[str, Callable[[object], str] | None]:
    if field == LEVEL:
        return levels.least_of_level(), lambda least: levels.level_of(int(str(least)))
    if field == TYPE:
        return "exception", lambda text: exception_type(str(text))
    if field in TEXT_FIELDS:
        return field, None
    return bindings.dialect.map_get(
        "attributes", bindings.bind("attribute", field.removeprefix(ATTRIBUTE))
    ), None


def _grouped(
    store: Store,
    range: TimeRange,
    filters: Filters,
    expression: str,
    *,
    limit: int,
    bindings: Bindings | None = None,
    is_number: bool = False,
    prefix: str = "",
) -> Query:
    bindings = bindings or Bindings(store.dialect)
    where = [bindings.within(range), *conditions(filters, bindings)]
    if not is_number:
        where.append(f"{expression} <> ''")
    if prefix:
        bound = bindings.bind("prefix", prefix.lower())
        where.append(f"left(lower({expression}), length({bound})) = {bound}")
    sql = (
        f"SELECT {expression} AS found, count(*) AS n FROM logs WHERE {' AND '.join(where)} "
        f"GROUP BY found ORDER BY n DESC, found LIMIT {limit}"
    )
    return Query(sql, ("logs",), bindings.values, range)


def _total(store: Store, range: TimeRange, filters: Filters) -> Query:
    bindings = Bindings(store.dialect)
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings)])
    return Query(f"SELECT count(*) AS n FROM logs WHERE {where}", ("logs",), bindings.values, range)


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(
        ((value, count) for value, count in counts.items() if value), key=lambda pair: (-pair[1], pair[0])
    )


def _overall_query(store: Store, range: TimeRange, filters: Filters) -> Query:
    bindings = Bindings(store.dialect)
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings)])
    step_s = steps.choose_step_s(range, points=_STEPS)
    sql = (
        f"SELECT {levels.least_of_level()} AS least, logger, {store.dialect.step('time', step_s)} AS step_start, "
        f"count(*) AS n FROM logs WHERE {where} GROUP BY least, logger, step_start"
    )
    return Query(sql, ("logs",), bindings.values, range)


def _newest(counts: Result, range: TimeRange) -> tuple[TimeRange, int]:
    """Return the shortest end of *range*, in whole steps, that holds `ATTRIBUTES_OVER` records, and how many it holds."""
    by_step: Counter[dt.datetime] = Counter()
    for _, _, at, count in counts.rows:
        by_step[at] += count
    held = 0
    for at in sorted(by_step, reverse=True):
        held += by_step[at]
        if held >= ATTRIBUTES_OVER:
            return TimeRange(max(at, range.start), range.end), held
    return range, held


def _attributes_query(store: Store, range: TimeRange, filters: Filters) -> Query:
    """Count (key, value) pairs, and rank the values of each key, and the keys.

    1. Make one row per key of each record.
    2. Count each pair, and sum the counts over each key.
    3. Keep the most frequent values of the most frequent keys.
    """
    bindings = Bindings(store.dialect)
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings)])
    value = store.dialect.map_get("attributes", "attribute_key")
    sql = (
        f"WITH keyed AS (SELECT {store.dialect.each_key('attributes')} AS attribute_key, attributes FROM logs WHERE {where}), "
        f"pairs AS (SELECT attribute_key, {value} AS attribute_value, count(*) AS n FROM keyed "
        "GROUP BY attribute_key, attribute_value), "
        "places AS (SELECT attribute_key, attribute_value, n, sum(n) OVER (PARTITION BY attribute_key) AS of_key, "
        "row_number() OVER (PARTITION BY attribute_key ORDER BY n DESC, attribute_value) AS place FROM pairs), "
        "ranked AS (SELECT *, dense_rank() OVER (ORDER BY of_key DESC, attribute_key) AS key_place FROM places) "
        "SELECT attribute_key, of_key, attribute_value, n FROM ranked "
        f"WHERE place <= {MOST_VALUES} AND key_place <= {MOST_ATTRIBUTES} ORDER BY key_place, place"
    )
    return Query(sql, ("logs",), bindings.values, range)


def _attributes(result: Result) -> tuple[Attribute, ...]:
    values: dict[tuple[str, int], list[Value]] = {}
    for key, of_key, value, count in result.rows:
        values.setdefault((key, int(of_key)), []).append(Value(value, count))
    return tuple(Attribute(key, of_key, tuple(found)) for (key, of_key), found in values.items())
