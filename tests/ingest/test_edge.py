"""What holds for every way in: methods, cross-origin requests, limits, trouble of our own."""

from __future__ import annotations

import errno
import json
import os
from typing import Any

import pytest
from django.db import OperationalError

from tests.ingest.conftest import KEY, NOW, OTHER_KEY, Posting, an_event, envelope
from tests.ingest.site import put
from vedette.ingest.keys import Grant, KeyRing
from vedette.record.context import is_recording

WAYS = [
    "api/1/envelope/",
    "api/1/store/",
    "api/store/",
    "api/1/security/",
    "api/1/cron/nightly/",
    "v1/traces",
    "v1/logs/",
    "v1/metrics",
    "api/1/otlp/v1/traces/",
    "api/1/integration/otlp/v1/logs",
]


@pytest.mark.parametrize("way", WAYS)
def test_a_page_of_any_origin_may_send(posting: Posting, way: str) -> None:
    asked = posting.client.options(f"/vedette/{way}", headers={"Origin": "https://shop.example"})
    answer = posting.post(way, b"{}", key=None)

    assert asked.status_code == 200
    assert "POST" in asked["Access-Control-Allow-Methods"]
    assert "x-sentry-auth" in asked["Access-Control-Allow-Headers"]
    assert asked["Access-Control-Allow-Origin"] == answer["Access-Control-Allow-Origin"] == "*"
    assert "retry-after" in answer["Access-Control-Expose-Headers"]
    assert answer.status_code == 403


@pytest.mark.parametrize("way", [way for way in WAYS if "cron" not in way])
def test_other_methods_are_refused(posting: Posting, way: str) -> None:
    answer = posting.client.get(f"/vedette/{way}")

    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize("way", WAYS)
def test_switched_off_nothing_is_taken(posting: Posting, way: str) -> None:
    posting.set(is_on=False)

    assert posting.post(way, envelope(("event", an_event()))).status_code == 404


def test_a_site_that_is_not_set_up_asks_to_try_again(posting: Posting) -> None:
    put.receiver = None
    answer = posting.post("api/1/envelope/", b"")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("way", ["api/1/envelope/", "v1/logs"])
def test_who_sends_too_much_is_told_how_long_to_hold_back(posting: Posting, way: str) -> None:
    posting.limit(2)
    type, body = ("", envelope(("event", an_event()))) if "api" in way else ("application/json", b"{}")
    posting.post(way, body, type=type)
    posting.post(way, body, type=type)
    posting.clock.advance(20)
    refused = posting.post(way, body, type=type)
    other = posting.post(way.replace("1", "2") if "api" in way else way, body, key=OTHER_KEY, type=type)
    posting.clock.advance(40)

    assert (refused.status_code, refused["Retry-After"]) == (429, "40")
    assert refused["X-Sentry-Rate-Limits"] == "40::key:rate_limited"
    assert other.status_code == 200
    assert posting.post(way, body, type=type).status_code == 200


def test_one_kind_past_its_rate_does_not_hold_up_the_others(posting: Posting) -> None:
    posting.limit(2)
    errors = [("event", an_event(number)) for number in (1, 2)]
    check_in = ("check_in", {"monitor_slug": "nightly", "status": "ok"})
    full = posting.envelope(*errors)
    mixed = posting.envelope(errors[0], check_in)

    assert "X-Sentry-Rate-Limits" not in full
    assert mixed.status_code == 200
    assert mixed["X-Sentry-Rate-Limits"] == "60:default;error;security:key:rate_limited"
    assert (len(posting.recorded.errors), len(posting.recorded.checks)) == (2, 1)
    assert posting.losses() == {} or posting.losses()["errors", "rate_limited"] == 1


def test_all_of_it_past_the_rate_is_refused(posting: Posting) -> None:
    posting.limit(2)
    posting.envelope(("event", an_event(1)), ("event", an_event(2)))

    assert posting.envelope(("event", an_event(3))).status_code == 429
    assert len(posting.recorded.errors) == 2


class _Keys:
    """Keys that can be away."""

    def __init__(self) -> None:
        self.is_away = False
        self.looks = 0
        self.known = {KEY: Grant(KEY, "1", "shop", NOW)}

    def load(self) -> dict[str, Grant]:
        self.looks += 1
        if self.is_away:
            raise OperationalError("no route to the database")
        return dict(self.known)


