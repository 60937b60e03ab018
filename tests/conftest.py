"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.services import find_chromium, find_postgres, mark_by_fixtures, refuse, run_postgres

# No test asserts a time, and a machine that is busy with something else fails none.
hypothesis.settings.register_profile(
    "vedette", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("vedette")


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
