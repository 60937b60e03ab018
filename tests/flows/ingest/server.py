"""The site in processes of its own, behind a real socket."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from vedette.testing import Recorded, recorded

ROOT = Path(__file__).resolve().parents[3]
GUNICORN = ("gunicorn", "tests.flows.ingest.site:application", "--log-level", "error", "--workers", "2")
UVICORN = ("uvicorn", "tests.flows.ingest.site:asynchronous", "--log-level", "error")


SETTINGS = "tests.flows.ingest.settings"


def environment(directory: Path, *, settings: str = SETTINGS) -> dict[str, str]:
    """Return the environment of a process of the site in *directory*."""
    return {
        **os.environ,
        "VEDETTE_INGEST_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run(directory: Path, *command: str, settings: str = SETTINGS) -> str:
    """Run a Python module in the site's environment to its end, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment(directory, settings=settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Server:
    """The site, listening."""

    directory: Path
    command: tuple[str, ...] = GUNICORN
    options: tuple[str, ...] = ()
    port: int = 0
    key: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the site is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def dsn(self) -> str:
        """The DSN of the service ``shop``."""
        return str(self.key["dsn"])

    def start(self) -> None:
        """Start it and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.key = json.loads(
            run(self.directory, "django", "vedette", "dsn", "shop", "--json", "--url", self.url)
        )
        port = (
            ("--bind", f"127.0.0.1:{self.port}") if "gunicorn" in self.command else ("--port", str(self.port))
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command, *port, *self.options],
            cwd=ROOT,
            env=environment(self.directory),
            start_new_session=True,
        )
        for _ in range(1200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise AssertionError("the site does not answer")

    def stop(self) -> None:
        """End it in good order."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=30)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that serve."""
        assert self.process is not None
        master = psutil.Process(self.process.pid)
        return master.children() or [master]

    def post(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None, *, is_chunked: bool = False
    ) -> tuple[int, bytes]:
        """Post *body*, bytes or an iterable of them, with the key; return the status and the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        auth = {"X-Sentry-Auth": f"Sentry sentry_key={self.key['key']}, sentry_version=7"}
        try:
            connection.request(
                "POST", f"/vedette/{path}", body, {**auth, **(headers or {})}, encode_chunked=is_chunked
            )
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    @contextlib.contextmanager
    def recorded(self) -> Iterator[Recorded]:
        """Give what the site has stored."""
        with recorded(self.directory / "vedette") as seen:
            yield seen

    def stored_bytes(self) -> bytes:
        """Return every byte that lies in journal and parts, decompressed where it is compressed."""
        with self.recorded() as seen:
            seen.drain()
            tables = [
                name for (name,) in seen.store.sql("SELECT table_name FROM information_schema.tables").rows
            ]
            text = [repr(row) for name in tables for row in seen.store.sql(f"SELECT * FROM {name}").rows]
        files = [path.read_bytes() for path in (self.directory / "vedette").rglob("*") if path.is_file()]
        return b"\n".join([*files, *(row.encode() for row in text)])


@contextlib.contextmanager
def running(directory: Path, *options: str, command: tuple[str, ...] = GUNICORN) -> Iterator[Server]:
    """Run the site for as long as the block lasts."""
    server = Server(directory, command=command, options=options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
