"""``manage.py vedette`` as a program of its own, in a site of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.pipeline.drops import Drops
from vedette.pipeline.journal import Journal
from vedette.pipeline.recorder import Recorder, Resource
from vedette.record.signals import Log, Signal

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 60


@dataclass(frozen=True, slots=True)
class Program:
    """A site's directory, and the commands that run on it."""

    directory: Path

    def record(self, signals: Iterable[Signal]) -> None:
        """Write *signals* to the site's journal, as another process of the site does."""
        drops = Drops()
        journal = Journal(self.directory / "vedette" / "journal", "web-1", drops)
        recorder = Recorder(journal, Resource("tests", "production", "", "web-1"), drops)
        for signal in signals:
            assert recorder.record(signal)

    def log(self, message: str, *, severity: int = 9) -> None:
        """Record a log record of now."""
        self.record([Log(time=dt.datetime.now(dt.UTC), severity=severity, logger="apps", message=message)])

    def run(self, *arguments: str, input: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self._command(arguments),
            env=self._environ(environ),
            cwd=ROOT,
            input=input,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )

    @contextlib.contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command for as long as the block lasts."""
        process = subprocess.Popen(
            self._command(arguments),
            env=self._environ({}),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "django", "vedette", *arguments]

    def _environ(self, more: dict[str, str]) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.cli.site_settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            "VEDETTE_TEST_SITE": str(self.directory),
            **more,
        }


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until *condition* holds; fail where it never does."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)
