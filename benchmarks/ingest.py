"""How many Sentry events a second a site takes over HTTP, and how many it digests, beside Bugsink.

    python benchmarks/ingest.py [--seconds 8] [--kilobytes 2 50] [--bugsink VENV] [--json FILE]

Vedette runs as in production: gunicorn with two workers, and ``vedette run`` beside it.  Bugsink, where *VENV* is a virtual
environment with ``bugsink`` and ``gunicorn`` in it, runs in its own recommended set-up for one server: gunicorn with two workers,
and snappea.  Four senders post one event after another for so many seconds, each over a connection of its own, to the one
and to the other; each event has its own id, and one of ten titles.

- ``accepted_per_s``: answers of 200 by the time that was sent in;
- ``digested_per_s``: all events by the time until the last of them is in the peer's own database: in a part of the store
  that the catalogue names (Vedette), an event of an issue (Bugsink);
- ``cpu_s_per_10000``: processor time of all its processes by then, for 10,000 events;
- ``peak_mib``: the most memory that its processes held together.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from machine import machine
from wire import event

ROOT = Path(__file__).resolve().parents[1]
WORKERS, SENDERS = 2, 4
PATIENCE_S = 300
FRAMES = {2: 1, 50: 60}
BUGSINK = """
from bugsink.settings.default import *
SECRET_KEY = "only for a benchmark, only for a benchmark, only for one"
DATABASES["default"]["NAME"] = "{directory}/db.sqlite3"
DATABASES["snappea"]["NAME"] = "{directory}/snappea.sqlite3"
SNAPPEA = {{"TASK_ALWAYS_EAGER": False, "NUM_WORKERS": 4, "PID_FILE": None, "WAKEUP_CALLS_DIR": "{directory}/wakeup",
           "STATS_RETENTION_MINUTES": 60}}
EMAIL_BACKEND = "bugsink.email_backends.QuietConsoleEmailBackend"
BUGSINK = {{"BASE_URL": "http://127.0.0.1:{port}", "INGEST_STORE_BASE_DIR": "{directory}/ingestion",
           "MAX_EVENTS_PER_PROJECT_PER_5_MINUTES": 10_000_000, "MAX_EVENTS_PER_PROJECT_PER_HOUR": 10_000_000,
           "MAX_EVENTS_PER_PROJECT_PER_MONTH": 10_000_000, "MAX_EVENTS_PER_5_MINUTES": 10_000_000,
           "MAX_EVENTS_PER_HOUR": 10_000_000, "MAX_EVENTS_PER_MONTH": 10_000_000}}
ALLOWED_HOSTS = ["*"]
"""


@dataclass
class Peer:
    """A receiver: its processes, where it is posted to, and how many events it has digested."""

    name: str
    directory: Path
    python: str
    port: int
    environ: dict[str, str]
    path: str = ""
    key: str = ""
    database: str = ""
    count: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> None:
        """Start one of its processes."""
        with (self.directory / "output").open("ab") as output:
            self.processes.append(
                subprocess.Popen(
                    [self.python, *command],
                    cwd=ROOT,
                    env=self.environ,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            )

    def run(self, *command: str) -> str:
        """Run a command to its end and return what it printed."""
        return subprocess.run(
            [self.python, *command], cwd=ROOT, env=self.environ, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def family(self) -> list[psutil.Process]:
        """Return all its processes."""
        found = []
        for process in self.processes:
            try:
                parent = psutil.Process(process.pid)
                found += [parent, *parent.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found

    def digested(self) -> int:
        """Return how many events its database names."""
        with sqlite3.connect(
            f"file:{self.directory / self.database}?mode=ro", uri=True, timeout=30
        ) as connection:
            (number,) = connection.execute(self.count).fetchone()
        connection.close()
        return int(number or 0)

    def stop(self) -> None:
        """End its processes."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=30)

    def await_answer(self) -> None:
        """Wait until it listens."""
        for _ in range(600):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} does not answer: {(self.directory / 'output').read_text()[-2000:]}")


def vedette(directory: Path) -> Peer:
    """Start a site with Vedette."""
    environ = {
        **os.environ,
        "VEDETTE_INGEST_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": "ingest_site",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "benchmarks"), str(ROOT / "src")]),
    }
    peer = Peer("vedette", directory, sys.executable, _free_port(), environ)
    key = json.loads(peer.run("-m", "django", "vedette", "dsn", "--json"))
    peer.path, peer.key = f"/vedette/api/{key['project']}/envelope/", key["key"]
    peer.database = "vedette/state.sqlite3"
    peer.count = "SELECT sum(rows) FROM vedette_part WHERE \"table\" = 'errors' AND removed_us IS NULL"
    peer.start(*_gunicorn("django.core.wsgi:get_wsgi_application()", peer.port))
    peer.start("-m", "django", "vedette", "run")
    peer.await_answer()
    return peer


