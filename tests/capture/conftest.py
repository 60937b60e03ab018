"""Fixtures of the tests of capture."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import Settings

from tests.capture.observed import Observed
from vedette.capture import recorder
from vedette.capture.logging import JournalHandler

Configure = Callable[..., Observed]


@pytest.fixture
def configure(settings: Settings, tmp_path: Path) -> Iterator[Configure]:
    """Give a function that makes the observed site with other settings of `VEDETTE`."""
    settings.ROOT_URLCONF = "tests.capture.site.urls"
    settings.MIDDLEWARE = [
        "vedette.middleware.Vedette",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]

    def make(**values: Any) -> Observed:
        defaults = {
            "DIR": tmp_path / "vedette",
            "REQUEST_LOG": False,
            "SENTRY": False,
            "TRACES_SAMPLE_RATE": 0.0,
        }
        settings.VEDETTE = {**defaults, **values}
        recorder.reset()
        return Observed(tmp_path / "vedette" / "journal")

    # As Django's test client does: most of these tests have no database.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    request_finished.connect(_close_in_threads)
    yield make
    request_finished.disconnect(_close_in_threads)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    recorder.reset()


def _close_in_threads(**_: object) -> None:
    # A request under ASGI has a thread of its own for the database; Django keeps open what is in memory.
    if threading.current_thread() is not threading.main_thread():
        for connection in connections.all(initialized_only=True):
            BaseDatabaseWrapper.close(connection)


@pytest.fixture
def site(configure: Configure) -> Observed:
    """Give the observed site: no traces, no request log."""
    return configure()


@pytest.fixture
def journal_handler() -> Iterator[JournalHandler]:
    """Have every log record from INFO on go to the journal."""
    handler = JournalHandler()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)
