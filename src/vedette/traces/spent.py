"""Where the time of many traces went: along the critical path of each, by the operation of what it was spent on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vedette.store.bindings import Bindings
from vedette.store.paging import micros_of
from vedette.store.query import Query, Store, TimeRange
from vedette.store.rollups import is_root
from vedette.traces import paths, tree
from vedette.traces.filters import REPEATED, Filters, conditions
from vedette.traces.tree import Interval, Node

MOST_TRACES = 100
MOST_SPANS = 20_000
_BEFORE = dt.timedelta(minutes=5)
_AFTER = dt.timedelta(minutes=1)
_LONGEST_MS = 86400_000.0
CODE = ""
"""The operation under which stands what a service did not wait for: its own code, and other work."""


@dataclass(frozen=True, slots=True)
class Spent:
    """How long the newest roots of a question took together, and `by_op` what for; the parts add up to the whole."""

    traces: int
    total_us: int
    by_op: Mapping[str, int]
    queries: tuple[Query, ...]


def get_spent(
    store: Store, *, range: TimeRange, filters: Filters, names: Sequence[str] = (), limit: int = MOST_TRACES
) -> Spent:
    """Return where the time of the newest *limit* roots went that meet *filters* and have one of *names* (any by default).

    Raises:
        QueryError: If the store cannot answer.
    """
    query = _roots_query(store, range, replace(filters, scope="roots", only_sampled=True), names, limit)
    roots = store.run(query)[0].rows
    if not roots:
        return Spent(0, 0, {}, (query,))
    longest = dt.timedelta(milliseconds=min(max(row[3] for row in roots), _LONGEST_MS))
    # Clocks differ from machine to machine.
    around = TimeRange(roots[-1][0] - _BEFORE, roots[0][0] + longest + _AFTER)
    within = _spans_query(store, sorted({row[1] for row in roots}), around)
    rows = store.run(within)[0].rows
    by_trace: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_trace.setdefault(row[0], []).append(row)
    if len(rows) == MOST_SPANS:
        # Of the last trace some spans may not be here.
        by_trace.popitem()
    count, by_op = 0, dict[str, int]()
    for _, trace_id, span_id, _ in roots:
        root, spans = _node_of(span_id, by_trace.get(trace_id, ()))
        if root is not None:
            count += 1
            _add(by_op, root, spans)
    return Spent(count, sum(by_op.values()), by_op, (query, within))


def _node_of(span_id: str, rows: Sequence[tuple[Any, ...]]) -> tuple[Node | None, Sequence[tuple[Any, ...]]]:
    waiting = tree.build([_interval(row) for row in rows])
    while waiting:
        node = waiting.pop()
        if node.place is not None and rows[node.place][1] == span_id:
            return node, rows
        waiting += node.children
    return None, rows


def _add(by_op: dict[str, int], root: Node, rows: Sequence[tuple[Any, ...]]) -> None:
    sections = paths.critical_sections(root)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += node.children
        micros = sum(end - start for start, end in sections.get(id(node), ()))
        if micros and node.place is not None:
            row = rows[node.place]
            op = CODE if row[_KIND] in {"server", "consumer"} else row[_OP]
            by_op[op] = by_op.get(op, 0) + micros


_COLUMNS = (
    "trace_id",
    "span_id",
    "parent_span_id",
    "time",
    "duration_ms",
    "service",
    "host",
    "op",
    "name",
    "kind",
)
_OP, _KIND = _COLUMNS.index("op"), _COLUMNS.index("kind")


def _interval(row: Sequence[Any]) -> Interval:
    _, span_id, parent_span_id, time, duration_ms, service, host, op, name, _, begins = row
    return Interval(
        id=span_id,
        parent_id=parent_span_id,
        start_us=micros_of(time),
        duration_us=round(duration_ms * 1000),
        clock=f"{service} {host}",
        label=f"{service} {op} {name}",
        begins=bool(begins),
    )


def _roots_query(store: Store, range: TimeRange, filters: Filters, names: Sequence[str], limit: int) -> Query:
    bindings = Bindings(store.dialect)
    where = [bindings.within(range), *conditions(filters, bindings)]
    if names:
        where.append(f"name IN ({', '.join(bindings.bind('named', name) for name in names)})")
    sql = (
        f"SELECT time, trace_id, span_id, duration_ms FROM spans WHERE {' AND '.join(where)} "
        f"ORDER BY time DESC, trace_id, span_id LIMIT {limit}"
    )
    return Query(sql, ("spans",), bindings.values, range)


def _spans_query(store: Store, trace_ids: Sequence[str], range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    wanted = ", ".join(bindings.bind("trace", trace_id) for trace_id in trace_ids)
    sql = (
        f"SELECT {', '.join(_COLUMNS)}, CASE WHEN {is_root(store.dialect)} THEN 1 ELSE 0 END AS begins FROM spans "
        f"WHERE {bindings.within(range)} AND trace_id IN ({wanted}) AND op <> '{REPEATED}' "
        f"ORDER BY trace_id, time, duration_ms DESC LIMIT {MOST_SPANS}"
    )
    return Query(sql, ("spans",), bindings.values, range)