def bugsink(directory: Path, venv: Path) -> Peer:
    """Start Bugsink in its recommended set-up for one server."""
    port = _free_port()
    (directory / "bugsink_conf.py").write_text(BUGSINK.format(directory=directory, port=port))
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "bugsink_conf", "PYTHONPATH": str(directory)}
    peer = Peer("bugsink", directory, str(venv / "bin" / "python"), port, environ)
    manage = str(venv / "bin" / "bugsink-manage")
    peer.run(manage, "migrate", "-v", "0")
    peer.run(manage, "migrate", "snappea", "--database=snappea", "-v", "0")
    make = "from projects.models import Project; p = Project.objects.create(name='bench', retention_max_event_count=10**7); print(p.id, p.sentry_key.hex)"
    project, peer.key = peer.run(manage, "shell", "-v", "0", "-c", make).split()[-2:]
    peer.path, peer.database = f"/api/{project}/envelope/", "db.sqlite3"
    peer.count = "SELECT count(*) FROM events_event"
    peer.start(*_gunicorn("bugsink.wsgi", port))
    peer.start(str(venv / "bin" / "bugsink-runsnappea"))
    peer.await_answer()
    return peer


def _gunicorn(application: str, port: int) -> tuple[str, ...]:
    return ("-m", "gunicorn", application, "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bodies(kilobytes: int) -> Iterator[bytes]:
    """Give events of about that size, for ever; ten titles among them."""
    frames, texts = FRAMES.get(kilobytes, max(1, kilobytes)), []
    for number in range(10):
        made = event(frames)
        made["exception"]["values"][0]["value"] = f"kind {'abcdefghij'[number]}"
        made["event_id"] = "@ID@"
        made["timestamp"] = time.time()
        texts.append(json.dumps(made))
    while True:
        for text in texts:
            event_id = uuid.uuid4().hex
            head = json.dumps({"event_id": event_id})
            payload = text.replace("@ID@", event_id).encode()
            yield f'{head}\n{{"type":"event","length":{len(payload)}}}\n'.encode() + payload


def send(peer: Peer, body: bytes) -> int:
    """Post *body*, and return the status."""
    head = (
        f"POST {peer.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"X-Sentry-Auth: Sentry sentry_key={peer.key}, sentry_version=7, sentry_client=bench/1\r\n"
        f"Content-Type: application/x-sentry-envelope\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", peer.port), timeout=60) as connection:
        connection.sendall(head.encode() + body)
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    return int(answer[9:12] or 0)


def measure(peer: Peer, *, kilobytes: int, seconds: float) -> dict[str, Any]:
    """Send for *seconds*, wait until all is digested, and return the figures."""
    until, size = time.monotonic() + seconds, 0
    statuses: dict[int, int] = {}
    lock = threading.Lock()

    def post() -> None:
        nonlocal size
        for body in bodies(kilobytes):
            if time.monotonic() >= until:
                return
            status = send(peer, body)
            with lock:
                statuses[status] = statuses.get(status, 0) + 1
                size = len(body)

    digested_before, cpu_before = peer.digested(), _cpu_s(peer)
    started = time.monotonic()
    senders = [threading.Thread(target=post) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    peak = 0
    while any(sender.is_alive() for sender in senders):
        peak = max(peak, _memory(peer))
        time.sleep(0.2)
    sent_s = time.monotonic() - started
    accepted = statuses.get(200, 0)
    while (
        digested := peer.digested() - digested_before
    ) < accepted and time.monotonic() - started < PATIENCE_S:
        peak = max(peak, _memory(peer))
        time.sleep(0.1)
    digested_s = time.monotonic() - started
    return {
        "peer": peer.name,
        "kilobytes": kilobytes,
        "bytes": size,
        "statuses": statuses,
        "accepted_per_s": round(accepted / sent_s, 1),
        "digested": digested,
        "digested_per_s": round(digested / digested_s, 1),
        "cpu_s_per_10000": round((_cpu_s(peer) - cpu_before) / max(1, digested) * 10_000, 2),
        "peak_mib": round(peak / (1 << 20), 1),
    }


def _cpu_s(peer: Peer) -> float:
    total = 0.0
    for process in peer.family():
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _memory(peer: Peer) -> int:
    total = 0
    for process in peer.family():
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


@contextmanager
def running(name: str, venv: Path | None) -> Iterator[Peer]:
    """Run a peer in a directory of its own."""
    directory = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    peer = vedette(directory) if venv is None else bugsink(directory, venv)
    try:
        yield peer
    finally:
        peer.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _warm_up(peer: Peer, kilobytes: int) -> None:
    for body, _ in zip(bodies(kilobytes), range(20), strict=False):
        send(peer, body)
    until = time.monotonic() + 60
    while peer.digested() < 20 and time.monotonic() < until:
        time.sleep(0.1)


def main() -> None:
    """Parse the options, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--kilobytes", type=int, nargs="+", default=[2, 50])
    parser.add_argument("--bugsink", type=Path, metavar="VENV")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    results = []
    for kilobytes in options.kilobytes:
        for name, venv in (("vedette", None), ("bugsink", options.bugsink)):
            if name == "bugsink" and venv is None:
                continue
            with running(name, venv) as peer:
                _warm_up(peer, kilobytes)
                results.append(measure(peer, kilobytes=kilobytes, seconds=options.seconds))
            print(json.dumps(results[-1]), flush=True)
    report = {"machine": machine("vedette", "django", "gunicorn", "duckdb", "msgspec"), "results": results}
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
