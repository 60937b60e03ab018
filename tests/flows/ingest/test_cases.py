"""What real SDKs once sent is taken again, and no secret of it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.ingest.server import Server
from tests.wire.cases import CANARIES, CASES, Case, envelopes, events, needs_cases

pytestmark = pytest.mark.slow


@needs_cases
@pytest.mark.parametrize("case", envelopes(), ids=lambda case: case.name)
def test_every_envelope_of_the_cases_is_taken(server: Server, case: Case) -> None:
    before = _journal(server)
    body = _for(case, server)
    status, answer = server.post("api/1/envelope/", body)

    assert status == 200, answer
    is_kept = not set(case.contents.split(",")) <= {"attachment"}
    assert (_journal(server) > before) == is_kept


@needs_cases
@pytest.mark.parametrize("path", events(), ids=lambda path: path.name)
def test_every_event_of_the_cases_is_taken(server: Server, path: Path) -> None:
    status, answer = server.post("api/1/store/", path.read_bytes(), {"Content-Type": "application/json"})

    assert status == 200, answer
    with server.recorded() as seen:
        found = seen.store.sql(
            f"SELECT count(*) FROM errors WHERE event_id = '{json.loads(answer)['id']}'"
        ).rows
    assert found[0][0] >= 1


@needs_cases
@pytest.mark.parametrize(
    ("file", "signal"), [("trace", "traces"), ("metrics", "metrics"), ("logs", "logs"), ("events", "logs")]
)
def test_every_otlp_case_is_taken(server: Server, file: str, signal: str) -> None:
    before = _journal(server)
    body = (CASES / "otlp" / f"{file}.json").read_bytes()
    status, answer = server.post(f"v1/{signal}", body, {"Content-Type": "application/json"})

    assert (status, answer) == (200, b"{}")
    assert _journal(server) > before or signal == "metrics"


@needs_cases
def test_none_of_the_secrets_in_the_cases_lies_anywhere_in_the_store(server: Server) -> None:
    for case in envelopes():
        assert server.post("api/1/envelope/", _for(case, server))[0] == 200
    stored = server.stored_bytes()

    assert len(stored) > 100_000
    assert [secret for secret in CANARIES if secret in stored] == []


def _for(case: Case, server: Server) -> bytes:
    """Return the envelope as its SDK would have sent it to this server."""
    head, _, rest = case.body.partition(b"\n")
    headers = json.loads(head)
    if "dsn" in headers:
        headers["dsn"] = server.dsn
    return json.dumps(headers).encode() + b"\n" + rest


def _journal(server: Server) -> int:
    return sum(path.stat().st_size for path in (server.directory / "vedette" / "journal").glob("*.jsonl"))
