"""Whatever is posted, the answer is one of the protocol's; more with ``VEDETTE_EXAMPLES=100000``."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest import fuzz
from tests.ingest.conftest import PROTOBUF, Posting, an_event, envelope
from tests.ingest.test_otlp import counter, spans

ANSWERS = {200, 202, 400, 403, 413, 415}
EXAMPLES = int(os.environ.get("VEDETTE_EXAMPLES", "150"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
KINDS = [
    "event",
    "transaction",
    "span",
    "log",
    "trace_metric",
    "check_in",
    "session",
    "sessions",
    "profile",
    "client_report",
    "feedback",
    "user_report",
    "raw_security",
    "nel",
    "attachment",
    "replay_event",
]
NAMES = [
    "event_id",
    "timestamp",
    "exception",
    "values",
    "stacktrace",
    "frames",
    "user",
    "tags",
    "contexts",
    "trace",
    "trace_id",
    "items",
    "attributes",
    "spans",
    "request",
    "breadcrumbs",
    "status",
    "monitor_slug",
    "aggregates",
    "profile",
    "stacks",
    "type",
    "value",
    "length",
    "sid",
]
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


def mutated(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    """Return *data* with some of its bytes changed."""
    body = bytearray(data)
    for place, byte in changes:
        body[place % len(body)] = byte
    return bytes(body)


changes = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=6)
GOOD = envelope(
    ("event", an_event()),
    ("log", {"version": 2, "items": [{"timestamp": 1.0, "level": "info", "body": "x"}]}),
    ("check_in", {"monitor_slug": "nightly", "status": "ok"}),
    headers={"event_id": "1" * 32, "sent_at": "2026-11-23T07:34:05Z"},
)


@fuzzed
@given(items=st.lists(st.tuples(st.sampled_from(KINDS), values), max_size=4), headers=values)
def test_envelopes_of_any_content(posting: Posting, items: list[tuple[str, Any]], headers: Any) -> None:
    body = envelope(*items, headers=headers if isinstance(headers, dict) else None)

    assert posting.post("api/1/envelope/", body).status_code in ANSWERS


@fuzzed
@given(changes=changes, cut=st.integers(0, 1000), is_packed=st.booleans())
def test_envelopes_with_changed_bytes(
    posting: Posting, changes: list[tuple[int, int]], cut: int, is_packed: bool
) -> None:
    body = mutated(gzip.compress(GOOD) if is_packed else GOOD, changes)
    encoding = {"Content_Encoding": "gzip"} if is_packed else {}

    assert posting.post("api/1/envelope/", body[: len(body) - cut % 50], **encoding).status_code in ANSWERS


@fuzzed
@given(
    path=st.sampled_from(["api/1/store/", "api/1/security/", "api/1/cron/nightly/?status=ok"]), value=values
)
def test_single_documents_of_any_content(posting: Posting, path: str, value: Any) -> None:
    assert posting.post(path, json.dumps(value)).status_code in ANSWERS


@fuzzed
@given(
    path=st.sampled_from(["v1/traces", "v1/metrics", "v1/logs"]),
    changes=changes,
    type=st.sampled_from([PROTOBUF, "application/json"]),
    raw=st.binary(max_size=60),
    is_raw=st.booleans(),
)
def test_exports_of_any_content(
    posting: Posting, path: str, changes: list[tuple[int, int]], type: str, raw: bytes, is_raw: bool
) -> None:
    good = counter(3, at_s=1) if path.endswith("metrics") else spans("x", "y")
    body = raw if is_raw else mutated(good, changes)

    assert posting.post(path, body, type=type).status_code in ANSWERS


@pytest.mark.parametrize("depth", [100, 100_000])
def test_nesting_of_any_depth(posting: Posting, depth: int) -> None:
    for opening, closing in (b"[]", b"{}"):
        name = b'"a":' if opening == ord("{") else b""
        nested = (bytes([opening]) + name) * depth + b"1" + bytes([closing]) * depth
        assert posting.envelope(("event", b'{"extra":' + nested + b"}")).status_code in ANSWERS
        assert posting.post("v1/traces", nested, type="application/json").status_code in ANSWERS


def test_thousands_of_damaged_bodies_are_read_or_refused(tmp_path: Path) -> None:
    report = fuzz.run(rounds=3000, seed=7, out=tmp_path)

    assert report.findings == {}
    read, refused = (
        sum(number for outcome, number in report.outcomes.items() if part in outcome)
        for part in (": read", "Error")
    )
    assert (report.rounds, read > 1000, refused > 300) == (3000, True, True)


def test_what_a_damaged_body_does_is_found_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def choke(event: dict[str, Any]) -> None:
        raise ZeroDivisionError("choked")

    monkeypatch.setattr(fuzz, "group", choke)
    report = fuzz.run(rounds=100, seed=7, out=tmp_path)

    assert any("ZeroDivisionError" in place for place in report.findings)
    assert "choked" in (tmp_path / "finding-1.txt").read_text()
    assert (tmp_path / "finding-1.bin").exists()
