"""The processes that are killed: a gunicorn with its workers, and the background work."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[3]
WORKERS = 4


def environment(directory: Path) -> dict[str, str]:
    """Return the environment of a process of the site that records into *directory*."""
    return {
        **os.environ,
        "VEDETTE_KILL_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": "tests.flows.kill.settings",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@dataclass
class Site:
    """The site under gunicorn."""

    directory: Path
    is_preloaded: bool
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "tests.flows.kill.site:application",
            "--workers",
            str(WORKERS),
        ]
        command += ["--bind", f"127.0.0.1:{self.port}", "--log-level", "error", "--graceful-timeout", "5"]
        command += ["--preload"] if self.is_preloaded else []
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(self.directory), start_new_session=True
        )
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise AssertionError("gunicorn does not answer")

    def kill_worker(self, chance: random.Random) -> bool:
        """Kill one of the workers, which gunicorn then replaces; tell whether there was one."""
        assert self.process is not None
        workers = psutil.Process(self.process.pid).children()
        return bool(workers) and _kill(chance.choice(workers).pid)

    def stop(self) -> None:
        """End it in good order."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=20)


@dataclass
class Background:
    """The background work: one process that runs, or ticks that follow one another."""

    directory: Path
    verb: str
    process: subprocess.Popen[bytes] | None = field(default=None)
    failures: list[int | None] = field(default_factory=list)

    def ensure(self) -> None:
        """Start a process where there is none."""
        status = None if self.process is None else self.process.poll()
        if status not in {None, 0, -signal.SIGKILL}:
            self.failures.append(status)
        if self.process is None or status is not None:
            self.process = self.start(self.verb)

    def start(self, verb: str) -> subprocess.Popen[bytes]:
        """Start a process that does *verb*."""
        command = [sys.executable, "-m", "tests.flows.kill.background", verb]
        return subprocess.Popen(command, cwd=ROOT, env=environment(self.directory))

    def await_work(self, pattern: str, *, at_most_s: float) -> bool:
        """Wait until a new file among the parts matches *pattern*; tell whether one came."""
        parts, until = self.directory / "parts", time.monotonic() + at_most_s
        known = set(parts.glob(pattern))
        while time.monotonic() < until:
            if set(parts.glob(pattern)) - known:
                return True
            time.sleep(0.001)
        return False

    def kill(self) -> bool:
        """Kill the process; tell whether it was there."""
        return self.process is not None and self.process.poll() is None and _kill(self.process.pid)

    def stop(self) -> None:
        """End it in good order."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
