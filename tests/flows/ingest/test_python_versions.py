"""Python's SDK from 0.14 to 3.0 sends to a real server, each version from a folder of its own, and everything is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.flows.ingest import packages
from tests.flows.ingest.sent import (
    Sent,
    assert_chain,
    assert_message,
    assert_metrics,
    assert_session,
    assert_trace,
    payload_of,
    secrets_in,
)
from tests.flows.ingest.server import ROOT, Server
from tests.services import refuse

pytestmark = pytest.mark.slow

VERSIONS = {
    "0.14.4": {"check", "log", "metric", "profile"},
    "0.20.3": {"check", "log", "metric", "profile"},
    "1.5.12": {"check", "log", "metric", "profile"},
    "1.45.1": {"log", "metric"},
    "2.0.1": {"log", "metric"},
    "2.35.0": {"metric"},
    "2.75.0": set(),
    "3.0.0b2": set(),
}
"""The versions, and what each has no way to send."""
SENDER = ROOT / "tests" / "flows" / "ingest" / "python_sender.py"


@pytest.fixture(scope="module")
def sdks(packages_dir: Path) -> Iterator[dict[str, Future[Path]]]:
    """Give the folders of the versions, which are installed while others are tested already."""
    with ThreadPoolExecutor(3) as pool:
        yield {
            version: pool.submit(packages.python, f"sentry-sdk=={version}", below=packages_dir)
            for version in VERSIONS
        }


def _send(sdks: dict[str, Future[Path]], version: str, dsn: str) -> set[str]:
    """Run the sender; return what it says that the version cannot send."""
    try:
        folder = sdks[version].result()
    except packages.UnableToInstallError as error:
        refuse(str(error))
    # -S: the version is to meet nothing of what is installed here, whose age it does not know.
    done = subprocess.run(
        [sys.executable, "-S", str(SENDER), dsn],
        env={**os.environ, "PYTHONPATH": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 3:
        refuse(f"sentry-sdk {version} does not run on Python {sys.version.split()[0]}: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_that_the_version_sends_is_found(
    receiver: Server, sdks: dict[str, Future[Path]], version: str
) -> None:
    absent = _send(sdks, version, receiver.dsn)
    with receiver.recorded() as seen:
        sent = Sent(seen, f"shop@{version}")

    assert absent == VERSIONS[version]
    assert_message(sent.error("a message from afar"))
    thrown = sent.error("nothing to divide by")
    assert_chain(
        thrown,
        type="ArithmeticError",
        cause="ZeroDivisionError",
        line='raise ArithmeticError("nothing to divide by") from error',
    )
    assert thrown.attributes["telemetry.sdk.version"] == version
    assert_trace(sent.spans)
    assert_session(sent.metrics, errors=1)
    assert "log" in absent or ("a log line from afar", "a log line from {place}", 13) in [
        (each.message, each.template, each.severity) for each in sent.logs
    ]
    if "metric" not in absent:
        assert_metrics(sent.metrics)
    checks = [(each.monitor, each.state, each.total_ms) for each in sent.checks]
    assert checks == ([] if "check" in absent else [("nightly", "ok", 2500.0)])
    assert ("work" in sent.functions()) == ("profile" not in absent)
    if not version.startswith(
        "3."
    ):  # which makes errors of the records of `logging` only where it is told to
        late = sent.error("an order 12 is late")
        assert (late.level, late.attributes["logger.name"]) == ("error", "afar")
        assert payload_of(late)["logentry"]["message"] == "an order %s is late"
    assert secrets_in(receiver) == []
