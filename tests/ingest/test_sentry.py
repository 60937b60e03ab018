"""Sentry's endpoints: who is let in, what is taken, what is answered."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import pytest

from tests.ingest.conftest import AUTH, KEY, OTHER_KEY, Posting, an_event, envelope

EVENT_ID = f"{1:032x}"


def test_an_event_is_stored_under_the_project_s_service_with_its_own_environment(posting: Posting) -> None:
    answer = posting.envelope(("event", an_event()))

    assert (answer.status_code, answer.content) == (
        200,
        json.dumps({"id": EVENT_ID}).replace(" ", "").encode(),
    )
    assert answer["Content-Type"] == "application/json"
    assert posting.ask("SELECT event_id, service, environment, release, type, value FROM errors") == [
        (EVENT_ID, "shop", "staging", "shop@2", "ValueError", "number 1")
    ]


@pytest.mark.parametrize("path", ["api/1/envelope/", "api/1/envelope", f"api/1/envelope/?sentry_key={KEY}"])
def test_the_slash_at_the_end_may_be_left_out(posting: Posting, path: str) -> None:
    assert posting.post(path, envelope(("event", an_event()))).status_code == 200


def test_a_key_may_come_in_the_query_or_in_the_envelope_alone(posting: Posting) -> None:
    body = envelope(("event", an_event()))
    dsn = envelope(("event", an_event()), headers={"dsn": f"https://{KEY}@example.org/vedette/1"})

    assert (
        posting.post(f"api/1/envelope/?sentry_key={KEY}&sentry_version=7", body, key=None).status_code == 200
    )
    assert posting.post("api/1/envelope/", dsn, key=None).status_code == 200
    assert posting.post("api/1/envelope/", body, key=None, Authorization=AUTH).status_code == 200


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("api/1/envelope/", {"key": None}),
        ("api/1/envelope/", {"key": "a" * 32}),
        ("api/1/envelope/", {"key": OTHER_KEY}),
        ("api/2/envelope/", {}),
        ("api/shop/envelope/", {}),
        (f"api/1/envelope/?sentry_key={OTHER_KEY}", {}),
        ("api/1/store/", {"key": None}),
        ("api/store/", {"key": None}),
        ("api/1/security/", {"key": None}),
        (f"api/1/cron/nightly/{OTHER_KEY}/?status=ok", {}),
        ("api/1/cron/nightly/nokey/?status=ok", {"key": None}),
    ],
)
def test_who_has_no_key_for_the_project_is_refused(posting: Posting, path: str, sent: dict[str, Any]) -> None:
    answer = posting.post(path, envelope(("event", an_event())), **sent)

    assert answer.status_code == 403
    assert answer["X-Sentry-Error"] == json.loads(answer.content)["detail"]
    assert posting.recorded.errors == []


@pytest.mark.parametrize(
    "type",
    ["text/plain;charset=UTF-8", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"],
)
def test_the_content_type_does_not_matter(posting: Posting, type: str) -> None:
    assert posting.envelope(("event", an_event()), type=type).status_code == 200
    assert len(posting.recorded.errors) == 1


def test_the_old_endpoint_takes_json_and_what_raven_packed(posting: Posting) -> None:
    plain = json.dumps(an_event()).encode()

    for path in ("api/1/store/", "api/store/"):
        for body in (plain, base64.b64encode(zlib.compress(plain))):
            answer = posting.post(path, body, type="application/json")
            assert (answer.status_code, json.loads(answer.content)) == (200, {"id": EVENT_ID})


@pytest.mark.parametrize("path", ["api/1/store/", "api/store/"])
def test_the_old_endpoint_takes_envelopes_that_are_called_so(posting: Posting, path: str) -> None:
    session = {"sid": "1" * 32, "init": True, "status": "exited", "attrs": {"release": "shop@2"}}
    answer = posting.post(path, envelope(("session", session)), type="application/x-sentry-envelope")

    assert (answer.status_code, answer.content) == (200, b"{}")
    assert posting.ask("SELECT name, release FROM metrics") == [("sessions", "shop@2")]


def test_items_of_unknown_kind_do_not_break_the_others(posting: Posting) -> None:
    answer = posting.envelope(("statsd", b"x:1|c"), ("event", an_event()), ("from_the_future", {}))

    assert (answer.status_code, len(posting.recorded.errors)) == (200, 1)


def test_replays_and_attachments_where_none_are_kept_are_declined_and_counted(posting: Posting) -> None:
    answer = posting.envelope(("event", an_event()), ("attachment", b"..."), ("replay_event", {}))

    assert answer.status_code == 200
    posting.recorded.recorder.flush()
    losses = posting.ask(
        "SELECT attributes['signal'], attributes['reason'], sum FROM metrics WHERE name = 'vedette.dropped' ORDER BY 1"
    )
    assert losses == [("attachment", "unsupported", 1.0), ("replay", "unsupported", 1.0)]


@pytest.mark.parametrize(
    "path",
    ["minidump/", "minidump", f"unreal/{KEY}/", f"events/{1:032x}/attachments/"],
)
def test_crash_reports_of_native_programs_are_refused_as_such_and_counted(
    posting: Posting, path: str
) -> None:
    answer = posting.post(f"api/1/{path}", b"MDMP" + bytes(1000))

    assert (answer.status_code, json.loads(answer.content)["detail"][:9]) == (501, "minidumps")
    assert posting.losses() == {("attachment", "unsupported"): 1}
    assert posting.post(f"api/2/{path}", b"MDMP").status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\n", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{}\n{"type":"event","length":9}\n{}', 400),
        (b'{}\n{"length":2}\n{}', 400),
        (envelope(("event", b"no json")), 400),
        (envelope(("event", b'{"message": "' + b"x" * (1 << 20) + b'"}')), 413),
        (b'{"event_id": "' + EVENT_ID.encode() + b'"}', 200),
        (b"x" * 70_000, 413),
    ],
)
def test_what_is_no_envelope_is_refused(posting: Posting, body: bytes, status: int) -> None:
    answer = posting.post("api/1/envelope/", body)

    assert answer.status_code == status, answer.content
    assert ("detail" in json.loads(answer.content)) == (status != 200)


def test_an_answer_of_an_error_is_one_line_of_ascii_in_the_header(posting: Posting) -> None:
    answer = posting.post("api/1/envelope/", '{}\n{"type": "ev\nént"}\n')

    assert answer.status_code == 400
    assert answer["X-Sentry-Error"].isascii()
    assert "\n" not in answer["X-Sentry-Error"]


def test_a_body_is_not_read_past_the_limit_before_or_after_decompression(posting: Posting) -> None:
    posting.set(max_bytes=100_000)
    body = envelope(("from_the_future", b"x" * 300_000), ("event", an_event()))

    for encoding, data in (("", body), ("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
        assert posting.post("api/1/envelope/", data, Content_Encoding=encoding).status_code == 413
    assert posting.recorded.errors == []


def test_a_body_that_is_not_compressed_as_it_says_is_malformed(posting: Posting) -> None:
    assert posting.post("api/1/envelope/", b"\x1f\x8bxxxx", Content_Encoding="gzip").status_code == 400


def test_browsers_reports_are_errors(posting: Posting) -> None:
    report = {
        "csp-report": {
            "document-uri": "https://shop.example/",
            "violated-directive": "img-src",
            "blocked-uri": "https://evil.example/x.png",
        }
    }
    answer = posting.post(
        f"api/1/security/?sentry_key={KEY}&sentry_environment=live&sentry_release=7",
        json.dumps(report),
        key=None,
        type="application/csp-report",
    )

    assert answer.status_code == 200
    (error,) = posting.recorded.errors
    assert (error.type, error.environment, error.release) == ("csp", "live", "7")
    assert posting.post("api/1/security/", b"{}").status_code == 400


def test_a_check_in_is_said_in_the_address(posting: Posting) -> None:
    answer = posting.client.get(f"/vedette/api/1/cron/nightly/{KEY}/?status=in_progress&environment=live")
    posting.post(f"api/1/cron/nightly/?sentry_key={KEY}&status=ok&duration=1.5&check_in_id=abc", key=None)

    assert answer.status_code == 202
    first, second = posting.recorded.checks
    assert (first.monitor, first.state, first.environment, first.service) == (
        "nightly",
        "in_progress",
        "live",
        "shop",
    )
    assert first.attributes["check_in_id"] == json.loads(answer.content)["id"]
    assert (second.state, second.total_ms, second.attributes["check_in_id"]) == ("ok", 1500.0, "abc")


def test_a_check_in_s_body_brings_the_monitor_s_settings(posting: Posting) -> None:
    config = {"schedule": {"type": "crontab", "value": "0 0 * * *"}}
    body = json.dumps({"status": "ok", "monitor_config": config})

    assert posting.post("api/1/cron/nightly/", body, type="application/json").status_code == 202
    (check,) = posting.recorded.checks
    assert json.loads(check.attributes["monitor_config"]) == config


@pytest.mark.parametrize("query", ["", "status=done"])
def test_a_check_in_without_a_status_is_malformed(posting: Posting, query: str) -> None:
    assert posting.client.get(f"/vedette/api/1/cron/nightly/{KEY}/?{query}").status_code == 400


def test_the_client_s_address_is_shortened_and_stands_for_auto(posting: Posting) -> None:
    event = an_event(user={"id": "7", "ip_address": "{{auto}}"})
    posting.client.defaults["REMOTE_ADDR"] = "198.51.100.77"
    posting.envelope(("event", event))
    stored = b"".join(path.read_bytes() for path in posting.recorded.journal_dir.iterdir())

    assert b"{{auto}}" not in stored
    assert b"198.51.100.77" not in stored
