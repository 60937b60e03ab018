"""What the events of an issue are of: how their tags and other properties are distributed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vedette.issues.filters import IssueFilters, of_events
from vedette.issues.issue import Issue
from vedette.issues.owners import owned, owners_of
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

MOST_TAGS = 40
MOST_VALUES = 10
COLUMNS: Mapping[str, str] = {
    "environment": "environment",
    "release": "release",
    "host": "host",
    "user": "user_id",
    "level": "level",
}
"""What every event has, beside its tags, and the column that it is in."""
_LEFT_OUT = ("sentry.sample_rate", "platform", *COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag, and how many events have which value.

    `values` are the most frequent ones; `others` is the number of events that have another, `missing` of those that have none.
    """

    name: str
    values: tuple[tuple[str, int], ...]
    others: int
    missing: int


def list_tags(
    store: Store, issue: Issue, *, range: TimeRange, filters: IssueFilters | None = None
) -> list[Tag]:
    """Return the tags of the events of *issue* within *range*: those of every event, then the most frequent ones.

    Raises:
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    (result,) = store.run(_query(store, issue, filters or IssueFilters(), range))
    found: dict[str, list[tuple[str, int]]] = {}
    counts: dict[str, tuple[int, int]] = {}
    for name, value, count, of_name, events in result.rows:
        found.setdefault(name, []).append((value, count))
        counts[name] = (int(of_name), int(events))
    tags = [_tag(name, values, *counts[name]) for name, values in found.items()]
    places = {name: place for place, name in enumerate(COLUMNS)}
    return sorted(tags, key=lambda tag: (places.get(tag.name, len(places)), tag.missing, tag.name))


def _tag(name: str, values: list[tuple[str, int]], of_name: int, events: int) -> Tag:
    shown = sum(count for _, count in values)
    return Tag(name=name, values=tuple(values), others=of_name - shown, missing=events - of_name)


def _query(store: Store, issue: Issue, filters: IssueFilters, range: TimeRange) -> Query:
    """Count (name, value) pairs, and rank the values of each name, and the names.

    1. Take the issue's events; make one row per column, and one per attribute.
    2. Count each pair, and sum the counts over each name.
    3. Keep the most frequent values of the most frequent names; each event's columns first.
    """
    bindings = Bindings(store.dialect)
    where = " AND ".join((bindings.within(range), *of_events(filters, bindings)))
    left_out = ", ".join(bindings.bind("left_out", name) for name in _LEFT_OUT)
    columns = " UNION ALL ".join(
        f"SELECT {bindings.bind('name', name)} AS name, {column} AS value FROM own"
        for name, column in COLUMNS.items()
    )
    value = store.dialect.map_get("attributes", "name")
    sql = (
        f"WITH own AS (SELECT errors.* FROM {owned(owners_of([issue.id]), bindings)} WHERE {where}), "
        f"keyed AS (SELECT {store.dialect.each_key('attributes')} AS name, attributes FROM own), "
        f"pairs AS (SELECT 0 AS kind, name, value FROM ({columns}) AS of_columns WHERE value <> '' UNION ALL "
        f"SELECT 1 AS kind, name, {value} AS value FROM keyed WHERE name NOT IN ({left_out})), "
        "counted AS (SELECT kind, name, value, count(*) AS n FROM pairs GROUP BY kind, name, value), "
        "places AS (SELECT kind, name, value, n, sum(n) OVER (PARTITION BY name) AS of_name, "
        "row_number() OVER (PARTITION BY name ORDER BY n DESC, value) AS place FROM counted), "
        "ranked AS (SELECT *, dense_rank() OVER (ORDER BY kind, of_name DESC, name) AS name_place FROM places) "
        "SELECT name, value, n, of_name, (SELECT count(*) FROM own) AS events FROM ranked "
        f"WHERE place <= {MOST_VALUES} AND name_place <= {MOST_TAGS} ORDER BY name_place, place"
    )
    return Query(sql, ("errors",), bindings.values, range)
