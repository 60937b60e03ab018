"""Versions of Sentry's SDK for Python from seven years send to a running site, and all that each has is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.ingest.server import GUNICORN, Server, running
from tests.services import refuse
from vedette.testing import Recorded

pytestmark = pytest.mark.slow
SENDER = Path(__file__).with_name("any_sender.py")
VERSIONS = {
    "0.14.4": {"error", "message"},
    "0.20.3": {"error", "message", "spans", "session"},
    "1.5.12": {"error", "message", "spans", "session"},
    "1.45.1": {"error", "message", "spans", "session", "check-in"},
    "2.0.1": {"error", "message", "spans", "session", "check-in"},
    "2.75.0": {"error", "message", "spans", "session", "check-in", "log", "metric"},
    "3.0.0b2": {"error", "message", "spans", "log", "metric"},
}
"""What each has at least."""


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running site."""
    with running(tmp_path_factory.mktemp("versions"), command=GUNICORN) as site:
        yield site


@pytest.fixture(params=VERSIONS)
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """Give a version, and the directory in which it is installed."""
    version = str(request.param)
    command = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, *command, f"sentry-sdk=={version}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        refuse(f"sentry-sdk {version} cannot be installed: {done.stderr[-300:]}")
    return version, tmp_path


def test_what_each_version_sends_is_found(receiver: Server, installed: tuple[str, Path]) -> None:
    version, path = installed
    release = f"shop@{version}"
    done = subprocess.run(
        [sys.executable, str(SENDER), receiver.dsn, release],
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    has = set(json.loads(done.stdout))
    assert has >= VERSIONS[version]

    with receiver.recorded() as seen:
        ask = seen.store.sql
        errors = ask(
            f"SELECT type, value, level, user_id, attributes['shelf'], attributes['telemetry.sdk.version']"
            f" FROM errors WHERE release = '{release}' ORDER BY type"
        ).rows
        payloads = ask(f"SELECT payload FROM errors WHERE release = '{release}' AND type <> ''").rows
        found = {
            "spans": ask(f"SELECT DISTINCT name FROM spans WHERE release = '{release}' ORDER BY 1").rows
            == [("SELECT 1",), ("work of any version",)],
            "session": _count(seen, f"metrics WHERE name = 'sessions' AND release = '{release}'") > 0,
            "check-in": _count(seen, f"checks WHERE monitor = 'of-any-version' AND release = '{release}'")
            > 0,
            "log": _count(seen, f"logs WHERE message = 'a log line of any version' AND release = '{release}'")
            > 0,
            "metric": _count(seen, f"metrics WHERE name = 'orders.of.any.version' AND release = '{release}'")
            > 0,
        }
    assert errors == [
        ("", "a message of any version", "warning", "7", "second", version),
        ("ValueError", errors[1][1], "error", "7", "second", version),
    ]
    assert "an exception of any version" in errors[1][1]
    event = json.loads(payloads[0][0])
    assert "just before" in [crumb.get("message") for crumb in event["breadcrumbs"]["values"]]
    assert "basket" in event["exception"]["values"][0]["stacktrace"]["frames"][-1]["vars"]
    assert {what for what in has - {"error", "message"} if not found[what]} == set()


def _count(seen: Recorded, what: str) -> int:
    return int(seen.store.sql(f"SELECT count(*) FROM {what}").rows[0][0])
