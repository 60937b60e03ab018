"""The real SDKs send to a real server, and everything is found."""

from __future__ import annotations

import json

import pytest

from tests.flows.ingest.server import Server, run
from vedette.store.attachments import Attachments
from vedette.testing import Recorded

pytestmark = pytest.mark.slow


def test_everything_that_sentry_s_sdk_sends_is_found(server: Server, stored: Recorded) -> None:
    run(server.directory, "tests.flows.ingest.sentry_sender", server.dsn)
    sql = stored.store.sql

    errors = sql(
        "SELECT type, value, level, service, environment, release FROM errors WHERE release = 'shop@3'"
    ).rows
    found = {(type or value, level) for type, value, level, *_ in errors}
    assert found == {("a message from afar", "warning"), ("ValueError", "error")}
    assert {row[3:] for row in errors} == {("shop", "live", "shop@3")}
    ((event_id,),) = sql("SELECT event_id FROM errors WHERE type = 'ValueError' AND release = 'shop@3'").rows
    kept = Attachments(server.directory / "vedette" / "attachments", 1 << 20)
    (file,) = kept.list_of(event_id, service="shop")
    assert (file.name, file.content_type, kept.read(event_id, file.id)) == (
        "afar.txt",
        "text/plain",
        (file, b"what stood in the file"),
    )
    assert {name for (name,) in sql("SELECT name FROM spans WHERE op IN ('task', 'db')").rows} == {
        "nightly work",
        "SELECT 1",
    }
    assert sql("SELECT message, template FROM logs WHERE environment = 'live'").rows == [
        ("a log line from afar", "a log line from {place}")
    ]
    measured = dict(sql("SELECT name, sum(sum) FROM metrics WHERE environment = 'live' GROUP BY name").rows)
    assert (measured["orders"], measured["took"]) == (3.0, 12.5)
    assert {"depth", "sessions"} <= set(measured)
    assert sql("SELECT monitor, state, total_ms FROM checks").rows == [("nightly", "ok", 2500.0)]


def test_a_stream_of_spans_is_found(server: Server, stored: Recorded) -> None:
    run(server.directory, "tests.flows.ingest.sentry_sender", server.dsn, "stream")

    rows = stored.store.sql("SELECT name FROM spans WHERE name IN ('streamed', 'within') ORDER BY 1").rows
    assert rows == [("streamed",), ("within",)]


def test_everything_that_opentelemetry_s_exporters_send_is_found(server: Server, stored: Recorded) -> None:
    with_otlp = ("tests.flows.ingest.otlp_sender", f"{server.url}/vedette", server.key["key"])
    run(server.directory, *with_otlp)
    sql = stored.store.sql

    assert sql("SELECT service, environment FROM spans WHERE name = 'checkout'").rows == [
        ("shop", "elsewhere")
    ]
    assert sql("SELECT type FROM errors WHERE value = 'an exception in a span'").rows == [("ValueError",)]
    assert sql(
        "SELECT severity FROM logs WHERE message = 'a log line from afar' AND logger = 'afar'"
    ).rows == [(13,)]
    # Four totals (1, 3, 6, 10), each to whichever process answered.
    total = "SELECT sum(sum) FROM metrics WHERE name = 'orders' AND attributes['telemetry.sdk.name'] = 'opentelemetry'"
    assert sql(total).rows == [(10.0,)]


def test_requests_to_the_ways_in_are_not_recorded_and_refusals_not_logged(
    server: Server, stored: Recorded
) -> None:
    assert server.post("api/1/envelope/", b"nonsense")[0] == 400
    assert server.post("api/99/envelope/", b"{}")[0] == 403

    assert stored.store.sql("SELECT path FROM requests WHERE path LIKE '/vedette/api%'").rows == []
    assert stored.store.sql("SELECT message FROM logs WHERE logger LIKE 'django.%'").rows == []


def test_a_body_in_chunks_is_taken(server: Server, stored: Recorded) -> None:
    event = json.dumps({"event_id": "c" * 32, "message": "in chunks"}).encode()
    pieces = [b'{}\n{"type":"event"}\n', event[:20], event[20:]]
    status, answer = server.post(
        "api/1/envelope/", iter(pieces), {"Transfer-Encoding": "chunked"}, is_chunked=True
    )

    assert (status, json.loads(answer)) == (200, {"id": "c" * 32})
    assert stored.store.sql("SELECT count(*) FROM errors WHERE event_id = repeat('c', 32)").rows == [(1,)]
