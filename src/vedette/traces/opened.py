"""One span, opened: its attributes, and what was written in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.traces import listing
from vedette.traces.filters import REPEATED
from vedette.traces.listing import Span
from vedette.traces.trace import (
    ERROR_COLUMNS,
    LINGER,
    LOG_COLUMNS,
    LONGEST_MS,
    MOST_ERRORS,
    Error,
    Log,
    call_site_of,
    of_trace,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """One span with its attributes, and the logs and errors that were written in it."""

    span: Span
    attributes: Mapping[str, str]
    logs: tuple[Log, ...]
    errors: tuple[Error, ...]
    queries: tuple[Query, ...]

    @property
    def call_site(self) -> str:
        """The line of code from which it was called, ``""`` where that is not known."""
        return call_site_of(self.attributes)


def get_span(store: Store, *, trace_id: str, span_id: str, at: dt.datetime) -> Opened | None:
    """Return the span *span_id*, which began at about *at*; None where there is none.

    Raises:
        QueryError: If the store cannot answer.
    """
    began = TimeRange(at - LINGER, at + LINGER)
    bindings = Bindings(store.dialect)
    where = f"{of_trace(trace_id, began, bindings)} AND span_id = {bindings.bind('span_id', span_id)}"
    sql = (
        f"SELECT {', '.join(listing.COLUMNS)}, attributes FROM spans WHERE {where} AND op <> '{REPEATED}' "
        "ORDER BY time LIMIT 1"
    )
    own = Query(sql, ("spans",), bindings.values, began)
    (result,) = store.run(own)
    if not result.rows:
        return None
    row = result.rows[0]
    span = listing.span_of(row[:-1])
    took = dt.timedelta(milliseconds=min(span.duration_ms, LONGEST_MS))
    ran = TimeRange(span.time - LINGER, span.time + took + LINGER)
    inside = (
        _inside(store, "logs", LOG_COLUMNS, span, ran),
        _inside(store, "errors", ERROR_COLUMNS, span, ran),
    )
    logs, errors = store.run(*inside)
    return Opened(
        span=span,
        attributes=dict(row[-1] or {}),
        logs=tuple(Log(*each) for each in logs.rows),
        errors=tuple(Error(*each) for each in errors.rows),
        queries=(own, *inside),
    )


def _inside(store: Store, table: str, columns: Sequence[str], span: Span, range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    where = (
        f"{of_trace(span.trace_id, range, bindings)} AND span_id = {bindings.bind('span_id', span.span_id)}"
    )
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {where} ORDER BY time LIMIT {MOST_ERRORS}"
    return Query(sql, (table,), bindings.values, range)
