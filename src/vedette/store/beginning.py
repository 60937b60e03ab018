"""Since when there are records: before that nothing is known, which is not the same as nothing."""

from __future__ import annotations

import datetime as dt

from vedette.store.query import Query, Store


def find_first_time(store: Store, *, table: str) -> dt.datetime | None:
    """Return the time of the oldest record of *table*; None where there is none.

    Raises:
        QueryError: If the store cannot answer.
    """
    (result,) = store.run(Query(f"SELECT min(time) AS first_at FROM {table}", (table,)))
    found: dt.datetime | None = result.rows[0][0] if result.rows else None
    return found
