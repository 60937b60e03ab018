"""A state database for each test of the background work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.state import postgres, sqlite, state_database


@pytest.fixture
def sqlite_state(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the alias be SQLite in a file."""
    with django_db_blocker.unblock(), state_database(sqlite(tmp_path), path=tmp_path / "state.sqlite3"):
        yield


@pytest.fixture
def postgres_state(postgres_url: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the alias be PostgreSQL, empty."""
    from vedette.background.models import LeaseRow
    from vedette.catalogue.models import PartRow, SegmentRow

    with django_db_blocker.unblock(), state_database(postgres(postgres_url), path=tmp_path):
        for model in (LeaseRow, PartRow, SegmentRow):
            model.objects.using("vedette").all().delete()
        yield


@pytest.fixture(params=["sqlite", "postgres"])
def state(request: pytest.FixtureRequest) -> str:
    """Let the alias be each of the databases in turn."""
    request.getfixturevalue(f"{request.param}_state")
    return str(request.param)
