"""The other items of an envelope become the signals they are; what is not taken is told."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import msgspec
import pytest

from tests.wire.cases import RECEIVED_AT, arrival, payload_of
from tests.wire.sentry.sent import decoded
from vedette.record.buckets import bucket_of
from vedette.record.signals import Check, Error, Event, Log, Metric, Profile, Signal
from vedette.wire.arrival import Declined
from vedette.wire.errors import MalformedError
from vedette.wire.sentry.decoding import decode_pieces, decode_security
from vedette.wire.sentry.limits import Limits
from vedette.wire.sentry.trimming import MOST_CHARS

NOW = RECEIVED_AT.timestamp()
TRACE = "5b8efff798038103d269b633813fc60c"
SPAN = "eee19b7ec3c1b174"


def only(signals: list[Signal], kind: type[Any]) -> Any:
    """Return the one signal, which is of *kind*."""
    (signal,) = signals
    assert isinstance(signal, kind)
    return signal


def container(*items: dict[str, Any]) -> dict[str, Any]:
    """Return a container of *items*, their attributes typed."""
    for item in items:
        item["attributes"] = {key: {"value": value} for key, value in item.get("attributes", {}).items()}
    return {"version": 2, "items": list(items)}


def test_a_log_keeps_its_template_and_its_place() -> None:
    item = {
        "timestamp": NOW - 1,
        "level": "warn",
        "body": "bo@example.com paid",
        "trace_id": TRACE,
        "attributes": {
            "sentry.message.template": "%s paid",
            "logger.name": "shop",
            "code.file.path": "app.py",
            "code.line.number": 50,
            "sentry.environment": "prod",
            "sentry.release": "a@1",
            "server.address": "web-1",
            "sentry.trace.parent_span_id": SPAN,
            "sentry.message.parameter.0": "bo@example.com",
            "password": "hunter2",
            "n": 3,
        },
    }
    log: Log = only(decoded(("log", container(item))).signals, Log)

    assert (log.severity, log.severity_text, log.message, log.template) == (
        13,
        "warn",
        "[Filtered] paid",
        "%s paid",
    )
    assert (log.logger, log.module, log.line, log.host) == ("shop", "app.py", 50, "web-1")
    assert (log.environment, log.release, log.trace_id, log.span_id) == ("prod", "a@1", TRACE, SPAN)
    assert log.attributes == {"sentry.message.parameter.0": "[Filtered]", "password": "[Filtered]", "n": "3"}


@pytest.mark.parametrize(
    ("item", "severity"),
    [
        ({"level": "fatal"}, 21),
        ({"level": "error", "severity_number": 18}, 18),
        ({"level": "odd"}, 9),
        ({"severity_number": 99}, 9),
    ],
)
def test_a_log_has_opentelemetrys_severity(item: dict[str, Any], severity: int) -> None:
    assert only(decoded(("log", container(item))).signals, Log).severity == severity


def test_metrics_are_counters_gauges_and_timings() -> None:
    found = decoded(
        (
            "trace_metric",
            container(
                {"name": "paid", "type": "counter", "value": 2, "timestamp": NOW},
                {"name": "depth", "type": "gauge", "value": 42.0, "unit": "message"},
                {"name": "took", "type": "distribution", "value": 1.5, "unit": "second"},
                {"name": "", "type": "counter", "value": 1},
                {"name": "x", "type": "counter", "value": "NaN"},
                {"name": "x", "type": "distribution", "unit": "hour", "value": 1e307},
            ),
        )
    ).signals
    paid, depth, took = (signal for signal in found if isinstance(signal, Metric))

    assert (paid.kind, paid.sum, paid.count) == ("counter", 2.0, 1)
    assert (depth.kind, depth.last, depth.min, depth.max, depth.attributes) == (
        "gauge",
        42.0,
        42.0,
        42.0,
        {"unit": "message"},
    )
    assert (took.kind, took.sum, took.buckets) == ("timing", 1500.0, {bucket_of(1500.0): 1})
    assert took.attributes["unit"] == "millisecond"


def test_a_check_in_is_a_heartbeat_with_its_monitors_settings() -> None:
    settings = {"schedule": {"type": "crontab", "value": "0 3 * * *"}, "max_runtime": 30}
    payload = {
        "monitor_slug": "nightly",
        "status": "ok",
        "duration": 1.5,
        "check_in_id": "a" * 32,
        "monitor_config": settings,
    }
    check: Check = only(decoded(("check_in", payload)).signals, Check)

    assert (check.monitor, check.kind, check.state, check.total_ms) == ("nightly", "heartbeat", "ok", 1500.0)
    assert json.loads(check.attributes["monitor_config"]) == settings
    assert check.time == RECEIVED_AT


def test_a_session_is_a_metric() -> None:
    payload = {
        "sid": "s1",
        "did": "7",
        "init": True,
        "started": RECEIVED_AT.isoformat(),
        "status": "crashed",
        "errors": 1,
        "attrs": {"release": "a@1", "environment": "prod"},
    }
    session: Metric = only(decoded(("session", payload)).signals, Metric)

    assert (session.name, session.sum, session.user_id, session.release) == ("sessions", 1.0, "7", "a@1")
    assert session.attributes == {"status": "crashed", "sid": "s1", "init": "true", "errors": "1"}


def test_counts_of_sessions_are_metrics_by_status() -> None:
    payload = {
        "attrs": {"release": "a@1", "environment": "prod"},
        "aggregates": [
            {"started": RECEIVED_AT.isoformat(), "exited": 3, "crashed": 1, "errored": 0},
            "odd",
            {"exited": -1},
        ],
    }
    found = [signal for signal in decoded(("sessions", payload)).signals if isinstance(signal, Metric)]

    assert [(metric.attributes["status"], metric.sum) for metric in found] == [
        ("exited", 3.0),
        ("crashed", 1.0),
    ]


def test_attributes_are_limited_in_number() -> None:
    (log,) = decoded(
        ("log", container({"attributes": {f"a{number}": number for number in range(500)}}))
    ).signals

    assert len(log.attributes) == 128


def test_a_client_report_tells_what_was_lost() -> None:
    payload = {
        "timestamp": NOW,
        "discarded_events": [
            {"reason": "queue_overflow", "category": "error", "quantity": 5},
            {"quantity": 0},
            None,
        ],
    }
    loss: Metric = only(decoded(("client_report", payload)).signals, Metric)

    assert (loss.name, loss.sum) == ("sentry.client_report", 5.0)
    assert loss.attributes == {"reason": "queue_overflow", "category": "error"}


def test_feedback_is_a_thing_that_a_person_did() -> None:
    said = {
        "message": "It broke, password=hunter2",
        "name": "Bo",
        "contact_email": "bo@x.example",
        "associated_event_id": "A" * 32,
    }
    event: Event = only(
        decoded(("feedback", {"contexts": {"feedback": said}, "event_id": "b" * 32})).signals, Event
    )

    assert event.name == "user_feedback"
    assert event.properties == {
        "message": "It broke, password=[Filtered]",
        "name": "Bo",
        "email": "bo@x.example",
        "associated_event_id": "a" * 32,
        "event_id": "b" * 32,
    }


def test_feedback_may_come_as_an_event() -> None:
    event = {"type": "feedback", "contexts": {"feedback": {"message": "It broke"}}}

    assert only(decoded(("event", event)).signals, Event).properties["message"] == "It broke"


def test_a_user_report_is_feedback() -> None:
    event: Event = only(
        decoded(("user_report", {"event_id": "a" * 32, "comments": "It broke", "name": "Bo"})).signals, Event
    )

    assert event.properties == {"message": "It broke", "name": "Bo", "associated_event_id": "a" * 32}


def _profile(samples: int, frames: int = 3) -> dict[str, Any]:
    return {
        "event_id": "c" * 32,
        "platform": "python",
        "timestamp": RECEIVED_AT.isoformat(),
        "profile": {
            "frames": [{"function": f"f{number}" * 20} for number in range(frames)],
            "stacks": [[0, 1], [0]],
            "samples": [
                {"stack_id": number % 2, "thread_id": "1", "elapsed_since_start_ns": number}
                for number in range(samples)
            ],
        },
        "transactions": [{"id": "d" * 32, "name": "busy", "trace_id": TRACE, "active_thread_id": "1"}],
    }


def test_a_profile_is_kept_as_it_was_sent() -> None:
    profile: Profile = only(decoded(("profile", _profile(10))).signals, Profile)

    assert profile.trace_id == TRACE
    assert profile.attributes["transaction"] == "busy"
    assert payload_of(profile)["profile"] == _profile(10)["profile"]


def test_a_large_profile_is_folded() -> None:
    profile: Profile = only(decoded(("profile", _profile(10_001))).signals, Profile)

    assert len(msgspec.json.encode(profile)) < MOST_CHARS
    assert payload_of(profile)["profile"]["folded"] == [
        {"thread_id": "1", "stack_id": 0, "samples": 5001},
        {"thread_id": "1", "stack_id": 1, "samples": 5000},
    ]


def test_a_profile_that_is_too_large_even_folded_says_which_function_and_no_longer_which_line() -> None:
    sent = _profile(10)
    lines = range(4000)
    sent["profile"]["frames"] = [
        {
            "function": f"f{line % 3}",
            "abs_path": f"/srv/{line % 3}.py",
            "lineno": line,
            "in_app": True,
            "x": "…" * 30,
        }
        for line in lines
    ]
    sent["profile"]["stacks"] = [[line, (line + 1) % 4000] for line in lines]
    sent["profile"]["samples"] = [{"thread_id": "1", "stack_id": line} for line in lines]
    profile: Profile = only(decoded(("profile", sent)).signals, Profile)

    kept = payload_of(profile)["profile"]
    assert kept["frames"] == [
        {"function": f"f{number}", "filename": f"/srv/{number}.py", "in_app": True} for number in range(3)
    ]
    assert {tuple(stack) for stack in kept["stacks"]} == {(0, 1), (1, 2), (2, 0), (0, 0)}
    assert sum(each["samples"] for each in kept["folded"]) == 4000


def test_a_profile_that_does_not_fit_is_declined() -> None:
    found = decoded(("profile", _profile(10, frames=8000)))

    assert found.signals == []
    assert found.declined == [Declined("profile", "too_large")]


def test_a_chunk_of_a_profile_is_dated_by_its_first_sample() -> None:
    chunk = {
        "chunk_id": "a",
        "profiler_id": "b",
        "profile": {"stacks": [], "frames": [], "samples": [{"timestamp": NOW - 9}]},
    }
    profile: Profile = only(decoded(("profile_chunk", chunk)).signals, Profile)

    assert profile.time == RECEIVED_AT - dt.timedelta(seconds=9)


@pytest.mark.parametrize(
    ("report", "kind", "value", "culprit"),
    [
        (
            {
                "csp-report": {
                    "effective-directive": "script-src-elem",
                    "blocked-uri": "https://evil.example/x.js",
                    "document-uri": "https://a/",
                }
            },
            "csp",
            "Blocked 'script' from 'evil.example'",
            "script-src-elem",
        ),
        (
            {"csp-report": {"violated-directive": "img-src 'self'", "blocked-uri": "data"}},
            "csp",
            "Blocked 'img' from 'data'",
            "img-src",
        ),
        (
            [
                {
                    "type": "csp-violation",
                    "url": "https://a/",
                    "body": {"effectiveDirective": "style-src", "blockedURL": "inline"},
                }
            ],
            "csp",
            "Blocked 'style' from 'inline'",
            "style-src",
        ),
        (
            [
                {
                    "type": "network-error",
                    "url": "https://a/",
                    "body": {"phase": "application", "type": "http.error", "status_code": 500},
                }
            ],
            "nel",
            "application / http.error (500)",
            "",
        ),
        (
            {"expect-ct-report": {"hostname": "a.example"}},
            "expectct",
            "Certificate of 'a.example' is not as expected",
            "a.example",
        ),
        (
            {"known-pins": [], "hostname": "a.example"},
            "hpkp",
            "Certificate of 'a.example' is not as expected",
            "a.example",
        ),
        (
            [{"type": "deprecation", "url": "https://a.example/", "body": {"message": "old"}}],
            "report",
            "old",
            "a.example",
        ),
    ],
)
def test_a_browsers_report_is_an_error_with_a_title(report: Any, kind: str, value: str, culprit: str) -> None:
    for signals in (
        decoded(("raw_security", report)).signals,
        decode_security(json.dumps(report).encode(), arrival=arrival()).signals,
    ):
        error: Error = only(signals, Error)

        assert (error.type, error.value, error.culprit, error.handled) == (kind, value, culprit, False)
        assert len(error.event_id) == 32


@pytest.mark.parametrize("report", [[], {}, "x", [None], {"csp-report": 5}, [{"type": "csp-violation"}]])
def test_a_report_of_no_known_kind_is_malformed(report: Any) -> None:
    with pytest.raises(MalformedError):
        decode_security(json.dumps(report).encode(), arrival=arrival())


def test_an_attachment_is_kept_with_its_event_and_without_secrets() -> None:
    body = (
        b'{"event_id":"'
        + b"a" * 32
        + b'"}\n{"type":"attachment","filename":"a.txt","content_type":"text/plain","length":16}\npassword=hunter2'
    )
    (attachment,) = decode_pieces([body], arrival=arrival()).attachments

    assert (attachment.event_id, attachment.name, attachment.data) == (
        "a" * 32,
        "a.txt",
        b"password=[Filtered]",
    )


def test_a_binary_attachment_is_kept_as_it_is() -> None:
    (attachment,) = decoded(("attachment", b"\x00password=hunter2\xff")).attachments

    assert attachment.data == b"\x00password=hunter2\xff"


@pytest.mark.parametrize(
    ("item", "declined"),
    [
        (("statsd", b"a:1|c"), Declined("metric_bucket", "unsupported")),
        (("metric_buckets", []), Declined("metric_bucket", "unsupported")),
        (("replay_event", {}), Declined("replay", "unsupported")),
        (("replay_recording", b"\x00\n\x01"), Declined("replay", "unsupported")),
        (("future", b"x"), Declined("default", "unsupported")),
        (("event", b"nope"), Declined("error", "invalid")),
        (("event", []), Declined("error", "invalid")),
        (("event", b'{"extra":"' + b"x" * 1_100_000 + b'"}'), Declined("error", "too_large")),
        (("span", b'{"items":[' + b"[]," * 200_000 + b"[]]}"), Declined("span", "too_large")),
        (("log", {"items": None}), Declined("log_item", "invalid")),
        (("span", []), Declined("span", "invalid")),
        (("check_in", {"monitor_slug": "a", "status": "odd"}), Declined("monitor", "invalid")),
        (("session", {}), Declined("session", "invalid")),
        (("profile", {}), Declined("profile", "invalid")),
        (("feedback", {}), Declined("feedback", "invalid")),
        (("raw_security", {}), Declined("security", "invalid")),
    ],
)
def test_what_is_not_taken_is_told_and_breaks_nothing(item: tuple[str, Any], declined: Declined) -> None:
    found = decoded(("event", {"message": "before"}), item, ("event", {"message": "after"}))

    assert found.declined == [declined]
    assert [signal.value for signal in found.signals if isinstance(signal, Error)] == ["before", "after"]


def test_records_past_the_limit_of_a_whole_envelope_are_declined() -> None:
    logs = {"items": [{"body": "a"}] * 3}
    found = decoded(("log", logs), ("log", logs), ("log", logs), limits=Limits(records=5))

    assert len(found.signals) == 6
    assert found.declined == [Declined("log_item", "too_many")]


def test_payloads_that_would_swell_in_memory_are_declined_beside_others() -> None:
    event: dict[str, Any] = {"extra": {"a": [[]] * 100}}
    few = Limits(parts=300)

    found = decoded(
        ("event", event), ("event", event), ("check_in", {"monitor_slug": "a", "status": "ok"}), limits=few
    )
    assert [signal.table for signal in found.signals] == ["errors", "checks"]
    assert found.declined == [Declined("error", "too_many")]
    assert len(decoded(("event", {"extra": {"a": [[]] * 500}}), limits=few).signals) == 1


def test_attachments_are_limited_and_minidumps_are_not_taken() -> None:
    dump = b'{}\n{"type":"attachment","attachment_type":"event.minidump","length":4}\nMDMP'
    assert decode_pieces([dump], arrival=arrival()).declined == [Declined("attachment", "unsupported")]

    found = decoded(("attachment", b"a"), ("attachment", b"b"), limits=Limits(attachments=1))
    assert found.declined == [Declined("attachment", "too_many")]

    found = decoded(("attachment", b"abc"), limits=Limits(item_bytes={"attachment": 2}))
    assert found.declined == [Declined("attachment", "too_large")]


def test_the_envelopes_id_beats_the_payloads() -> None:
    found = decoded(("event", {"event_id": "a" * 32}), headers={"event_id": "b" * 32})

    assert found.event_id == "b" * 32
    assert isinstance(found.signals[0], Error)
    assert found.signals[0].event_id == "b" * 32


def test_the_payloads_id_is_answered_where_the_envelope_has_none() -> None:
    assert decoded(("event", {"event_id": "a" * 32})).event_id == "a" * 32
    assert decoded(("session", {"sid": "a"})).event_id == ""


def test_an_empty_envelope_holds_nothing() -> None:
    assert decoded().signals == []
