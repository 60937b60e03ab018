"""How many Sentry events a second a site takes over HTTP, and how many it digests, beside Bugsink.

    python benchmarks/ingest.py [--seconds 8] [--loads 2 50 mix] [--bugsink VENV] [--json FILE]

Vedette runs as in production: gunicorn with two workers, and ``vedette run`` beside it.  Bugsink, where *VENV* is a virtual
environment with ``bugsink`` and ``gunicorn`` in it, runs in its own recommended set-up for one server: gunicorn with two workers,
and snappea.  Four sending processes post one envelope after another for so many seconds, each over a connection of its own, to the one
and to the other.  A load is a number of kilobytes, of events that each have their own id and one of ten titles; or ``mix``:
events, transactions, spans, logs, metrics, check-ins and sessions in turn, of which Bugsink keeps the events.

- ``accepted_per_s``: answers of 200 by the time that was sent in;
- ``digested_per_s``: all envelopes by the time until the last of them is in the peer's own database: its event counted in an
  issue, in the same transaction that adds it to the store (Vedette; in a mix, its records in parts that the catalogue names),
  an event of an issue (Bugsink);
- ``cpu_s_per_10000``: processor time of all its processes by then, for 10,000 envelopes;
- ``peak_mib``: the most memory that its processes held together.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
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
FRAMES = {2: 1, 50: 50}
"""So many frames make an event of so many kilobytes."""
OWN_FRAMES = 3
MIX = "mix"
EVENTS = "SELECT coalesce(sum(events), 0) FROM vedette_issue"
RECORDS = (
    "SELECT coalesce(sum(rows), 0) FROM vedette_part WHERE removed_us IS NULL"
    " AND \"table\" IN ('errors', 'spans', 'logs', 'metrics', 'checks')"
)
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


@dataclass(frozen=True)
class Target:
    """Where envelopes are posted to, and with which key."""

    port: int
    path: str
    key: str


@dataclass
class Posted:
    """What one sender, or all of them, got rid of: answers by status, and what was in the envelopes that were taken."""

    statuses: Counter[int] = field(default_factory=Counter)
    bytes: int = 0
    records: int = 0
    events: int = 0

    def __iadd__(self, other: Posted) -> Posted:
        self.statuses += other.statuses
        self.bytes += other.bytes
        self.records += other.records
        self.events += other.events
        return self


@dataclass
class Peer:
    """A receiver: its processes, where it is posted to, and how many of what was sent it has digested.

    `count` is the question for events, `count_mix` that for a mix.
    """

    name: str
    directory: Path
    python: str
    port: int
    environ: dict[str, str]
    path: str = ""
    key: str = ""
    database: str = ""
    count: str = ""
    count_mix: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def target(self) -> Target:
        """Where it is posted to."""
        return Target(self.port, self.path, self.key)

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

    def digested(self, load: str) -> int:
        """Return how many events its database names, or records of a mix."""
        with sqlite3.connect(
            f"file:{self.directory / self.database}?mode=ro", uri=True, timeout=30
        ) as connection:
            (number,) = connection.execute(self.count_mix if load == MIX else self.count).fetchone()
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
    peer.count, peer.count_mix = EVENTS, RECORDS
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
    peer.count = peer.count_mix = "SELECT count(*) FROM events_event"
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


@dataclass(frozen=True)
class Sent:
    """An envelope, and how many records and events are in it."""

    body: bytes
    records: int = 1
    events: int = 1


def bodies(load: str) -> Iterator[Sent]:
    """Give envelopes of *load*, for ever."""
    return mixed() if load == MIX else events(int(load))


def events(kilobytes: int) -> Iterator[Sent]:
    """Give events of about that size, for ever; ten titles among them.

    As when one fault comes again and again: ids, and variables of the innermost frames, are each event's own.
    """
    frames, texts = FRAMES.get(kilobytes, max(1, kilobytes)), []
    for number in range(10):
        made = event(frames)
        thrown = made["exception"]["values"][0]
        thrown["value"] = f"kind {'abcdefghij'[number]}"
        for frame in thrown["stacktrace"]["frames"][-OWN_FRAMES:]:
            frame["vars"] |= {"order": "<Order: number @ID@>", "self": "<View object at 0x@ID@>"}
        made["event_id"] = "@ID@"
        made["timestamp"] = time.time()
        texts.append(json.dumps(made))
    while True:
        for text in texts:
            event_id = uuid.uuid4().hex
            yield Sent(_envelope("event", text.replace("@ID@", event_id), event_id=event_id))


def mixed() -> Iterator[Sent]:
    """Give an event, a transaction, and containers of spans, logs and metrics, a check-in and sessions, in turn."""
    one_event = events(2)
    while True:
        yield next(one_event)
        yield Sent(_envelope("transaction", json.dumps(_transaction(10))), 11, 0)
        for kind, item in (("span", _span), ("log", _log), ("trace_metric", _metric)):
            items = {"version": 2, "items": [item(number) for number in range(20)]}
            yield Sent(_envelope(kind, json.dumps(items), item_count=20), 20, 0)
        check_in = {
            "check_in_id": uuid.uuid4().hex,
            "monitor_slug": "nightly",
            "status": "ok",
            "duration": 1.5,
        }
        yield Sent(_envelope("check_in", json.dumps(check_in)), 1, 0)
        aggregate = {"started": "2026-01-15T12:00:00Z", "exited": 12, "errored": 1}
        sessions = {
            "attrs": {"release": "shop@1.4.2", "environment": "production"},
            "aggregates": [aggregate],
        }
        yield Sent(_envelope("sessions", json.dumps(sessions)), 2, 0)


def _envelope(kind: str, payload: str, *, event_id: str = "", item_count: int = 0) -> bytes:
    head: dict[str, Any] = {"event_id": event_id} if event_id else {}
    item: dict[str, Any] = {"type": kind, "length": len(payload.encode())}
    if item_count:
        item |= {"item_count": item_count, "content_type": f"application/vnd.sentry.items.{kind}+json"}
    return f"{json.dumps(head)}\n{json.dumps(item)}\n{payload}\n".encode()


def _transaction(spans: int) -> dict[str, Any]:
    now, trace_id, root = time.time(), uuid.uuid4().hex, uuid.uuid4().hex[:16]
    return {
        "event_id": uuid.uuid4().hex,
        "type": "transaction",
        "transaction": "/orders/{order_id}/",
        "start_timestamp": now - 0.2,
        "timestamp": now,
        "contexts": {"trace": {"trace_id": trace_id, "span_id": root, "op": "http.server", "status": "ok"}},
        "spans": [
            {
                "trace_id": trace_id,
                "span_id": uuid.uuid4().hex[:16],
                "parent_span_id": root,
                "op": "db",
                "description": "SELECT id, title FROM orders WHERE id = %s",
                "start_timestamp": now - 0.1,
                "timestamp": now - 0.09,
            }
            for _ in range(spans)
        ],
    }


def _span(number: int) -> dict[str, Any]:
    now = time.time()
    return {
        "trace_id": uuid.uuid4().hex,
        "span_id": uuid.uuid4().hex[:16],
        "name": f"GET /orders/{number}/",
        "status": "ok",
        "is_segment": True,
        "start_timestamp": now - 0.1,
        "end_timestamp": now,
        "attributes": {"sentry.op": {"value": "http.server", "type": "string"}},
    }


def _log(number: int) -> dict[str, Any]:
    return {
        "timestamp": time.time(),
        "trace_id": uuid.uuid4().hex,
        "level": "info",
        "body": f"Order {number} was paid",
        "attributes": {"sentry.message.template": {"value": "Order %s was paid", "type": "string"}},
    }


def _metric(number: int) -> dict[str, Any]:
    return {
        "timestamp": time.time(),
        "trace_id": uuid.uuid4().hex,
        "name": "orders.paid",
        "type": "counter",
        "value": 1.0 + number,
    }


def send(target: Target, body: bytes) -> int:
    """Post *body*, and return the status."""
    head = (
        f"POST {target.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"X-Sentry-Auth: Sentry sentry_key={target.key}, sentry_version=7, sentry_client=bench/1\r\n"
        f"Content-Type: application/x-sentry-envelope\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.socket() as connection:
        connection.settimeout(60)
        connection.connect(("127.0.0.1", target.port))
        connection.sendall(head.encode() + body)
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    return int(answer[9:12] or 0)


def post(target: Target, load: str, until: float) -> Posted:
    """Post envelopes of *load* one after the other until that time of the monotonic clock."""
    posted = Posted()
    for sent in bodies(load):
        if time.monotonic() >= until:
            break
        status = send(target, sent.body)
        posted.statuses[status] += 1
        posted.bytes += len(sent.body)
        if status == 200:
            posted.records += sent.records
            posted.events += sent.events
    return posted


def measure(peer: Peer, *, load: str, seconds: float) -> dict[str, Any]:
    """Send for *seconds*, wait until all is digested, and return the figures."""
    digested_before, cpu_before, peak = peer.digested(load), _cpu_s(peer), 0
    # Processes, not threads: senders that wait for each other would be what is measured.
    with ProcessPoolExecutor(SENDERS, mp_context=multiprocessing.get_context("spawn")) as senders:
        list(senders.map(time.sleep, [0.5] * SENDERS))
        started = time.monotonic()
        sending = [senders.submit(post, peer.target, load, started + seconds) for _ in range(SENDERS)]
        while not all(sender.done() for sender in sending):
            peak = max(peak, _memory(peer))
            time.sleep(0.2)
        sent_s = time.monotonic() - started
        posted = Posted()
        for sender in sending:
            posted += sender.result()
    accepted = posted.statuses[200]
    wanted = posted.records if load == MIX and peer.name == "vedette" else posted.events
    while (digested := peer.digested(load) - digested_before) < wanted and (
        time.monotonic() - started < PATIENCE_S
    ):
        peak = max(peak, _memory(peer))
        time.sleep(0.1)
    digested_s = time.monotonic() - started
    share = digested / max(1, wanted)
    return {
        "peer": peer.name,
        "load": load,
        "mean_bytes": round(posted.bytes / max(1, posted.statuses.total())),
        "statuses": dict(posted.statuses),
        "accepted_per_s": round(accepted / sent_s, 1),
        "wanted": wanted,
        "digested": digested,
        "digested_per_s": round(accepted * share / digested_s, 1),
        "cpu_s_per_10000": round((_cpu_s(peer) - cpu_before) / max(1, accepted) * 10_000, 2),
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


def _warm_up(peer: Peer, load: str) -> None:
    wanted = 0
    for sent, _ in zip(bodies(load), range(21), strict=False):
        send(peer.target, sent.body)
        wanted += sent.records if load == MIX and peer.name == "vedette" else sent.events
    until = time.monotonic() + 60
    while peer.digested(load) < wanted and time.monotonic() < until:
        time.sleep(0.1)


def main() -> None:
    """Parse the options, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--loads", nargs="+", default=["2", "50", MIX], metavar="KILOBYTES|mix")
    parser.add_argument("--bugsink", type=Path, metavar="VENV")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    results = []
    for load in options.loads:
        for name, venv in (("vedette", None), ("bugsink", options.bugsink)):
            if name == "bugsink" and venv is None:
                continue
            with running(name, venv) as peer:
                _warm_up(peer, load)
                results.append(measure(peer, load=load, seconds=options.seconds))
            print(json.dumps(results[-1]), flush=True)
    report = {"machine": machine("vedette", "django", "gunicorn", "duckdb", "msgspec"), "results": results}
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
