"""OpenTelemetry's exporters for JavaScript, which speak JSON where Python's speak protobuf, and Sentry's SDK for Node."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.ingest.server import GUNICORN, Server, running
from tests.services import refuse

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent


def installed(config: pytest.Config, name: str) -> Path:
    """Return the directory in which the packages of *name* are installed; the versions that the lock file names, once."""
    cache, sources = config.cache, HERE / name
    assert cache is not None
    directory = cache.mkdir(name.replace("_", "-"))
    lock = (sources / "package-lock.json").read_bytes()
    mark = directory / "installed.json"
    if not (mark.exists() and mark.read_bytes() == lock):
        npm = shutil.which("npm")
        if npm is None:
            refuse("there is no npm on this machine")
        for file in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(sources / file, directory)
        done = subprocess.run([npm, "ci"], cwd=directory, capture_output=True, text=True, check=False)
        if done.returncode:
            refuse(f"the packages cannot be installed: {done.stderr[-500:]}")
        mark.write_bytes(lock)
    for script in sources.glob("*.mjs"):
        shutil.copy(script, directory)
    return directory


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running site."""
    with running(tmp_path_factory.mktemp("node"), command=GUNICORN) as site:
        yield site


def test_what_exporters_send_as_json_is_found(pytestconfig: pytest.Config, receiver: Server) -> None:
    packages = installed(pytestconfig, "node")
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


@pytest.mark.parametrize("major", [7, 8, 9, 10, 11])
def test_what_sentry_s_sdk_for_node_sends_is_found(
    major: int, pytestconfig: pytest.Config, receiver: Server
) -> None:
    packages = installed(pytestconfig, "node_sentry")
    command = ["node", "sentry.mjs", str(major), receiver.dsn]
    done = subprocess.run(command, cwd=packages, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr

    release = f"release = 'node@{major}'"
    with receiver.recorded() as seen:
        ask = seen.store.sql
        errors = ask(
            f"SELECT type, value, level, environment, attributes['major'] FROM errors WHERE {release} ORDER BY 1"
        ).rows
        spans = ask(f"SELECT op, name FROM spans WHERE {release} AND op LIKE 'task%' ORDER BY 1").rows
    assert errors == [
        ("", "a message from node", "warning", "node", str(major)),
        ("RangeError", "an exception in node", "error", "node", str(major)),
    ]
    assert spans == [("task", "work in node"), ("task.part", "part of it")]
