"""Management commands are jobs: each in a trace of its own, which is sampled as requests are."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from tests.capture.program.management.commands import rqworker, tidy
from vedette.capture import commands
from vedette.capture.jobs import started
from vedette.capture.work import MOST_OPENED
from vedette.record.context import current_request, is_recording
from vedette.record.signals import Span

pytestmark = pytest.mark.django_db


@pytest.fixture
def sampled(configure: Configure) -> Observed:
    """Give the site with each job sampled."""
    cache.get("dust")
    connection.ensure_connection()
    return configure(TRACES_SAMPLE_RATE=1.0)


def _by_op(site: Observed) -> dict[str, Span]:
    return {span.op: span for span in site.spans}


def test_a_command_is_a_trace_of_what_it_does(sampled: Observed, journal_handler: object) -> None:
    call_command(tidy.Command())
    spans = _by_op(sampled)
    root = spans["command"]
    assert set(spans) == {"command", "db", "cache.get"}
    assert (root.name, root.kind, root.status, root.parent_span_id) == ("tidy", "internal", "ok", "")
    assert {span.trace_id for span in spans.values()} == {root.trace_id}
    assert spans["db"].parent_span_id == spans["cache.get"].parent_span_id == root.span_id
    assert root.attributes["query_count"] == "1"
    assert root.duration_ms > spans["db"].duration_ms
    (log,) = sampled.logs
    assert (log.message, log.trace_id, log.span_id) == ("tidied", root.trace_id, root.span_id)


def test_a_command_that_is_not_sampled_has_no_spans_but_its_log_has_a_trace(
    site: Observed, journal_handler: object
) -> None:
    connection.ensure_connection()
    call_command(tidy.Command())
    assert site.spans == []
    (log,) = site.logs
    assert len(log.trace_id) == 32


def test_what_a_command_repeats_is_a_suspect_even_where_it_is_not_sampled(site: Observed) -> None:
    call_command(tidy.Command(), queries=7)
    (span,) = site.spans
    assert (span.op, span.attributes["count"]) == ("db.repeated", "7")
    assert span.attributes["code.filepath"].endswith("commands/tidy.py")
    assert span.trace_id


def test_no_more_than_a_thousand_queries_of_a_command_are_kept(sampled: Observed) -> None:
    call_command(tidy.Command(), queries=1004)
    spans = sampled.spans
    assert len([span for span in spans if span.op == "db"]) == 1000
    assert spans[-1].attributes["queries_not_kept"] == "4"


def test_each_command_has_a_trace_of_its_own(sampled: Observed) -> None:
    call_command(tidy.Command())
    call_command(tidy.Command())
    roots = [span for span in sampled.spans if span.op == "command"]
    assert len({root.trace_id for root in roots}) == 2
    assert current_request.get() is None


def test_a_command_within_a_command_is_part_of_it(sampled: Observed) -> None:
    call_command(tidy.Command(), calls="check")
    assert [span.name for span in sampled.spans if span.op == "command"] == ["tidy"]


def test_a_command_within_a_request_is_part_of_it(sampled: Observed) -> None:
    sampled.get("/command/")
    spans = _by_op(sampled)
    assert "command" not in spans
    assert spans["db"].parent_span_id == spans["http.server"].span_id
    assert sampled.request.query_count == 1


def test_the_error_of_a_command_is_its_status_and_reaches_the_caller(sampled: Observed) -> None:
    with pytest.raises(tidy.Untidy):
        call_command(tidy.Command(), end="exception")
    root = _by_op(sampled)["command"]
    assert root.status == "error"
    assert root.attributes["exception.type"].endswith("tidy.Untidy")
    assert current_request.get() is None


@pytest.mark.parametrize(
    ("end", "error"),
    [("command error", CommandError), ("exit", SystemExit), ("interrupt", KeyboardInterrupt)],
)
def test_a_command_that_ends_otherwise_has_failed(
    sampled: Observed, end: str, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        call_command(tidy.Command(), end=end)
    assert _by_op(sampled)["command"].status == "error"
    assert current_request.get() is None


def test_the_spans_that_were_not_kept_of_a_command_are_counted(sampled: Observed) -> None:
    job = started(op="command", name="many", scopes_of=None)
    job.opened_count = MOST_OPENED + 4
    job.finish(is_failed=False, attributes={})
    job.finish(is_failed=True, attributes={})
    (root,) = sampled.spans
    assert (root.status, root.attributes["spans_not_kept"]) == ("ok", "4")


def test_a_server_is_no_job(sampled: Observed) -> None:
    call_command(rqworker.Command())
    assert sampled.spans == []


def test_vedette_s_own_commands_are_not_recorded(sampled: Observed) -> None:
    with pytest.raises(CommandError):
        call_command("vedette")
    assert sampled.spans == []


def test_nothing_is_recorded_while_vedette_works(sampled: Observed) -> None:
    token = is_recording.set(False)
    try:
        call_command(tidy.Command())
    finally:
        is_recording.reset(token)
    assert sampled.spans == []


def test_a_command_runs_where_nothing_can_be_recorded(
    sampled: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(commands, "started", fail)
    call_command(tidy.Command())
    assert sampled.spans == []


def test_an_option_of_a_command_may_have_any_name(site: Observed, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("shell", command="print('it ran')", verbosity=0)
    assert capsys.readouterr().out == "it ran\n"
