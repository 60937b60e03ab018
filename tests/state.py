"""A state database of a test's own: SQLite in a file, as sites have it, or PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connections

from vedette.catalogue import database
from vedette.catalogue.database import ALIAS


def sqlite(directory: Path) -> dict[str, Any]:
    """Return the configuration that a site has by default."""
    return database.configuration(directory / "state.sqlite3")


def postgres(url: str) -> dict[str, Any]:
    """Return the configuration of the PostgreSQL database at *url*."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "",
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


@contextmanager
def state_database(configuration: dict[str, Any], *, path: Path) -> Iterator[None]:
    """Let the alias stand for *configuration*, and migrate it."""
    before = connections.settings[ALIAS]
    _configure(configuration)
    try:
        database.migrate(path)
        yield
    finally:
        connections[ALIAS].close()
        _configure(before)


def forget_connection() -> None:
    """Close this thread's connection."""
    connections[ALIAS].close()


def _configure(configuration: dict[str, Any]) -> None:
    connections.settings[ALIAS] = configuration
    connections.settings = connections.configure_settings(connections.settings)
    # This thread's connection was made for the other configuration.
    with contextlib.suppress(AttributeError):
        del connections[ALIAS]
