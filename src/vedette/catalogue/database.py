"""The state database: its alias, its default configuration, its router, its migrations."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from vedette.store import private

ALIAS = "vedette"
ATTEMPTS = 5
PAUSE_S = 0.2
FEW, MANY = 300, 30_000
_UNDEFINED_TABLE = "42P01"
_Item = TypeVar("_Item")


def configuration(path: Path) -> dict[str, Any]:
    """Return the entry of ``DATABASES`` for SQLite at *path*."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": 10,
            # Every write begins by taking the write lock, so that none fails half way for want of it.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def register(path: Path) -> None:
    """Make the alias known to Django where the site has not configured it, and route our models to it."""
    if ALIAS not in connections.settings:
        connections.settings[ALIAS] = configuration(path)
        # Fills in the defaults of the entry just as Django does for those in the settings.
        connections.settings = connections.configure_settings(connections.settings)
    if not any(isinstance(known, Router) for known in router.routers):
        router.routers.append(Router())


class Router:
    """Keeps Vedette's tables in its own database, and everybody else's out of it."""

    def db_for_read(self, model: type, **hints: object) -> str | None:
        """Return the alias for our models."""
        return ALIAS if _is_ours(model) else None

    def db_for_write(self, model: type, **hints: object) -> str | None:
        """Return the alias for our models."""
        return ALIAS if _is_ours(model) else None

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        """Allow ours there and only there."""
        if app_label == "vedette":
            return db == ALIAS
        return False if db == ALIAS else None


def _is_ours(model: type) -> bool:
    meta = getattr(model, "_meta", None)
    return meta is not None and meta.app_label == "vedette"


def migrate(path: Path) -> None:
    """Bring the state database to this release's schema; nothing happens where it is there."""
    connection = connections[ALIAS]
    if connection.vendor == "sqlite":
        private.make_directory(path.parent, root=path.parent)
        if not path.exists():
            # SQLite gives the files beside it this one's mode.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, private.FILE_MODE))
    for attempt in range(1, ATTEMPTS + 1):
        try:
            executor = MigrationExecutor(connection)
            targets = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "vedette"]
            if executor.migration_plan(targets):
                call_command("migrate", "vedette", database=ALIAS, verbosity=0, interactive=False)
            return
        except DatabaseError:
            # Several processes that begin at once all find the tables absent: one makes them, the others look again.
            if attempt == ATTEMPTS:
                raise
            time.sleep(attempt * PAUSE_S)


def is_absent(error: DatabaseError) -> bool:
    """Tell whether *error* says that the state database has not been made yet, rather than that it cannot be asked."""
    connection = connections[ALIAS]
    if connection.vendor == "sqlite":
        is_there = Path(str(connection.settings_dict["NAME"])).exists()
        return "no such table" in str(error) or ("unable to open" in str(error) and not is_there)
    return _sqlstate(error) == _UNDEFINED_TABLE


def is_made() -> bool:
    """Tell whether any release of Vedette has made the state database.

    Raises:
        django.db.Error: If it cannot be asked.
    """
    try:
        return made_at() is not None
    except DatabaseError as error:
        if not is_absent(error):
            raise
        return False


def made_at() -> dt.datetime | None:
    """Return when the state database was made; None where that is not known.

    Raises:
        django.db.Error: If it cannot be asked.
    """
    applied = MigrationRecorder(connections[ALIAS]).applied_migrations()
    times = [each.applied for (app, _), each in applied.items() if app == "vedette"]
    made = min(times, default=None)
    # A site may have USE_TZ off; then Django keeps its local time.
    return None if made is None else made.astimezone(dt.UTC)


def list_unknown_migrations() -> list[str]:
    """Return the migrations that a newer release of Vedette has made.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    loader = MigrationExecutor(connections[ALIAS]).loader
    applied = {name for app, name in loader.applied_migrations if app == "vedette"}
    return sorted(applied - {name for app, name in loader.disk_migrations if app == "vedette"})


def _sqlstate(error: DatabaseError) -> str:
    cause = error.__cause__
    return str(getattr(cause, "sqlstate", "") or getattr(cause, "pgcode", ""))


def chunks(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Yield *items* in lots that the database takes as parameters of one statement.

    SQLite takes few.  Where rows are locked one by one a lot is as large as it may be: rows are locked in order within a
    statement, not from one to the next.
    """
    size = MANY if connections[ALIAS].features.has_select_for_update else FEW
    return (items[start : start + size] for start in range(0, len(items), size))
