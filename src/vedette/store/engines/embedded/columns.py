"""How the columns of `vedette.store.schema` are said in DuckDB."""

from __future__ import annotations

from collections.abc import Iterable

from vedette.store.rollups import ROLLUPS
from vedette.store.schema import Column, columns_of

MAX_LINE_BYTES = 4 << 20
"""Far more than the recorder lets through; DuckDB allocates twice as much per thread."""

MILLISECONDS = "DECIMAL(18, 3)"
LONGEST_MS = "1e14"
"""More than three thousand years; sums are held to it as well."""

_TYPES = {
    "time": "TIMESTAMP",
    "text": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "map": "MAP(VARCHAR, VARCHAR)",
    "buckets": "MAP(INTEGER, BIGINT)",
    "json": "VARCHAR",
}
_EMPTY = {"map": "MAP {}::MAP(VARCHAR, VARCHAR)", "buckets": "MAP {}::MAP(INTEGER, BIGINT)", "json": "'{}'"}


def table_columns(table: str) -> tuple[Column, ...]:
    """Return the columns of a signal's table or of a rollup.

    Raises:
        KeyError: If there is no such table.
    """
    return ROLLUPS[table].columns if table in ROLLUPS else columns_of(table)


def has_documents(table: str) -> bool:
    """Tell whether rows of *table* hold documents: one such row may be as large as a thousand others."""
    return any(column.kind == "json" for column in table_columns(table))


def type_of(column: Column) -> str:
    """Return the column's DuckDB type."""
    return _TYPES[column.kind]


def json_columns(table: str) -> str:
    """Return the ``columns`` argument with which ``read_json`` reads journal lines of *table*."""
    return "{" + ", ".join(f"{column.name}: '{type_of(column)}'" for column in columns_of(table)) + "}"


def from_lines(table: str, files: Iterable[str]) -> str:
    """Return the SELECT of the rows in *files* of journal lines, defaults filled in; lines that are none are left out."""
    names = ", ".join(_filled(column) for column in columns_of(table))
    return (
        f"SELECT {names} FROM read_json({literal_list(files)}, format = 'newline_delimited', "
        f"columns = {json_columns(table)}, ignore_errors = true, maximum_object_size = {MAX_LINE_BYTES}) WHERE time IS NOT NULL"
    )


def empty(table: str) -> str:
    """Return a SELECT of no rows with the columns of *table*."""
    columns = ", ".join(f"NULL::{type_of(column)} AS {column.name}" for column in table_columns(table))
    return f"SELECT {columns} WHERE false"


def empty_as_stored(table: str) -> str:
    """Return a SELECT of no rows with the columns of a part of *table*."""
    columns = ", ".join(
        f"NULL::{MILLISECONDS if _is_duration(column) else type_of(column)} AS {column.name}"
        for column in table_columns(table)
    )
    return f"SELECT {columns} WHERE false"


def as_stored(table: str) -> str:
    """Return the expressions with which a row is written to a part.

    A request id that repeats the trace id is left out: two random ids are most of a row's bytes.  Durations are kept to
    the microsecond, as whole numbers of them: as floating-point numbers they would take three times the space.
    """
    return ", ".join(_stored(column) for column in table_columns(table))


def as_read(table: str) -> str:
    """Return the expressions with which a row of a part is read: the reverse of `as_stored`."""
    return ", ".join(_read(column) for column in table_columns(table))


def _stored(column: Column) -> str:
    name = column.name
    if name == "request_id":
        return "CASE WHEN request_id = trace_id THEN NULL ELSE request_id END AS request_id"
    if _is_duration(column):
        # A record may claim any number; one that is out of all reason must not make the part impossible to write.
        kept = f"CASE WHEN {name} > {LONGEST_MS} THEN {LONGEST_MS} WHEN {name} < -{LONGEST_MS} THEN -{LONGEST_MS} ELSE {name} END"
        return f"CAST({kept} AS {MILLISECONDS}) AS {name}"
    return name


def _read(column: Column) -> str:
    name = column.name
    if name == "request_id":
        return "coalesce(request_id, trace_id) AS request_id"
    return f"CAST({name} AS DOUBLE) AS {name}" if _is_duration(column) else name


def _is_duration(column: Column) -> bool:
    return column.kind == "float" and column.name.endswith("_ms")


def literal(text: str) -> str:
    """Return *text* as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def literal_list(texts: Iterable[str]) -> str:
    """Return *texts* as an SQL list of string literals."""
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def _filled(column: Column) -> str:
    if column.kind == "time":
        return column.name
    default = _EMPTY.get(column.kind) or _literal_default(column)
    return column.name if default is None else f"coalesce({column.name}, {default}) AS {column.name}"


def _literal_default(column: Column) -> str | None:
    if column.default is None:
        return None
    return literal(column.default) if isinstance(column.default, str) else str(column.default)
