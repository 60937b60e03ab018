"""Log records that say the same with other values in it: grouped by template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.logs import levels
from vedette.logs.filters import NO_FILTERS, Filters, conditions
from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

SPARKLINE_POINTS = 30


@dataclass(frozen=True, slots=True)
class Pattern:
    """Records of one logger and level whose templates differ in numbers at most, which stand as ``#`` in `text`.

    `template` is the one template where they do not differ, else ``""``; `words` are a part that is the same in all.
    `previous` is their number in the period of the same length before.
    """

    text: str
    template: str
    words: str
    logger: str
    level: str
    logs: int
    previous: int
    first_at: dt.datetime
    last_at: dt.datetime
    example: str
    sparkline: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The most frequent patterns; `step_s` is that of the sparklines."""

    patterns: tuple[Pattern, ...]
    step_s: int
    queries: tuple[Query, ...]


def list_patterns(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, limit: int = 50
) -> Patterns:
    """Return the most frequent patterns of *range*.

    Raises:
        QueryError: If the store cannot answer.
    """
    step_s = steps.choose_step_s(range, points=SPARKLINE_POINTS)
    query = _query(store, range, filters, step_s, limit)
    (result,) = store.run(query)
    by_key: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in result.rows:
        by_key.setdefault(row[:3], []).append(row[3:])
    places = steps.starts(range, step_s)
    found = [_pattern(key, rows, range, places) for key, rows in by_key.items()]
    return Patterns(
        tuple(sorted(found, key=lambda each: (-each.logs, each.text, each.logger))), step_s, (query,)
    )


def _query(store: Store, range: TimeRange, filters: Filters, step_s: int, limit: int) -> Query:
    """Group twice: numbers are taken out of each template once, not out of each record."""
    bindings = Bindings(store.dialect)
    both = range.covering(range.previous())
    where = " AND ".join([bindings.within(both), *conditions(filters, bindings)])
    present = f"CASE WHEN time >= {bindings.bind('present', range.start)} THEN 1 ELSE 0 END"
    said = "CASE WHEN template <> '' THEN template ELSE message END"
    current = store.dialect.sum_if("n", "period = 1")
    keys = "pattern, logger, least"
    sql = (
        f"WITH counted AS (SELECT {said} AS said, logger, {levels.least_of_level()} AS least, {present} AS period, "
        f"{store.dialect.step('time', step_s)} AS step_start, count(*) AS n, min(time) AS first_at, max(time) AS last_at, "
        f"max(message) AS example FROM logs WHERE {where} GROUP BY said, logger, least, period, step_start), "
        f"merged AS (SELECT {store.dialect.without_numbers('said')} AS pattern, * FROM counted), "
        f"top_patterns AS (SELECT {keys}, {current} AS total FROM merged GROUP BY {keys} "
        f"ORDER BY total DESC, {keys} LIMIT {limit}) "
        "SELECT merged.pattern, merged.logger, merged.least, merged.period, merged.step_start, sum(merged.n) AS n, "
        "min(merged.first_at) AS first_at, max(merged.last_at) AS last_at, max(merged.example) AS example, "
        "min(merged.said) AS least_said, max(merged.said) AS greatest_said "
        "FROM merged JOIN top_patterns ON merged.pattern = top_patterns.pattern AND merged.logger = top_patterns.logger "
        "AND merged.least = top_patterns.least WHERE top_patterns.total > 0 "
        "GROUP BY merged.pattern, merged.logger, merged.least, merged.period, merged.step_start"
    )
    return Query(sql, ("logs",), bindings.values, both)


def _pattern(
    key: tuple[Any, ...], rows: Sequence[tuple[Any, ...]], range: TimeRange, places: Sequence[dt.datetime]
) -> Pattern:
    text, logger, least = key
    present = [row for row in rows if row[0] == 1]
    counts: dict[dt.datetime, int] = {}
    for row in present:
        counts[row[1]] = counts.get(row[1], 0) + int(row[2])
    said = {row[place] for row in rows for place in (6, 7)}
    return Pattern(
        text=text,
        template=said.pop() if len(said) == 1 else "",
        words=max(text.split("#"), key=len).strip(),
        logger=logger,
        level=levels.level_of(least),
        logs=sum(counts.values()),
        previous=sum(int(row[2]) for row in rows if row[0] == 0),
        first_at=min(row[3] for row in present),
        last_at=max(row[4] for row in present),
        example=max(row[5] for row in present),
        sparkline=tuple(counts.get(at, 0) for at in places),
    )
