"""Profiles in the store: which transactions have some, and the flame graph of some of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from vedette.store.bindings import Bindings
from vedette.store.paging import micros_of
from vedette.store.query import Query, Store, TimeRange
from vedette.traces.filters import NO_FILTERS, Filters
from vedette.traces.flame import Flame, Window

MOST_PROFILES = 50
"""A payload is up to 192 KiB of JSON; more of them would take the page longer than they would change the picture."""
MOST_TRANSACTIONS = 100
LONGEST_CHUNK = dt.timedelta(minutes=2)
"""SDKs send a chunk of a continuous profile each minute."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What was profiled: a transaction of a service; ``""`` for chunks of continuous profiles."""

    service: str
    name: str
    profiles: int
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Transactions:
    """The most profiled transactions, `MOST_TRANSACTIONS` of `transaction_count`."""

    transactions: tuple[Transaction, ...]
    transaction_count: int
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Profiled:
    """A flame graph of the newest profiles, `flame.profiles` of `profile_count`; of `unreadable` the payload is none."""

    flame: Flame
    profile_count: int
    unreadable: int
    queries: tuple[Query, ...]


def list_transactions(store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS) -> Transactions:
    """Return the transactions that were profiled in *range*.

    Of *filters* those count that say where: service, environment, release and host.

    Raises:
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    name = _transaction(bindings)
    where = " AND ".join(_conditions(range, filters, bindings))
    sql = (
        f"SELECT service, {name} AS transaction_name, count(*) AS n, max(time) AS last_at, count(*) OVER () AS found "
        f"FROM profiles WHERE {where} GROUP BY service, transaction_name "
        f"ORDER BY n DESC, service, transaction_name LIMIT {MOST_TRANSACTIONS}"
    )
    query = Query(sql, ("profiles",), bindings.values, range)
    (result,) = store.run(query)
    found = tuple(Transaction(*row[:-1]) for row in result.rows)
    return Transactions(found, result.rows[0][-1] if result.rows else 0, (query,))


def get_flame(
    store: Store,
    *,
    range: TimeRange,
    service: str,
    transaction: str,
    filters: Filters = NO_FILTERS,
    limit: int = MOST_PROFILES,
) -> Profiled:
    """Return the flame graph of the newest *limit* profiles of a transaction.

    Raises:
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    where = [
        *_conditions(range, filters, bindings),
        f"service = {bindings.bind('service_of', service)}",
        f"{_transaction(bindings)} = {bindings.bind('transaction_name', transaction)}",
    ]
    return _profiled(store, range, " AND ".join(where), bindings, limit=limit)


def get_trace_flame(
    store: Store, *, trace_id: str, range: TimeRange, limit: int = MOST_PROFILES
) -> Profiled | None:
    """Return the flame graph of the profiles of a trace; None where it has none.

    Continuous profiles do not know of traces: of each profiler that a span of the trace names, the samples count that
    were taken while the span ran.

    Raises:
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    where = f"{bindings.within(range)} AND trace_id = {bindings.bind('id', trace_id)}"
    own = _profiled(store, range, where, bindings, limit=limit)
    if own.profile_count:
        return own
    profiled = _profiled_spans(store, trace_id, range)
    return _continuous(store, profiled, limit=limit) if profiled else None


@dataclass(frozen=True, slots=True)
class _ProfiledSpan:
    profiler_id: str
    thread_id: str
    start: dt.datetime
    end: dt.datetime

    @property
    def window(self) -> Window:
        return Window(self.thread_id, micros_of(self.start) / 1e6, micros_of(self.end) / 1e6)


def _profiled_spans(store: Store, trace_id: str, range: TimeRange) -> list[_ProfiledSpan]:
    bindings = Bindings(store.dialect)
    profiler = store.dialect.map_get("attributes", bindings.bind("profiler_id", "profiler_id"))
    thread = store.dialect.map_get("attributes", bindings.bind("thread_id", "thread.id"))
    where = f"{bindings.within(range)} AND trace_id = {bindings.bind('id', trace_id)} AND {profiler} <> ''"
    sql = f"SELECT {profiler} AS profiler, {thread} AS thread, time, duration_ms FROM spans WHERE {where} ORDER BY time LIMIT 100"
    (result,) = store.run(Query(sql, ("spans",), bindings.values, range))
    longest: dict[tuple[str, str], _ProfiledSpan] = {}
    for profiler_id, thread_id, start, duration_ms in result.rows:
        span = _ProfiledSpan(profiler_id, thread_id, start, start + dt.timedelta(milliseconds=duration_ms))
        known = longest.get((profiler_id, thread_id))
        if known is None or span.end - span.start > known.end - known.start:
            longest[profiler_id, thread_id] = span
    return list(longest.values())


def _continuous(store: Store, profiled: Sequence[_ProfiledSpan], *, limit: int) -> Profiled | None:
    flame, counts, unreadable = Flame(), 0, 0
    queries: list[Query] = []
    for span in profiled:
        bindings = Bindings(store.dialect)
        range = TimeRange(span.start - LONGEST_CHUNK, span.end + dt.timedelta(microseconds=1))
        profiler = store.dialect.map_get("attributes", bindings.bind("profiler_id", "profiler_id"))
        where = f"{bindings.within(range)} AND {profiler} = {bindings.bind('profiler', span.profiler_id)}"
        found = _profiled(store, range, where, bindings, limit=limit, into=flame, window=span.window)
        queries += found.queries
        counts, unreadable = counts + found.profile_count, unreadable + found.unreadable
    return Profiled(flame, counts, unreadable, tuple(queries)) if counts else None


def _profiled(
    store: Store,
    range: TimeRange,
    where: str,
    bindings: Bindings,
    *,
    limit: int,
    into: Flame | None = None,
    window: Window | None = None,
) -> Profiled:
    # How many there are is counted before the payloads are read: those are far larger than all else.
    count = Query(
        f"SELECT count(*) AS n FROM profiles WHERE {where}", ("profiles",), dict(bindings.values), range
    )
    sql = f"SELECT attributes, payload FROM profiles WHERE {where} ORDER BY time DESC LIMIT {limit}"
    read = Query(sql, ("profiles",), bindings.values, range)
    counted, payloads = store.run(count, read)
    flame, unreadable = into or Flame(), 0
    for attributes, payload in payloads.rows:
        decoded = _decoded(payload)
        if decoded is None:
            unreadable += 1
        else:
            flame.add(decoded, window or Window(dict(attributes or {}).get("thread.id", "")))
    return Profiled(flame, counted.rows[0][0], unreadable, (count, read))


def _decoded(payload: Any) -> Mapping[str, Any] | None:
    try:
        decoded = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _conditions(range: TimeRange, filters: Filters, bindings: Bindings) -> list[str]:
    origin = ("service", "environment", "release", "host")
    named = [(column, getattr(filters, column)) for column in origin]
    return [
        bindings.within(range),
        *(f"{column} = {bindings.bind(column, value)}" for column, value in named if value),
    ]


def _transaction(bindings: Bindings) -> str:
    return bindings.dialect.map_get("attributes", bindings.bind("transaction", "transaction"))
