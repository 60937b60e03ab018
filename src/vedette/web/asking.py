"""Asking the store on behalf of a page: what was asked is kept, so that a page can show its SQL."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import DatabaseError

from vedette.store.dialect import Dialect
from vedette.store.query import (
    Query,
    QueryMemoryError,
    QueryTimeoutError,
    Result,
    Store,
    StoreUnavailableError,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement with its values and the time that its answer took."""

    sql: str
    params: str
    took_ms: int


@dataclass(slots=True)
class Listener:
    """A store that remembers what it was asked."""

    store: Store
    asked: list[Asked] = field(default_factory=list)

    @property
    def dialect(self) -> Dialect:
        """The store's dialect."""
        return self.store.dialect

    def run(self, *queries: Query, timeout_s: float | None = None) -> list[Result]:
        """Answer *queries* side by side; raise what the store raises."""
        results = self.store.run(*queries, timeout_s=timeout_s)
        for query, result in zip(queries, results, strict=True):
            params = ", ".join(f"{name} = {value}" for name, value in query.params.items())
            self.asked.append(Asked(_broken(query.sql), params, round(result.took_ms)))
        return results

    def sql(self, text: str, *, timeout_s: float | None = None, max_rows: int | None = None) -> Result:
        """Answer a statement that a person wrote; raise what the store raises."""
        return self.store.sql(text, timeout_s=timeout_s, max_rows=max_rows)


def _broken(sql: str) -> str:
    """Break *sql* into lines where people do."""
    for word in ("FROM", "WHERE", "GROUP BY", "ORDER BY", "UNION ALL", "LIMIT"):
        sql = sql.replace(f" {word} ", f"\n{word} ")
    return sql


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the store did not answer, for the page: what happened, what was kept, what to do."""

    status: int
    what: str
    why: str
    do: str


def explain(error: Exception) -> Failure:
    """Return what a page says of *error*, which the store or the state database raised."""
    if isinstance(error, DatabaseError):
        return Failure(
            503,
            "The state database cannot be asked",
            f"{error}. New records are still written to the journal.",
            "Run manage.py vedette doctor: it names what is wrong with the database and how to mend it.",
        )
    if isinstance(error, QueryTimeoutError):
        return Failure(
            504,
            "The query took too long and was ended",
            f"{error} Nothing that was recorded is lost.",
            "Choose a shorter time range or a narrower filter, or raise QUERY_TIMEOUT_S in the settings.",
        )
    if isinstance(error, QueryMemoryError):
        return Failure(
            503,
            "The query needed more memory than it may use",
            f"{error} Nothing that was recorded is lost.",
            "Choose a shorter time range or a narrower filter, or raise QUERY_MEMORY_BYTES in the settings.",
        )
    if isinstance(error, StoreUnavailableError):
        return Failure(
            503,
            "The store cannot be read",
            f"{error} New records are still written to the journal.",
            "Run manage.py vedette doctor: it names what is wrong with the files and how to mend it.",
        )
    return Failure(
        500,
        "The query failed",
        str(error),
        "Run manage.py vedette doctor; if it finds nothing, this is a bug.",
    )
