"""Kill processes of a site that others send to, at random moments, and count what became of each event.

``python -m tests.flows.ingest.kill --kills 100 [--preload] [--seed 1]`` prints JSON; the exit status says whether each event that
was answered with 200 is in the store once, and in exactly one issue once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from tests.flows.ingest.server import ROOT, Server, environment, run, running

SENDERS = 3
KINDS = 40
"""So many faults the events are of; as many issues there are to be."""


class Sender(threading.Thread):
    """Sends events, one after the other, and notes which were answered with 200."""

    def __init__(self, server: Server, stop: threading.Event, seed: int) -> None:
        super().__init__()
        self._server = server
        self._is_stopped = stop
        self._chance = random.Random(seed)
        self.answered: dict[str, str] = {}
        self.statuses: set[int] = set()

    def run(self) -> None:
        """Send until told to stop."""
        while not self._is_stopped.is_set():
            event_id, kind = uuid.uuid4().hex, f"Error{self._chance.randrange(KINDS)}"
            event = json.dumps(_event(event_id, kind)).encode()
            try:
                status, answer = self._server.post("api/1/envelope/", b'{}\n{"type":"event"}\n' + event)
            except (OSError, http.client.HTTPException):
                continue
            self.statuses.add(status)
            if status == 200 and json.loads(answer) == {"id": event_id}:
                self.answered[event_id] = kind


def kill_and_count(
    directory: Path, *, kills: int, options: tuple[str, ...] = (), seed: int
) -> dict[str, Any]:
    """Do it all in *directory* and return what was seen."""
    chance, stop = random.Random(seed), threading.Event()
    killed: Counter[str] = Counter()
    started = time.monotonic()
    with running(directory, *options) as server:
        worker, began = _background(directory), time.monotonic()
        senders = [Sender(server, stop, seed + number) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        try:
            while killed.total() < kills:
                # However slow the machine is: something is to happen between two kills, to both.
                _await_answers(senders, chance.randrange(1, 60))
                time.sleep(chance.uniform(0.0, 0.3))
                if chance.random() < 0.5:
                    time.sleep(max(0.0, began + chance.uniform(1.0, 4.0) - time.monotonic()))
                    worker.kill()
                    worker.wait()
                    killed["background"] += 1
                    worker, began = _background(directory), time.monotonic()
                else:
                    killed["server"] += _kill(chance.choice(server.workers()))
            time.sleep(0.5)
        finally:
            stop.set()
            for sender in senders:
                sender.join()
            worker.kill()
            worker.wait()
    took_s = time.monotonic() - started
    _drain(directory)
    answered = {event_id: kind for sender in senders for event_id, kind in sender.answered.items()}
    return {
        "kills": dict(killed),
        "took_s": round(took_s, 1),
        "statuses": sorted({status for sender in senders for status in sender.statuses}),
        **_counts(directory, answered),
    }


def is_right(seen: dict[str, Any]) -> bool:
    """Tell whether *seen* is what must be."""
    wrong = ("lost", "doubled", "homeless", "miscounted", "in_another_issue")
    return (
        not any(seen[name] for name in wrong)
        and seen["statuses"] == [200]
        and seen["in_issues"] == seen["stored"] >= seen["answered"] > 0
        and 0 < seen["issues"] <= KINDS
    )


def _event(event_id: str, kind: str) -> dict[str, Any]:
    frame = {"module": "shop.views", "function": "pay", "context_line": "pay()", "lineno": 7, "in_app": True}
    thrown = {"type": kind, "value": f"no {event_id}", "stacktrace": {"frames": [frame]}}
    return {"event_id": event_id, "platform": "python", "exception": {"values": [thrown]}}


def _await_answers(senders: list[Sender], count: int) -> None:
    wanted = sum(len(sender.answered) for sender in senders) + count
    deadline = time.monotonic() + 10
    while sum(len(sender.answered) for sender in senders) < wanted and time.monotonic() < deadline:
        time.sleep(0.01)


def _background(directory: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "django", "vedette", "run"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(directory), stdout=subprocess.DEVNULL, start_new_session=True
    )


def _kill(process: psutil.Process) -> int:
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def _drain(directory: Path) -> None:
    """Digest what is left, as soon as the lease of the last worker that was killed has run out."""
    for _ in range(60):
        if json.loads(run(directory, "django", "vedette", "tick", "--json"))["led"]:
            return
        time.sleep(0.5)
    raise AssertionError("the lease does not run out")


def _counts(directory: Path, answered: dict[str, str]) -> dict[str, Any]:
    stored = _stored(directory)
    ids = Counter(row["event_id"] for row in stored)
    by_fingerprint = Counter(row["fingerprint"] for row in stored)
    with sqlite3.connect(directory / "vedette" / "state.sqlite3") as state:
        hashes = {
            hash_: (issue, events)
            for hash_, issue, events in state.execute("SELECT hash, issue_id, events FROM vedette_issue_hash")
        }
        issues = dict(state.execute("SELECT id, events FROM vedette_issue"))
        types = dict(state.execute("SELECT id, type FROM vedette_issue"))
        others = [
            title for (title,) in state.execute("SELECT title FROM vedette_issue WHERE service <> 'shop'")
        ]
    state.close()
    by_issue: Counter[int] = Counter()
    for fingerprint, number in by_fingerprint.items():
        if fingerprint in hashes:
            by_issue[hashes[fingerprint][0]] += number
    return {
        "answered": len(answered),
        "stored": ids.total(),
        "in_issues": sum(issues.values()),
        "issues": len(issues) - len(others),
        "of_the_site_itself": others,
        "lost": sum(event_id not in ids for event_id in answered),
        "doubled": sum(number > 1 for number in ids.values()),
        "homeless": sum(row["fingerprint"] not in hashes for row in stored),
        "miscounted": sum(events != by_fingerprint[hash_] for hash_, (_, events) in hashes.items())
        + sum(events != by_issue[issue] for issue, events in issues.items()),
        "in_another_issue": sum(
            types[hashes[row["fingerprint"]][0]] != answered[row["event_id"]]
            for row in stored
            if row["event_id"] in answered and row["fingerprint"] in hashes
        ),
    }


def _stored(directory: Path) -> list[dict[str, str]]:
    sql = "SELECT event_id, fingerprint FROM errors"
    return [
        json.loads(line)
        for line in run(
            directory, "django", "vedette", "sql", "--json", sql, "--limit", "1000000"
        ).splitlines()
    ]


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=int(os.environ.get("VEDETTE_KILLS", "8")))
    parser.add_argument(
        "--preload", action="store_true", help="let the server's processes share what they load"
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    arguments = parser.parse_args()
    options = ("--preload",) if arguments.preload else ()
    with tempfile.TemporaryDirectory(prefix="vedette-kill-") as directory:
        seen = kill_and_count(Path(directory), kills=arguments.kills, options=options, seed=arguments.seed)
    print(json.dumps({"seed": arguments.seed, "is_right": is_right(seen), **seen}, indent=2))
    return 0 if is_right(seen) else 1


if __name__ == "__main__":
    sys.exit(main())
