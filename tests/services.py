"""The parts of the machine that some tests need: a browser, a PostgreSQL server.

Where a part is absent a test is skipped and says why; under `VEDETTE_REQUIRE_SERVICES=1`, as in CI, it
fails instead, so that nothing is left untested unseen.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
POSTGRES_DIRECTORIES = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt")
# A fixture of the left column makes a test carry the marker of the right one.
MARKERS = {"chromium_path": "browser", "postgres_url": "services"}


def refuse(reason: str) -> NoReturn:
    """End a test that lacks a part of the machine: raise pytest's skip, or its failure in CI."""
    if os.environ.get("VEDETTE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason} (VEDETTE_REQUIRE_SERVICES=1)", pytrace=False)
    pytest.skip(reason)


def mark_by_fixtures(items: Sequence[pytest.Item]) -> None:
    """Mark each test by the parts that its fixtures stand for."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKERS:
                item.add_marker(MARKERS[fixture])


def find_chromium() -> Path | None:
    """Return the machine's Chromium, or the one that `CHROMIUM_PATH` names."""
    named = os.environ.get("CHROMIUM_PATH")
    found = named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    return Path(found) if found else None


def find_postgres() -> Path | None:
    """Return the directory of the newest `initdb` and `postgres` of the machine."""
    versions = [path for top in POSTGRES_DIRECTORIES for path in Path(top).glob("*/bin/initdb")]
    versions.sort(key=lambda path: [int(part) for part in path.parts[-3].split(".") if part.isdigit()])
    on_path = shutil.which("initdb")
    chosen = versions[-1] if versions else Path(on_path).resolve() if on_path else None
    return chosen.parent if chosen else None


@contextmanager
def run_postgres(programs: Path) -> Iterator[str]:
    """Run a PostgreSQL server of its own in a scratch directory and give the URL of its database."""
    # The server refuses to run as root, and the other user must reach the directory: not pytest's own.
    user = _unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="vedette-postgres-") as scratch:
        if user:
            shutil.chown(scratch, user)
        data, port = Path(scratch, "data"), _free_port()
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={scratch} -c fsync=off"
        )
        control: list[str | Path] = [programs / "pg_ctl", "--pgdata", data, "--wait", "--silent"]
        _run([programs / "initdb", "--pgdata", data, "--auth=trust", "--username=vedette"], user=user)
        _run([*control, "--log", Path(scratch, "log"), "--options", options, "start"], user=user)
        try:
            yield f"postgresql://vedette@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "--mode=immediate", "stop"], user=user)


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: Sequence[str | Path], *, user: str | None) -> None:
    # Without a file of its own the server would keep this process's pipes open for as long as it runs.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command, user=user, cwd="/", stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False
        )
        output.seek(0)
        assert done.returncode == 0, output.read()
