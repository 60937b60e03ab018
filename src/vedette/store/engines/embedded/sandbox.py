"""What a person's own SQL may do: one statement that reads the store's tables."""

from __future__ import annotations

import re

import duckdb

from vedette.record.signals import SIGNALS
from vedette.store.query import QueryError
from vedette.store.rollups import ROLLUPS

_EXPLAIN = re.compile(r"\s*EXPLAIN\s+(?:ANALYZE\s+)?(?:\([^)]*\)\s*)?", re.IGNORECASE)


def refuse_unless_reading(text: str) -> None:
    """Check that *text* is one statement that only reads.

    Raises:
        QueryError: If it is not, with what is wrong.
    """
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise QueryError(str(error).splitlines()[0]) from error
    if len(statements) != 1:
        raise QueryError(f"Give one statement; this is {len(statements)}.")
    kind = statements[0].type
    if kind == duckdb.StatementType.EXPLAIN:
        # What is explained may be done as well (EXPLAIN ANALYZE COPY writes a file).
        explained = _EXPLAIN.sub("", statements[0].query, count=1)
        if explained == statements[0].query:
            raise QueryError("Begin with EXPLAIN, without a comment before it.")
        refuse_unless_reading(explained)
    elif kind != duckdb.StatementType.SELECT:
        raise QueryError(f"Only SELECT is allowed, not {kind.name}: the store is read-only.")


def tables_in(text: str) -> list[str]:
    """Return the store's tables whose names stand in *text* as words.

    A name that is no table there (a string, an alias) costs a view too many and nothing else.
    """
    words = set(re.findall(r"[a-z_]+", text.lower()))
    return [table for table in (*SIGNALS, *ROLLUPS) if table in words]
