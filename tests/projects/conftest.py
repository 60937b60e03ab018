"""A state database of this suite's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.state import sqlite, state_database


@pytest.fixture
def state(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """Let the alias stand for a new database."""
    with django_db_blocker.unblock(), state_database(sqlite(tmp_path), path=tmp_path / "state.sqlite3"):
        yield tmp_path
