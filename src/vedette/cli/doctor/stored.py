"""Can the store be read?"""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import Error as DatabaseError
from django.db import connections

from vedette import conf
from vedette.catalogue import database
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
    if newer := database.list_unknown_migrations():
        yield Finding(
            "state",
            "error",
            f"the state database was made by a newer release of Vedette, up to {newer[-1]}",
            "Install that release again; this one may be unable to write what it digests, which then waits in the journal.",
        )
    else:
        yield Finding("state", "ok", f"the state database ({vendor}) answers")
    if lost := _count_lost(site):
        yield Finding(
            "parts",
            "error",
            f"{lost} {'files are' if lost > 1 else 'file is'} older than the state database, which knows nothing of that",
            "It was lost, or DATABASES['vedette'] names another: bring back the old one, or remove the files.",
        )
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


def _count_lost(site: Site) -> int:
    made_at = database.made_at()
    if made_at is None:
        return 0
    directory = conf.get().parts_dir
    known = {part.path for part in site.catalogue().snapshot().parts}
    files = [path for path in directory.glob("*/*/*") if str(path.relative_to(directory)) not in known]
    return sum(path.stat().st_mtime < made_at.timestamp() for path in files)
