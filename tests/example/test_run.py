"""`make run`: the todo site with everything on, started and ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0


@pytest.fixture
def port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def environment(tmp_path: Path, port: int) -> dict[str, str]:
    """Give the environment of a demonstration of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "DATA_DIR": str(tmp_path), "PORT": str(port)}


@pytest.fixture
def demonstration(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Give a running demonstration, which is gone after the test."""
    command = [sys.executable, "example/run.py", "--past=30m", "--second-release-after=1", "--rate=600"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    yield process
    family = (
        [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        if process.poll() is None
        else []
    )
    for member in family:
        member.kill()
    process.communicate()


def _read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    read = ""
    while words not in read:
        line = process.stdout.readline()
        assert line, read
        read += line
    return read


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_addresses_deploys_a_second_release_and_ends_cleanly(
    demonstration: subprocess.Popen[str], port: int, number: signal.Signals
) -> None:
    printed = _read_until(demonstration, "Ctrl-C")
    assert f"http://127.0.0.1:{port}/vedette/" in printed
    assert "demo, password " in printed
    _read_until(demonstration, "second release")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=20) as answer:
        assert answer.status == 200
    family = psutil.Process(demonstration.pid).children(recursive=True)
    assert len(family) == 2
    demonstration.send_signal(number)
    assert demonstration.wait(PATIENCE_S) == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []


@pytest.mark.slow
def test_it_ends_while_it_still_prepares(demonstration: subprocess.Popen[str]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not (family := psutil.Process(demonstration.pid).children()) and time.monotonic() < give_up_at:
        time.sleep(0.01)
    demonstration.send_signal(signal.SIGTERM)
    assert demonstration.wait(PATIENCE_S) == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_a_port_in_use_is_one_line(environment: dict[str, str], port: int) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        done = subprocess.run(
            [sys.executable, "example/run.py"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert str(port) in done.stderr


@pytest.mark.parametrize("port_text", ["abc", "0", "70000", "-1", "8000.5"])
def test_a_port_that_is_none_is_refused(environment: dict[str, str], port_text: str) -> None:
    done = subprocess.run(
        [sys.executable, "example/run.py"],
        cwd=ROOT,
        env={**environment, "PORT": port_text},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "a port is a number" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_backfill_is_in_the_store_to_the_last_record(environment: dict[str, str]) -> None:
    def manage(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", "vedette", *arguments],
            cwd=ROOT / "example",
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    written = json.loads(manage("demo", "--backfill=3h", "--rate=30", "--json"))["written"]
    assert set(written) == {"errors", "requests", "logs", "spans"}
    for table, count in written.items():
        counted = manage("sql", f"SELECT count(*) AS number FROM {table}", "--json")
        assert json.loads(counted) == {"number": count}
