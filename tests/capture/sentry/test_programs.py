"""Commands run as programs, with sentry_sdk: one trace, and one error for an exception."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.capture.observed import Observed
from vedette.record.signals import Error

ROOT = Path(__file__).resolve().parents[3]


def _run(home: Path, *arguments: str, **values: Any) -> tuple[int, Observed]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.capture.program.settings",
            "PROGRAM_HOME": str(home),
            "PROGRAM_VEDETTE": json.dumps(values),
            "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, Observed(home / "vedette" / "journal")


@pytest.mark.parametrize("has_sdk", [True, False])
def test_a_command_is_one_root_span_over_what_it_does(tmp_path: Path, has_sdk: bool) -> None:
    code, site = _run(tmp_path, "tidy", SENTRY=has_sdk)
    assert code == 0
    spans = {span.op: span for span in site.spans}
    roots = [span for span in site.spans if span.op == "command"]
    assert [root.name for root in roots] == ["tidy"]
    root = roots[0]
    assert (root.status, root.attributes["process.exit.code"]) == ("ok", "0")
    assert {span.trace_id for span in site.spans} == {root.trace_id}
    assert spans["cache.get"].parent_span_id == spans["db"].parent_span_id == root.span_id
    assert [log.trace_id for log in site.logs if log.logger == "tidy"] == [root.trace_id]


def test_an_exception_is_one_error_in_the_trace_of_the_command(tmp_path: Path) -> None:
    code, site = _run(tmp_path, "tidy", "--end", "exception")
    assert code == 1
    (error,) = site.records(Error)
    (root,) = [span for span in site.spans if span.op == "command"]
    assert (error.type, error.value, error.handled) == ("Untidy", "too much dust", False)
    assert error.culprit == "tidy"
    assert (error.trace_id, error.span_id) == (root.trace_id, root.span_id)
    assert root.attributes["error.event_id"] == error.event_id
    assert (root.status, root.attributes["process.exit.code"]) == ("error", "1")


def test_an_exception_is_one_error_where_the_command_is_not_sampled(tmp_path: Path) -> None:
    _, site = _run(tmp_path, "tidy", "--end", "exception", TRACES_SAMPLE_RATE=0.0)
    (error,) = site.records(Error)
    (log,) = [log for log in site.logs if log.logger == "tidy"]
    assert error.culprit == "tidy"
    assert error.trace_id == log.trace_id
    assert site.spans == []


@pytest.mark.parametrize("password", [["--password", "c4nary"], ["--password=c4nary"]])
def test_a_secret_on_the_command_line_is_not_kept(tmp_path: Path, password: list[str]) -> None:
    _, site = _run(tmp_path, "tidy", "--end", "exception", *password)
    assert len(site.records(Error)) == 1
    assert b"c4nary" not in b"".join(path.read_bytes() for path in site.journal_dir.iterdir())


@pytest.mark.parametrize(("end", "code"), [("command error", 3), ("exit", 4)])
def test_a_command_that_says_that_it_failed_is_no_error(tmp_path: Path, end: str, code: int) -> None:
    returned, site = _run(tmp_path, "tidy", "--end", end)
    assert returned == code
    assert site.records(Error) == []
    (root,) = [span for span in site.spans if span.op == "command"]
    assert (root.status, root.attributes["process.exit.code"]) == ("error", str(code))


def test_a_server_that_falls_over_is_one_error_and_no_trace(tmp_path: Path) -> None:
    code, site = _run(tmp_path, "rqworker", "--verbosity", "2")
    assert code == 1
    (error,) = site.records(Error)
    assert error.value == "the server fell over"
    assert site.spans == []


def test_a_command_of_vedette_is_not_recorded(tmp_path: Path) -> None:
    _, site = _run(tmp_path, "vedette", "status", "--json")
    assert site.spans == []
