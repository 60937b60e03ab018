"""OpenTelemetry's exporters for JavaScript, which speak JSON where Python's speak protobuf, send to a running site."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.ingest.server import GUNICORN, Server, running
from tests.services import refuse

pytestmark = pytest.mark.slow
SOURCES = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def packages(pytestconfig: pytest.Config) -> Path:
    """Give the directory in which the exporters are installed; the versions that the lock file names, once."""
    cache = pytestconfig.cache
    assert cache is not None
    directory = cache.mkdir("node-senders")
    lock = (SOURCES / "package-lock.json").read_bytes()
    mark = directory / "installed.json"
    if not (mark.exists() and mark.read_bytes() == lock):
        npm = shutil.which("npm")
        if npm is None:
            refuse("there is no npm on this machine")
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCES / name, directory)
        done = subprocess.run([npm, "ci"], cwd=directory, capture_output=True, text=True, check=False)
        if done.returncode:
            refuse(f"the exporters cannot be installed: {done.stderr[-500:]}")
        mark.write_bytes(lock)
    shutil.copy(SOURCES / "otlp.mjs", directory)
    return directory


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running site."""
    with running(tmp_path_factory.mktemp("node"), command=GUNICORN) as site:
        yield site


def test_what_exporters_send_as_json_is_found(packages: Path, receiver: Server) -> None:
    command = ["node", "otlp.mjs", f"{receiver.url}/vedette", receiver.key["key"]]
    done = subprocess.run(command, cwd=packages, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")

    with receiver.recorded() as seen:
        ask = seen.store.sql
        spans = ask(
            "SELECT service, release, attributes['cart.items'], attributes['cart.tags'], duration_ms >= 0, length(trace_id)"
            " FROM spans WHERE name = 'checkout in node'"
        ).rows
        errors = ask("SELECT type, value FROM errors WHERE release = 'js@1'").rows
        counts = ask(
            "SELECT kind, sum(sum), any_value(attributes['shelf']) FROM metrics WHERE name = 'orders.node' GROUP BY 1"
        ).rows
        took = ask("SELECT kind, sum(count), sum(sum) FROM metrics WHERE name = 'took.node' GROUP BY 1").rows
        logs = ask(
            "SELECT message, severity, severity_text, logger, attributes['shelf'] FROM logs WHERE release = 'js@1'"
        ).rows
    assert spans == [("shop", "js@1", "3", '["a","b"]', True, 32)]
    assert errors == [("RangeError", "an exception in node")]
    assert counts == [("counter", 7.0, "second")]
    assert took == [("timing", 3, 30.0)]
    assert logs == [("a log line from node", 17, "ERROR", "node", "second")]
