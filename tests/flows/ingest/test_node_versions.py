"""Node's SDK from 7 to 11 sends to a real server, each version from a folder of its own, and everything is found."""

from __future__ import annotations

import json
import subprocess
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
    secrets_in,
)
from tests.flows.ingest.server import ROOT, Server
from tests.services import refuse

pytestmark = pytest.mark.slow

VERSIONS = {
    "7.120.4": {"feedback", "log", "metric"},
    "8.55.2": {"log", "metric"},
    "9.47.2": {"metric"},
    "10.78.0": set(),
    "11.12.0": set(),
}
"""The versions, and what each has no way to send."""
SENDER = ROOT / "tests" / "flows" / "ingest" / "node_sender.cjs"


@pytest.fixture(scope="module")
def sdks(packages_dir: Path) -> Iterator[dict[str, Future[Path]]]:
    """Give the folders of the versions, which are installed while others are tested already."""
    with ThreadPoolExecutor(2) as pool:
        yield {
            version: pool.submit(packages.node, f"@sentry/node@{version}", below=packages_dir)
            for version in VERSIONS
        }


def _send(sdks: dict[str, Future[Path]], version: str, dsn: str, *, below: Path) -> set[str]:
    """Run the sender; return what it says that the version cannot send."""
    try:
        folder, program = sdks[version].result(), packages.node_program(below)
    except packages.UnableToInstallError as error:
        refuse(str(error))
    done = subprocess.run(
        [program, str(SENDER), str(folder), dsn],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_that_the_version_sends_is_found(
    receiver: Server, sdks: dict[str, Future[Path]], version: str, packages_dir: Path
) -> None:
    absent = _send(sdks, version, receiver.dsn, below=packages_dir)
    with receiver.recorded() as seen:
        sent = Sent(seen, f"shop@{version}")

    assert absent == VERSIONS[version]
    assert_message(sent.error("a message from afar"))
    thrown = sent.error("nothing to divide by")
    line = 'throw new RangeError("nothing to divide by", { cause: error });'
    assert_chain(thrown, type="RangeError", cause="TypeError", line=line)
    assert thrown.attributes["telemetry.sdk.version"] == version
    rejected = sent.error("nobody waited for it")
    assert (rejected.type, rejected.level, rejected.handled) == ("TypeError", "error", False)
    assert_trace(sent.spans)
    assert_session(sent.metrics, errors=0)  # which counts what nobody caught, in JavaScript
    assert [(each.monitor, each.state, each.total_ms) for each in sent.checks] == [("nightly", "ok", 2500.0)]
    if "log" not in absent:
        (log,) = sent.logs
        assert (log.message, log.template, log.severity) == ("a log line from afar", "a log line from %s", 13)
    if "metric" not in absent:
        assert_metrics(sent.metrics)
    said = [(each.properties["message"], each.properties["email"]) for each in sent.feedback]
    assert said == ([] if "feedback" in absent else [("the basket is empty", "grace@example.org")])
    assert secrets_in(receiver) == []
