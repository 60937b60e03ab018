"""Many rows written at once, without the ORM's work for each value of each of them.

That work takes five times as long as the database does, and all of it would be done while the write lock is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

from django.db import connections, models

from vedette.catalogue.database import ALIAS

MOST_PARAMETERS = 900
"""Of a statement: SQLite took 999 for long."""


def insert(rows: Sequence[models.Model]) -> None:
    """Write new *rows*, of one model, whose ids nobody asks for: one statement that is prepared once."""
    if not rows:
        return
    fields = _fields(rows[0])
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany(f"{_into(rows[0], fields)} {_places(fields)}", _values(rows, fields))


def insert_and_name(rows: Sequence[models.Model]) -> None:
    """Write new *rows*, of one model, and give each its id."""
    if not rows:
        return
    if not connections[ALIAS].features.can_return_rows_from_bulk_insert:
        # SQLite before 3.35, as some enterprise distributions have it.
        for row in rows:
            row.save(using=ALIAS, force_insert=True)
        return
    fields = _fields(rows[0])
    into, places, key = _into(rows[0], fields), _places(fields), _quoted(rows[0]._meta.pk)
    lot = max(1, MOST_PARAMETERS // len(fields))
    with connections[ALIAS].cursor() as cursor:
        for start in range(0, len(rows), lot):
            written = rows[start : start + lot]
            values = [*chain.from_iterable(_values(written, fields))]
            cursor.execute(f"{into} {', '.join([places] * len(written))} RETURNING {key}", values)
            for row, (id_,) in zip(written, cursor.fetchall(), strict=True):
                row.pk = id_


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the fields *names* of *rows*: one statement that is prepared once, where ``bulk_update`` makes one as long as the rows."""
    if not rows:
        return
    quote = connections[ALIAS].ops.quote_name
    columns = ", ".join(f"{quote(name)} = %s" for name in names)
    values = [[*(getattr(row, name) for name in names), row.pk] for row in rows]
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(rows[0]._meta.db_table)} SET {columns} WHERE id = %s", values)


def _fields(row: models.Model) -> list[Any]:
    return [field for field in row._meta.concrete_fields if not field.primary_key]


def _quoted(field: Any) -> str:
    return connections[ALIAS].ops.quote_name(str(field.column))


def _into(row: models.Model, fields: Sequence[Any]) -> str:
    table = connections[ALIAS].ops.quote_name(row._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(map(_quoted, fields))}) VALUES"


def _places(fields: Sequence[Any]) -> str:
    return f"({', '.join(['%s'] * len(fields))})"


def _values(rows: Sequence[models.Model], fields: Sequence[Any]) -> Sequence[Sequence[Any]]:
    # What is text, a number or a boolean the database takes as it is.
    of_row = attrgetter(*(field.attname for field in fields))
    documents = [(place, field) for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    if not documents:
        return [of_row(row) for row in rows]
    found = [list(of_row(row)) for row in rows]
    for values in found:
        for place, field in documents:
            values[place] = field.get_db_prep_save(values[place], connections[ALIAS])
    return found
