"""Each event that was answered with 200 is in the store exactly once, whatever is killed meanwhile."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import psutil
import pytest

from tests.flows.ingest.server import ROOT, Server, environment, running

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("VEDETTE_KILLS", "8"))


class Sender(threading.Thread):
    """Sends events, one after the other, and notes which were answered with 200."""

    def __init__(self, server: Server, stop: threading.Event) -> None:
        super().__init__()
        self._server = server
        self._is_stopped = stop
        self.answered: list[str] = []
        self.statuses: set[int] = set()

    def run(self) -> None:
        """Send until told to stop."""
        while not self._is_stopped.is_set():
            event_id = uuid.uuid4().hex
            event = json.dumps({"event_id": event_id, "message": f"event {event_id}"}).encode()
            try:
                status, answer = self._server.post("api/1/envelope/", b'{}\n{"type":"event"}\n' + event)
            except (OSError, http.client.HTTPException):
                continue
            self.statuses.add(status)
            if status == 200:
                assert json.loads(answer) == {"id": event_id}
                self.answered.append(event_id)


def background(directory: Path) -> subprocess.Popen[bytes]:
    """Start the background work in a process of its own."""
    command = [sys.executable, "-m", "django", "vedette", "run"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(directory), stdout=subprocess.DEVNULL, start_new_session=True
    )


@pytest.mark.parametrize("options", [(), ("--preload",)], ids=["", "preloaded"])
def test_every_event_that_was_answered_is_stored_exactly_once(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    chance, stop = random.Random(), threading.Event()
    with running(tmp_path, *options) as server:
        worker = background(tmp_path)
        senders = [Sender(server, stop) for _ in range(3)]
        for sender in senders:
            sender.start()
        try:
            for number in range(KILLS):
                time.sleep(chance.uniform(0.1, 0.6))
                if number % 3 == 2:
                    worker.kill()
                    worker.wait()
                    worker = background(tmp_path)
                else:
                    _kill(chance.choice(server.workers()))
            time.sleep(0.5)
        finally:
            stop.set()
            for sender in senders:
                sender.join()
            worker.kill()
            worker.wait()
    answered = [event_id for sender in senders for event_id in sender.answered]
    stored = _stored(tmp_path)

    assert {status for sender in senders for status in sender.statuses} == {200}
    assert len(answered) > 20
    assert sorted(set(answered) - set(stored)) == []
    assert len(stored) == len(set(stored))


def _kill(process: psutil.Process) -> None:
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _stored(directory: Path) -> list[str]:
    command = [sys.executable, "-m", "django", "vedette", "sql", "--json", "SELECT event_id FROM errors"]
    done = subprocess.run(
        [*command, "--limit", "1000000"],
        cwd=ROOT,
        env=environment(directory),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["event_id"] for line in done.stdout.splitlines()]
