"""A running site for each module of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.ingest.server import GUNICORN, UVICORN, Server, running
from vedette.testing import Recorded


@pytest.fixture(scope="module", params=["gunicorn", "uvicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running site, under WSGI and under ASGI."""
    directory = tmp_path_factory.mktemp(request.param)
    with running(directory, command=GUNICORN if request.param == "gunicorn" else UVICORN) as site:
        yield site


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running site under WSGI alone, for what is the sender's matter and not the server's."""
    with running(tmp_path_factory.mktemp("receiver")) as site:
        yield site


@pytest.fixture(scope="session")
def packages_dir(pytestconfig: pytest.Config) -> Path:
    """Give a folder that outlives the run, for what is fetched from a package index."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("packages")


@pytest.fixture
def stored(server: Server) -> Iterator[Recorded]:
    """Give what the site has stored by now."""
    with server.recorded() as seen:
        yield seen
