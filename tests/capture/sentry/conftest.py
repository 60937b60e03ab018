"""Fixtures of the tests of capture through sentry_sdk."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sentry_sdk
from pytest_django import Settings
from sentry_sdk import Scope

from tests.capture.conftest import Configure
from tests.capture.observed import Observed

Start = Callable[..., Observed]


@pytest.fixture
def start(configure: Configure, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Give a function that makes the observed site with sentry_sdk on, and other settings of `VEDETTE`."""
    monkeypatch.delenv("SENTRY_DSN", raising=False)

    def make(**values: object) -> Observed:
        settings.ROOT_URLCONF = "tests.capture.sentry.site"
        return configure(**{"SENTRY": True, **values})

    outer = Scope.get_isolation_scope(), Scope.get_current_scope()
    Scope.set_isolation_scope(Scope())
    Scope.set_current_scope(Scope())
    yield make
    sentry_sdk.get_client().close()
    Scope.get_global_scope().set_client(None)
    Scope.set_isolation_scope(outer[0])
    Scope.set_current_scope(outer[1])


@pytest.fixture
def site(start: Start) -> Observed:
    """Give the observed site with sentry_sdk on: no traces."""
    return start()
