"""Many requests at once: each keeps its own context, in threads, tasks and greenlets."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler

from tests.capture.observed import Observed


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(site: Observed) -> Iterator[str]:
    """Give the address of a server with a thread per request."""
    with make_server("127.0.0.1", 0, WSGIHandler(), server_class=_Server, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_threads_keep_their_requests_apart(site: Observed, server: str, journal_handler: object) -> None:
    names = [f"request-{number}" for number in range(60)]

    def ask(name: str) -> tuple[str, list[str]]:
        connection = http.client.HTTPConnection(server)
        connection.request("GET", "/identity/", headers={"X-Request-ID": name})
        answer = connection.getresponse()
        body = json.load(answer)
        connection.close()
        return answer.headers["X-Request-ID"], body

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, names))
    assert answers == [(name, [name, name]) for name in names]
    assert sorted(request.request_id for request in site.requests) == sorted(names)
    logs = [log for log in site.logs if log.message == "identity"]
    assert sorted(log.request_id for log in logs) == sorted(names)
    assert all(log.request_id == log.attributes["asked"] for log in logs)


def test_tasks_keep_their_requests_apart(site: Observed) -> None:
    names = [f"request-{number}" for number in range(60)]

    async def ask_all() -> list[bytes]:
        answers = await asyncio.gather(*(site.aget("/async/identity/", x_request_id=name) for name in names))
        return [answer.body for answer in answers]

    assert [json.loads(body) for body in asyncio.run(ask_all())] == [[name] * 3 for name in names]
    assert sorted(request.request_id for request in site.requests) == sorted(names)


def test_greenlets_keep_their_requests_apart(tmp_path: Path) -> None:
    pytest.importorskip("gevent", reason="gevent is not installed")
    # In a process of its own: gevent patches the standard library for good.
    code = f"""
from gevent import monkey; monkey.patch_all()
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from django.conf import settings
settings.ROOT_URLCONF = "tests.capture.site.urls"
settings.MIDDLEWARE = ["vedette.middleware.Vedette"]
settings.VEDETTE = {{"DIR": {str(tmp_path)!r}, "REQUEST_LOG": False}}
import django; django.setup()
import gevent.pool
from pathlib import Path
from tests.capture.observed import Observed
site = Observed(Path({str(tmp_path / "journal")!r}))
names = [f"request-{{number}}" for number in range(60)]
bodies = gevent.pool.Pool(20).map(lambda name: site.get("/identity/", HTTP_X_REQUEST_ID=name).body, names)
assert [json.loads(body) for body in bodies] == [[name, name] for name in names], bodies
assert sorted(request.request_id for request in site.requests) == sorted(names)
print("apart")
"""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environ
    )
    assert done.stdout == "apart\n", done.stderr
