"""What every SDK of Sentry's is to have stored of one run of its sender, whichever version it is."""

from __future__ import annotations

from typing import Any

from tests.flows.ingest.server import Server
from vedette.record.signals import Error, Log, Metric, Profile, Span
from vedette.testing import Recorded

SECRETS = (b"hunter2-canary", b"ada@example.org")
"""What each sender lets slip into a variable, a line of source or the user."""


class Sent:
    """What lies in the store under one release."""

    def __init__(self, seen: Recorded, release: str) -> None:
        self.errors: list[Error] = [each for each in seen.errors if each.release == release]
        self.spans: dict[str, Span] = {each.name: each for each in seen.spans if each.release == release}
        self.logs: list[Log] = [each for each in seen.logs if each.release == release]
        self.metrics: list[Metric] = [each for each in seen.metrics if each.release == release]
        self.checks = [each for each in seen.checks if each.release == release]
        self.profiles: list[Profile] = [each for each in seen.profiles if each.release == release]
        self.feedback = [each for each in seen.events if each.release == release]

    def error(self, value: str) -> Error:
        """Return the one error of that value."""
        (found,) = (each for each in self.errors if each.value == value)
        return found

    def functions(self) -> set[str]:
        """Return the functions that were seen running."""
        payloads = [each.payload for each in self.profiles if isinstance(each.payload, dict)]
        return {frame["function"] for payload in payloads for frame in payload["profile"]["frames"]}


def assert_message(error: Error) -> None:
    """Hold *error* against the message that each sender sends."""
    assert (error.type, error.level, error.service) == ("", "warning", "shop")
    assert (error.environment, error.user_id, error.attributes["queue"]) == ("live", "7", "slow")
    payload = payload_of(error)
    (crumb,) = payload["breadcrumbs"]["values"]
    assert (crumb["category"], crumb["message"]) == ("auth", "signed in")
    assert payload["contexts"]["order"] == {"number": 12}


def assert_chain(error: Error, *, type: str, cause: str, line: str) -> None:
    """Hold *error* against one that was raised because of another, at *line* of the sender."""
    assert (error.type, error.level, error.handled, error.user_id) == (type, "error", True, "7")
    assert error.culprit.endswith(" in divide")
    first, last = payload_of(error)["exception"]["values"]
    assert (first["type"], last["type"]) == (cause, type)
    frame = last["stacktrace"]["frames"][-1]
    assert (frame["function"], frame["context_line"].strip()) == ("divide", line)
    assert frame["lineno"] > 0
    assert frame["pre_context"]


def assert_trace(spans: dict[str, Span]) -> None:
    """Hold *spans* against a root, a span within it, and one within that."""
    root, step, query = (
        spans[name] for name in ("nightly work", "count the stock", "SELECT count(*) FROM stock")
    )
    assert (root.op, step.op, query.op) == ("task", "task.step", "db")
    assert (root.parent_span_id, step.parent_span_id, query.parent_span_id) == (
        "",
        root.span_id,
        step.span_id,
    )
    assert len({root.trace_id, step.trace_id, query.trace_id}) == 1
    assert len(root.trace_id) == 32
    assert root.duration_ms >= step.duration_ms >= query.duration_ms > 0
    assert {each.environment for each in (root, step, query)} == {"live"}
    assert root.attributes["sentry.is_segment"] == "true"


def assert_metrics(metrics: list[Metric]) -> None:
    """Hold *metrics* against a counter, a gauge and a distribution."""
    named = {each.name: each for each in metrics}
    assert (named["orders"].kind, named["orders"].sum) == ("counter", 3.0)
    assert (named["depth"].kind, named["depth"].last) == ("gauge", 7.0)
    took = named["took"]
    assert (took.kind, took.sum, took.count, took.attributes["unit"]) == ("timing", 12.5, 1, "millisecond")


def assert_session(metrics: list[Metric], *, errors: int) -> None:
    """Hold *metrics* against the person's session, which ended with so many *errors*; an SDK may have one of its own."""
    ended = [each for each in metrics if each.name == "sessions" and each.user_id == "7"]
    assert {(each.sum, each.attributes["init"], each.attributes["status"]) for each in ended} == {
        (1.0, "true", "exited")
    }
    assert str(errors) in {each.attributes["errors"] for each in ended}


def payload_of(error: Error) -> dict[str, Any]:
    """Return the event of *error* in the one shape."""
    assert isinstance(error.payload, dict)
    return error.payload


def secrets_in(server: Server) -> list[bytes]:
    """Return which of `SECRETS` lie in the journal of *server*."""
    journal = (server.directory / "vedette" / "journal").iterdir()
    stored = b"".join(path.read_bytes() for path in journal)
    return [secret for secret in SECRETS if secret in stored]
