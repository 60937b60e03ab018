"""A running site for each module of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flows.ingest.server import GUNICORN, UVICORN, Server, running
from vedette.testing import Recorded


@pytest.fixture(scope="module", params=["gunicorn", "uvicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running site, under WSGI and under ASGI."""
    directory = tmp_path_factory.mktemp(request.param)
    with running(directory, command=GUNICORN if request.param == "gunicorn" else UVICORN) as site:
        yield site


@pytest.fixture
def stored(server: Server) -> Iterator[Recorded]:
    """Give what the site has stored by now."""
    with server.recorded() as seen:
        yield seen
