"""Start the todo site with everything on: `make run`, or `python example/run.py`.

1. Bring the database up to date, make the demonstration's user, give the site a year of tasks.
2. Where Vedette has no records yet, make up the past day.
3. Start the site at 127.0.0.1:$PORT (default 8000), and people who use it.
4. After some minutes start the site again as its second release, which has a new bug, and tell Vedette of the deploy.

Ctrl-C or SIGTERM ends all of it.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

HERE = Path(__file__).resolve().parent
RELEASES = ("1c0ffee5eed5a11ad0c5fab1e5ca1ab1e0ddba11", "2badc0de5eed5a11ad0c5fab1e5ca1ab1e0ddba1")
ENVIRONMENT = "development"
_ADDRESSES = """
  The todo site  {site}/
  Vedette        {site}/vedette/
  Log in as      {name}, password {password}
  Console        {log}

People are using the site. Ctrl-C ends it all.
"""
_START_S = 60.0
_STOP_S = 12.0


class UnableToRun(Exception):
    """The site cannot be started; the message says why, in one line."""


@dataclass(slots=True)
class Stage:
    """The processes of the demonstration; all of them are gone after `close`."""

    port: int
    log: Path
    stopping: threading.Event = field(default_factory=threading.Event)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def manage(
        self, *arguments: str, release: int = 0, output: IO[bytes] | int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a management command of the site, whose output goes to this terminal or where *output* says."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "todo_project.settings.development",
            "GIT_COMMIT_SHA": RELEASES[release],
            "DEMO_RELEASE_2": str(release),
            "PYTHONUNBUFFERED": "1",
        }
        # In a session of its own, Ctrl-C at the terminal reaches this process alone, which ends the others in order.
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=HERE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output == subprocess.PIPE else output,
            start_new_session=True,
        )

    def finish(self, *arguments: str) -> str:
        """Run a management command to its end and return what it said.

        Raises:
            UnableToRun: If it fails.
        """
        name = arguments[0]
        process = self._running[name] = self.manage(*arguments, output=subprocess.PIPE)
        said = b""
        while not self.stopping.is_set():
            try:
                said, _ = process.communicate(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            del self._running[name]
            if process.returncode:
                raise UnableToRun(
                    f"`manage.py {' '.join(arguments)}` failed ({process.returncode}); see above"
                )
            break
        return said.decode().strip()

    def serve(self, release: int) -> None:
        """Start the site as this release, and wait until it answers.

        Raises:
            UnableToRun: If it never does.
        """
        self.end("site")
        if self.stopping.is_set():
            return
        # Without autoreload there is one process to end, not two.
        with self.log.open("ab") as log:
            site = self._running["site"] = self.manage(
                "runserver", "--noreload", f"127.0.0.1:{self.port}", release=release, output=log
            )
        give_up_at = time.monotonic() + _START_S
        while not self._answers() and not self.stopping.wait(0.2):
            if site.poll() is not None or time.monotonic() > give_up_at:
                raise UnableToRun(f"the site did not start; see {self.log}")

    def deployed(self, release: int, *, ago: str = "") -> None:
        """Tell Vedette that this release is out, and which commit it brought, as a pipeline does after each deploy.

        It went out now, or as long *ago* as is said.

        Raises:
            UnableToRun: If it does not take it.
        """
        version = RELEASES[release]
        for action in (
            ("new",),
            ("set-commits", "--commit", f"todo@{version}"),
            ("deploy", "-e", ENVIRONMENT, *(("--finished", ago) if ago else ())),
        ):
            if not self.stopping.is_set():
                self.finish("vedette", "release", *action, version)

    def start(self, name: str, *arguments: str) -> None:
        """Start a management command that goes on until it is ended."""
        with self.log.open("ab") as log:
            self._running[name] = self.manage(*arguments, output=log)

    def end(self, name: str) -> None:
        """End a process that was started under this name, gently if it lets itself."""
        process = self._running.pop(name, None)
        if process is None:
            return
        # runserver knows SIGINT alone as an order to end and to write what is pending.
        process.send_signal(signal.SIGINT if name == "site" else signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End all processes, those first that use others."""
        for name in reversed(list(self._running)):
            self.end(name)

    def broken(self) -> str:
        """Return the name of a process that ended by itself, or an empty text."""
        return next((name for name, process in self._running.items() if process.poll() is not None), "")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/accounts/login/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration until it is told to stop; return the exit status."""
    options = _parse(arguments)
    data_dir = Path(os.environ.get("DATA_DIR") or HERE / "var").resolve()
    stage = Stage(options.port, log=data_dir / "console.log")
    _stop_at_signals(stage)
    try:
        _check_port(options.port)
        data_dir.mkdir(parents=True, exist_ok=True)
        stage.log.write_bytes(b"")
        _prepare(stage, options, has_past=any((data_dir / "vedette" / "parts").glob("requests/*/*.parquet")))
        _play(stage, options)
    except UnableToRun as error:
        print(f"The demonstration cannot run: {error}.", file=sys.stderr)
        return 1
    finally:
        stage.close()
    return 0


def _prepare(stage: Stage, options: argparse.Namespace, *, has_past: bool) -> None:
    past = ("vedette", "demo", f"--backfill={options.past}", "--rate=40", f"--release={RELEASES[0]}")
    commands: list[tuple[str, ...]] = [
        ("migrate", "--verbosity=0"),
        ("seed_tasks", "--for=demo"),
    ]
    if not has_past and options.past != "none":
        commands.append(past)
    for command in commands:
        if command is past:
            print(f"Making up the past {options.past} …", flush=True)
        stage.finish(*command)
    stage.deployed(0, ago=options.past if past in commands else "")


def _play(stage: Stage, options: argparse.Namespace) -> None:
    name, _, password = stage.finish("demo_user").partition(" ")
    stage.serve(0)
    site = f"http://127.0.0.1:{stage.port}"
    if not stage.stopping.is_set():
        stage.start("people", "vedette", "demo", f"--url={site}", f"--rate={options.rate}")
        print(_ADDRESSES.format(site=site, name=name, password=password, log=stage.log), flush=True)
    second_release_at = time.monotonic() + options.second_release_after
    is_second = False
    while not stage.stopping.wait(0.5):
        if broken := stage.broken():
            raise UnableToRun(f"the process of the {broken} has ended; see {stage.log}")
        if not is_second and time.monotonic() >= second_release_at:
            is_second = True
            stage.serve(1)
            stage.deployed(1)
            print(f"Deployed {RELEASES[1][:7]}, the site's second release; it has a new bug.", flush=True)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UnableToRun(
                f"port {port} is not free ({error.strerror}); choose another, such as PORT={port + 1 if port < 65535 else 8000}"
            ) from error


def _stop_at_signals(stage: Stage) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        stage.stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Start the todo site with everything on.")
    # A default that is text goes through `type` as well: a $PORT that is none is reported like a --port that is none.
    parser.add_argument("--port", type=_port, default=os.environ.get("PORT") or "8000")
    parser.add_argument("--rate", type=int, default=90, help="requests a minute of the people (%(default)s)")
    parser.add_argument(
        "--past", default="1d", help="length of the past that is made up at first, or none (%(default)s)"
    )
    parser.add_argument(
        "--second-release-after", type=float, default=180.0, metavar="SECONDS", help="(%(default)s)"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
