"""What a person's own SQL may do: one statement that reads the store's tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from vedette.record.signals import SIGNALS
from vedette.store.query import QueryError
from vedette.store.rollups import ROLLUPS

# Operators of a plan that change a table or a file.
_WRITES = re.compile(r"COPY|INSERT|UPDATE|DELETE|MERGE")
_EXPLAIN = re.compile(r"\s*EXPLAIN\s+(?:ANALYZE\s+)?(?:\([^)]*\)\s*)?", re.IGNORECASE)


def refuse_unless_reading(text: str) -> str:
    """Check that *text* is one statement of a kind that reads; return it, without an EXPLAIN before it.

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
        return refuse_unless_reading(explained)
    if kind != duckdb.StatementType.SELECT:
        raise QueryError(f"Only SELECT is allowed, not {kind.name}: the store is read-only.")
    return text


def refuse_what_writes(cursor: duckdb.DuckDBPyConnection, reading: str) -> None:
    """Check that the plan of *reading*, which `refuse_unless_reading` returned, changes nothing.

    A SELECT may have INSERT, DELETE or COPY in its WITH clause, and COPY may write wherever parts are read.

    Raises:
        QueryError: If something in it writes.
        duckdb.Error: If DuckDB cannot make a plan of it.
    """
    for _, plan in cursor.execute(f"EXPLAIN (FORMAT json) {reading}").fetchall():
        for operator in _operators(json.loads(plan)):
            if _WRITES.search(operator):
                raise QueryError("Only SELECT is allowed, also within WITH: the store is read-only.")


def _operators(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        yield str(node.get("name", "")).upper()
        yield from _operators(node.get("children", []))


def tables_in(text: str) -> list[str]:
    """Return the store's tables whose names stand in *text* as words.

    A name that is no table there (a string, an alias) costs a view too many and nothing else.
    """
    words = set(re.findall(r"[a-z_]+", text.lower()))
    return [table for table in (*SIGNALS, *ROLLUPS) if table in words]