def test_known_keys_go_on_while_the_state_database_is_away(posting: Posting) -> None:
    keys = _Keys()
    posting.set(keys=KeyRing(keys.load, monotonic=posting.clock.monotonic))
    assert posting.envelope(("event", an_event(1))).status_code == 200
    keys.is_away = True
    posting.clock.advance(60)
    known = posting.envelope(("event", an_event(2)))
    unknown = posting.envelope(("event", an_event(3)), key=OTHER_KEY)

    assert known.status_code == 200
    assert (unknown.status_code, unknown["Retry-After"]) == (503, "5")
    keys.is_away = False
    posting.clock.advance(60)
    assert posting.envelope(("event", an_event(3)), key=OTHER_KEY).status_code == 403


def test_a_state_database_that_was_never_there_is_not_asked_for_each_body(posting: Posting) -> None:
    keys = _Keys()
    keys.is_away = True
    posting.set(keys=KeyRing(keys.load, monotonic=posting.clock.monotonic))

    assert {posting.envelope(("event", an_event())).status_code for _ in range(20)} == {503}
    assert keys.looks == 1


def test_keys_are_looked_up_every_few_seconds_and_unknown_ones_at_most_every_second(posting: Posting) -> None:
    keys = _Keys()
    posting.set(keys=KeyRing(keys.load, monotonic=posting.clock.monotonic))
    for _ in range(20):
        posting.envelope(("event", an_event()))
    assert keys.looks == 1
    posting.clock.advance(1.5)
    for _ in range(20):
        posting.envelope(("event", an_event()), key=OTHER_KEY)
    assert keys.looks == 2
    keys.known[OTHER_KEY] = Grant(OTHER_KEY, "1", "shop", NOW)
    del keys.known[KEY]
    posting.clock.advance(1.5)
    assert posting.envelope(("event", an_event()), key=OTHER_KEY).status_code == 200
    assert posting.envelope(("event", an_event())).status_code == 403


@pytest.mark.parametrize(
    ("way", "type", "body"),
    [
        ("api/1/envelope/", "", envelope(("event", an_event()))),
        ("api/1/store/", "application/json", json.dumps(an_event())),
        ("api/1/cron/nightly/?status=ok", "", b""),
        (
            "v1/logs",
            "application/json",
            json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": "x"}}]}]}]}),
        ),
    ],
)
def test_what_could_not_be_written_is_never_answered_with_200(
    posting: Posting, monkeypatch: pytest.MonkeyPatch, way: str, type: str, body: bytes | str
) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", full)
        answer = posting.post(way, body, type=type)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_fault_of_our_own_is_counted_and_told_without_the_site_s_error_pages(posting: Posting) -> None:
    def broken(*_: str) -> str:
        raise RuntimeError("a fault")

    posting.set(address_of=broken)
    answer = posting.envelope(("event", an_event()))

    assert answer.status_code == 500
    assert b"a fault" not in answer.content.replace(b"by a fault of Vedette", b"")
    assert posting.losses() == {("errors", "ingest_failed"): 1}


def test_too_many_fields_in_the_query_are_malformed(posting: Posting) -> None:
    query = "&".join(f"a{number}=1" for number in range(2000))

    assert posting.post(f"api/1/envelope/?{query}", b"").status_code == 400


def test_refusals_do_not_fill_the_site_s_log(posting: Posting, caplog: pytest.LogCaptureFixture) -> None:
    assert posting.post("api/1/envelope/", b"no").status_code == 400
    assert posting.post("v1/logs", b"no", key=None).status_code == 403

    assert caplog.records == []


def test_a_site_that_asks_everybody_to_log_in_does_not_ask_these(posting: Posting, settings: Any) -> None:
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]

    assert posting.envelope(("event", an_event())).status_code == 200


def test_vedette_does_not_record_itself_meanwhile(posting: Posting) -> None:
    seen = []

    def watched(peer: str, forwarded: str) -> str:
        seen.append(is_recording.get())
        return peer

    posting.set(address_of=watched)
    posting.envelope(("event", an_event()))

    assert (seen, is_recording.get()) == ([False], True)
