"""Can the store be read?"""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import Error as DatabaseError
from django.db import connections

from vedette.catalogue.database import ALIAS
from vedette.cli import words
from vedette.cli.doctor.finding import Finding
from vedette.cli.site import Site
from vedette.record.signals import SIGNALS
from vedette.store.query import Query, QueryError


def find(site: Site) -> Iterator[Finding]:
    """Yield whether the state database and every table answer."""
    store = site.store()
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
        vendor = connections[ALIAS].vendor
    except DatabaseError as error:
        yield Finding(
            "state",
            "error",
            f"the state database cannot be opened: {error}",
            "See that its directory is writable, or what DATABASES['vedette'] says.",
        )
        return
    yield Finding("state", "ok", f"the state database ({vendor}) answers")
    queries = [Query(f"SELECT count(*) AS n FROM {table}", (table,)) for table in SIGNALS]  # noqa: S608 - our own names
    started = time.perf_counter()
    try:
        results = store.run(*queries)
    except QueryError as error:
        yield Finding(
            "store", "error", str(error), "See the line on the quarantine, and the logger vedette.store."
        )
        return
    took_ms = (time.perf_counter() - started) * 1000
    counts = {table: result.rows[0][0] for table, result in zip(SIGNALS, results, strict=True)}
    held = (
        ", ".join(f"{words.count(number)} {table}" for table, number in counts.items() if number)
        or "no records yet"
    )
    yield Finding("store", "ok", f"{held}; counted in {words.duration(took_ms)}")
