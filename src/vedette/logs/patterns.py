"""Log records that say the same with other values in it: grouped by template."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from vedette.logs import levels
from vedette.logs.filters import NO_FILTERS, Filters, conditions
from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

SPARKLINE_POINTS = 30
_PLACEHOLDER = re.compile(r"%\(\w+\)[^a-z]*[a-z]|%[^a-z]*[a-z]|\{[^}]*\}")
_FEWEST_LETTERS = 3


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

    @property
    def label(self) -> str:
        """What a person reads: the text, or the example where the text is hardly more than placeholders (``%s: %s``)."""
        said = _PLACEHOLDER.sub("", self.text)
        return self.text if sum(map(str.isalpha, said)) >= _FEWEST_LETTERS else self.example or self.text


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
    counts_query = _counts_query(store, range, filters, step_s, limit)
    (counts,) = store.run(counts_query)
    by_key: dict[tuple[str, str, int], list[tuple[Any, ...]]] = {}
    for row in counts.rows:
        by_key.setdefault(row[:3], []).append(row[3:])
    places = steps.starts(range, step_s)
    found = [_pattern(key, rows, places) for key, rows in by_key.items()]
    found.sort(key=lambda each: (-each.logs, each.text, each.logger))
    if not found:
        return Patterns((), step_s, (counts_query,))
    examples_query = _examples_query(store, {each.last_at for each in found})
    (examples,) = store.run(examples_query)
    messages = {
        (at, logger, levels.level_of(severity)): message for at, logger, severity, message in examples.rows
    }
    patterns = (
        replace(each, example=messages.get((each.last_at, each.logger, each.level), "")) for each in found
    )
    return Patterns(tuple(patterns), step_s, (counts_query, examples_query))


def _counts_query(store: Store, range: TimeRange, filters: Filters, step_s: int, limit: int) -> Query:
    """Return the counts by pattern, period and step.

    1. Count by template; records without one, by message.  (Asked for apart, since where all have a template the
       messages need not be read.)
    2. Take the numbers out of each template once, not out of each record.
    3. Keep the most frequent patterns.
    """
    bindings = Bindings(store.dialect)
    both = range.covering(range.previous())
    where = " AND ".join([bindings.within(both), *conditions(filters, bindings)])
    present = f"CASE WHEN time >= {bindings.bind('present', range.start)} THEN 1 ELSE 0 END"
    counted = " UNION ALL ".join(
        f"SELECT {said} AS said, logger, {levels.least_of_level()} AS least, {present} AS period, "
        f"{store.dialect.step('time', step_s)} AS step_start, count(*) AS n, min(time) AS first_at, max(time) AS last_at "
        f"FROM logs WHERE {where} AND template {sign} '' GROUP BY said, logger, least, period, step_start"
        for said, sign in (("template", "<>"), ("message", "="))
    )
    current = store.dialect.sum_if("n", "period = 1")
    keys = "pattern, logger, least"
    sql = (
        f"WITH counted AS ({counted}), "
        f"merged AS (SELECT {store.dialect.without_numbers('said')} AS pattern, * FROM counted), "
        f"top_patterns AS (SELECT {keys}, {current} AS total FROM merged GROUP BY {keys} "
        f"ORDER BY total DESC, {keys} LIMIT {limit}) "
        "SELECT merged.pattern, merged.logger, merged.least, merged.period, merged.step_start, sum(merged.n) AS n, "
        "min(merged.first_at) AS first_at, max(merged.last_at) AS last_at, "
        "min(merged.said) AS least_said, max(merged.said) AS greatest_said "
        "FROM merged JOIN top_patterns ON merged.pattern = top_patterns.pattern AND merged.logger = top_patterns.logger "
        "AND merged.least = top_patterns.least WHERE top_patterns.total > 0 "
        "GROUP BY merged.pattern, merged.logger, merged.least, merged.period, merged.step_start"
    )
    return Query(sql, ("logs",), bindings.values, both)


def _examples_query(store: Store, times: Set[dt.datetime]) -> Query:
    bindings = Bindings(store.dialect)
    range = TimeRange(min(times), max(times) + dt.timedelta(microseconds=1))
    moments = ", ".join(bindings.bind("at", time) for time in sorted(times))
    sql = f"SELECT time, logger, severity, message FROM logs WHERE {bindings.within(range)} AND time IN ({moments})"
    return Query(sql, ("logs",), bindings.values, range)


def _pattern(
    key: tuple[str, str, int], rows: Sequence[tuple[Any, ...]], places: Sequence[dt.datetime]
) -> Pattern:
    text, logger, least = key
    present = [row for row in rows if row[0] == 1]
    counts: dict[dt.datetime, int] = {}
    for row in present:
        counts[row[1]] = counts.get(row[1], 0) + int(row[2])
    said = {row[place] for row in rows for place in (5, 6)}
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
        example="",
        sparkline=tuple(counts.get(at, 0) for at in places),
    )
