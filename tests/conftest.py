"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.services import find_chromium, find_postgres, mark_by_fixtures, refuse, run_postgres

# No test asserts a time, and a machine that is busy with something else fails none.
hypothesis.settings.register_profile(
    "vedette", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# What one interpreter has searched through, another need not again.
hypothesis.settings.register_profile("few", hypothesis.settings.get_profile("vedette"), max_examples=20)
hypothesis.settings.load_profile(os.environ.get("VEDETTE_HYPOTHESIS_PROFILE", "vedette"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests before `-m` chooses among them."""
    mark_by_fixtures(items)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Give the machine's Chromium."""
    found = find_chromium()
    if found is None:
        refuse("there is no Chromium on this machine; name one in CHROMIUM_PATH")
    return found


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database: `VEDETTE_TEST_POSTGRES_URL`, or a server of its own."""
    named = os.environ.get("VEDETTE_TEST_POSTGRES_URL")
    programs = find_postgres()
    if named:
        yield named
    elif programs:
        with run_postgres(programs) as url:
            yield url
    else:
        refuse("there is no PostgreSQL on this machine; name one in VEDETTE_TEST_POSTGRES_URL")


@pytest.fixture
def sqlite_state(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the state database be SQLite in a file."""
    from tests.state import sqlite, state_database

    with django_db_blocker.unblock(), state_database(sqlite(tmp_path), path=tmp_path / "state.sqlite3"):
        yield


@pytest.fixture
def postgres_state(postgres_url: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the state database be PostgreSQL, empty."""
    from django.apps import apps

    from tests.state import postgres, state_database

    with django_db_blocker.unblock(), state_database(postgres(postgres_url), path=tmp_path):
        for model in apps.get_app_config("vedette").get_models():
            if model._meta.managed:
                model._base_manager.using("vedette").all().delete()
        yield


@pytest.fixture(params=["sqlite", "postgres"])
def state(request: pytest.FixtureRequest) -> str:
    """Let the state database be each of the kinds in turn."""
    request.getfixturevalue(f"{request.param}_state")
    return str(request.param)
