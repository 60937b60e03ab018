"""What a question to the store is made of, and what comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vedette.store.dialect import Dialect

Scalar = str | int | float | bool | dt.datetime | None


class QueryError(Exception):
    """The query cannot be answered as it stands; the message says why, for the person who asked."""


class QueryTimeoutError(QueryError):
    """The query took longer than it may."""


class QueryMemoryError(QueryError):
    """The query needed more memory than it may use."""


class StoreUnavailableError(QueryError):
    """The store's files or its catalogue cannot be read."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `start` until before `end`, both aware UTC.

    Raises:
        ValueError: If it is empty, or a bound has no time zone.
    """

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a time range needs times with a zone")
        if not self.start < self.end:
            raise ValueError("a time range ends after it starts")

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return (self.end - self.start).total_seconds()

    def previous(self) -> TimeRange:
        """Return the range of the same length that ends where this one starts."""
        return TimeRange(self.start - (self.end - self.start), self.start)

    def shifted(self, by: dt.timedelta) -> TimeRange:
        """Return this range moved by *by*."""
        return TimeRange(self.start + by, self.end + by)

    def covering(self, other: TimeRange) -> TimeRange:
        """Return the smallest range that holds both."""
        return TimeRange(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Query:
    """One SQL statement over the tables of the store.

    `sql` refers to tables by their bare names and to `params` through `Dialect.param`.  `tables` are those it reads;
    `range` is the time outside of which it needs no rows (the statement filters by itself as well).
    """

    sql: str
    tables: tuple[str, ...]
    params: Mapping[str, Scalar] = field(default_factory=dict)
    range: TimeRange | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The rows that a query gave; times are aware UTC."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    took_ms: float

    def dicts(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a dict."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


class Store(Protocol):
    """Where records rest, as queries see it."""

    @property
    def dialect(self) -> Dialect:
        """The engine's words."""
        ...

    def run(self, *queries: Query, timeout_s: float | None = None) -> list[Result]:
        """Answer *queries* side by side, all from the same state of the store.

        Raises:
            QueryTimeoutError, QueryMemoryError, StoreUnavailableError, QueryError: See there.
        """
        ...

    def sql(self, text: str, *, timeout_s: float | None = None, max_rows: int | None = None) -> Result:
        """Answer one read-only statement that a person wrote.

        Raises:
            QueryTimeoutError, QueryMemoryError, StoreUnavailableError, QueryError: See there.
        """
        ...
