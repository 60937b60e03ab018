"""Secrets go by key and by looks at any depth; the structure and the input stay."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.wire.cases import arrival, event, events, needs_cases
from tests.wire.otlp.requests import attributes, decode, logs
from tests.wire.sentry.sent import decoded
from vedette.record.signals import Log
from vedette.wire.scrubbing import MOST_DEPTH, attribute, scrubbed, scrubbed_text
from vedette.wire.sentry.decoding import decode_pieces
from vedette.wire.sentry.scrubbing import scrub_event


def test_what_is_under_a_secrets_key_goes_and_its_structure_stays() -> None:
    value = {"password": "hunter2", "tokens": ["a", {"b": 5, "c": None, "d": True, "e": ""}], "x": [1, "y"]}

    assert scrubbed(value) == {
        "password": "[Filtered]",
        "tokens": ["[Filtered]", {"b": "[Filtered]", "c": None, "d": True, "e": ""}],
        "x": [1, "y"],
    }


def test_the_input_is_not_changed_and_what_is_clean_is_shared() -> None:
    value = {"clean": {"a": ["b"]}, "dirty": {"token": "abc"}}
    before = copy.deepcopy(value)
    found = scrubbed(value)

    assert value == before
    assert found["clean"] is value["clean"]
    assert found["dirty"] == {"token": "[Filtered]"}
    assert scrubbed(value["clean"]) is value["clean"]


def test_counts_of_tokens_are_no_secrets() -> None:
    usage = {"gen_ai.usage.input_tokens": 512, "token_count": "7", "tokens": "abcdefgh"}

    assert scrubbed(usage) == {**usage, "tokens": "[Filtered]"}
    assert scrubbed_text("512", "total_tokens") == "512"


def test_pairs_in_lists_are_seen() -> None:
    assert scrubbed([["Authorization", "x"], ["Host", "y"]]) == [
        ["Authorization", "[Filtered]"],
        ["Host", "y"],
    ]


def test_addresses_go_by_their_keys_unless_they_were_asked_for() -> None:
    value = {"email": "at home", "REMOTE_ADDR": "10.0.0.1", "x-real-ip": ""}

    assert scrubbed(value) == {"email": "[Filtered]", "REMOTE_ADDR": "[Filtered]", "x-real-ip": ""}
    assert scrubbed(value, keep_pii=True) == value
    assert scrubbed_text("Bo", "user.name") == "[Filtered]"


def test_what_lies_too_deep_is_left_out() -> None:
    value: Any = {"password": "hunter2"}
    for _ in range(MOST_DEPTH):
        value = [{"a": value}]

    assert "hunter2" not in str(scrubbed(value))


def test_containers_are_scrubbed_before_they_become_text() -> None:
    assert attribute({"password": {"a": 5}, "b": 1}, "data") == '{"password":{"a":"[Filtered]"},"b":1}'
    assert attribute({"a": "x"}, "token") == "[Filtered]"
    (log,) = decode(logs({"body": {"kvlistValue": {"values": attributes(pin=1234, a="b")}}})).signals
    assert isinstance(log, Log)
    assert log.message == '{"pin":"[Filtered]","a":"b"}'


REQUEST = {
    "url": "https://shop.example/?token=abc",
    "query_string": "a=1&token=abc",
    "cookies": {"sessionid": "x", "theme": "dark"},
    "headers": {
        "Authorization": "Bearer x",
        "Cookie": "a=b",
        "Host": "shop.example",
        "X-Forwarded-For": "203.0.113.7",
    },
    "data": {"name": "Bo", "password": "hunter2"},
    "env": {"REMOTE_ADDR": "203.0.113.7"},
}


def test_a_request_keeps_what_is_no_secret() -> None:
    assert scrub_event({"request": REQUEST}, send_pii=False)["request"] == {
        "url": "https://shop.example/?token=[Filtered]",
        "query_string": "a=1&token=[Filtered]",
        "cookies": {"sessionid": "[Filtered]", "theme": "[Filtered]"},
        "headers": {
            "Authorization": "[Filtered]",
            "Cookie": "[Filtered]",
            "Host": "shop.example",
            "X-Forwarded-For": "[Filtered]",
        },
        "data": {"name": "Bo", "password": "[Filtered]"},
        "env": {"REMOTE_ADDR": "[Filtered]"},
    }


def test_a_request_keeps_people_but_no_secrets_where_that_was_asked_for() -> None:
    kept = scrub_event({"request": REQUEST}, send_pii=True)["request"]

    assert kept["cookies"] == {"sessionid": "[Filtered]", "theme": "dark"}
    assert kept["env"] == {"REMOTE_ADDR": "203.0.113.7"}
    assert kept["data"]["password"] == "[Filtered]"


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ({"request": {"cookies": "a=b"}}, {"request": {"cookies": "[Filtered]"}}),
        ({"request": {"cookies": [["a", "b"]]}}, {"request": {"cookies": {"a": "[Filtered]"}}}),
        (
            {"request": {"query_string": [["token", "b"], ["c", "d"]]}},
            {"request": {"query_string": {"token": "[Filtered]", "c": "d"}}},
        ),
        ({"request": "token=abc"}, {"request": "token=[Filtered]"}),
        ({"user": "bo@example.com"}, {"user": "[Filtered]"}),
        ({"tags": [{"key": "password", "value": "x"}]}, {"tags": {"password": "[Filtered]"}}),
        ({"tags": [["password", "x"]]}, {"tags": [["password", "[Filtered]"]]}),
        ({"exception": "password=x"}, {"exception": "password=[Filtered]"}),
        (
            {"exception": {"type": "E", "value": "password=x"}},
            {"exception": {"type": "E", "value": "password=[Filtered]"}},
        ),
        ({"exception": ["password=x"]}, {"exception": ["password=[Filtered]"]}),
        ({"stacktrace": {"frames": "password=x"}}, {"stacktrace": {"frames": "password=[Filtered]"}}),
        ({"stacktrace": {"frames": ["password=x"]}}, {"stacktrace": {"frames": ["password=[Filtered]"]}}),
        (
            {"stacktrace": {"frames": [{"pre_context": [None, 'password = "x"', 5], "context_line": None}]}},
            {
                "stacktrace": {
                    "frames": [{"pre_context": [None, 'password = "[Filtered]"', 5], "context_line": None}]
                }
            },
        ),
        (
            {
                "stacktrace": {
                    "frames": [{"abs_path": "https://a/x.js?token=abc", "context_line": {"token": "x"}}]
                }
            },
            {
                "stacktrace": {
                    "frames": [
                        {
                            "abs_path": "https://a/x.js?token=[Filtered]",
                            "context_line": {"token": "[Filtered]"},
                        }
                    ]
                }
            },
        ),
        (
            {"modules": {"token": "1.0"}, "release": "a@1.2.3.4"},
            {"modules": {"token": "1.0"}, "release": "a@1.2.3.4"},
        ),
    ],
)
def test_an_event_of_any_shape_is_scrubbed(given: dict[str, Any], clean: dict[str, Any]) -> None:
    assert scrub_event(given, send_pii=False) == clean


@needs_cases
@pytest.mark.parametrize("path", events(), ids=lambda path: path.stem)
def test_scrubbing_keeps_the_structure_of_a_real_event(path: Any) -> None:
    given = event(f"{path.parent.name}/{path.name}")
    before = copy.deepcopy(given)

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(item) for key, item in value.items()}
        return [shape(item) for item in value] if isinstance(value, list) else None

    assert shape(scrub_event(given, send_pii=False)) == shape(before)
    assert given == before


def test_long_lines_of_an_attachment_stay_whole() -> None:
    text = "x" * 100_000 + "\nok"
    header = json.dumps({"type": "attachment", "content_type": "text/plain", "length": len(text)})
    body = f"{{}}\n{header}\n{text}".encode()

    (attachment,) = decode_pieces([body], arrival=arrival()).attachments
    assert attachment.data == text.encode()
    (binary,) = decode_pieces([body.replace(b"x" * 100, b"\xff" * 100)], arrival=arrival()).attachments
    assert b"\xff" in binary.data


def test_a_profiles_surroundings_are_scrubbed() -> None:
    payload = {"profile": {"stacks": [], "samples": ["odd", {"stack_id": "x"}]}, "tags": {"token": "x"}}
    (profile,) = decoded(("profile", payload)).signals

    assert "'token': '[Filtered]'" in str(profile)


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (["run", "--password", "hunter2", "now"], ["run", "--password", "[Filtered]", "now"]),
        (["'run'", "'--api-key'", "'zzz9'"], ["'run'", "'--api-key'", "[Filtered]"]),
        (["--token", "--verbose", "3"], ["--token", "--verbose", "3"]),
        (["--name", "hunter2", "password"], ["--name", "hunter2", "password"]),
    ],
)
def test_the_argument_of_a_secret_s_option_is_taken_out(arguments: list[str], kept: list[str]) -> None:
    assert scrubbed({"sys.argv": arguments})["sys.argv"] == kept


@pytest.mark.parametrize(
    ("header", "data", "kept"),
    [
        ({"filename": ".env"}, b"A=b\nSECRET_KEY=x1\n", b"A=b\nSECRET_KEY=[Filtered]\n"),
        ({}, b'{"a": [1], "password": ["x"]}', b'{"a":[1],"password":["[Filtered]"]}'),
        ({}, b'{"a": [ 1 ]}', b'{"a": [ 1 ]}'),
        ({"content_type": "application/json"}, b"{password=x1", b"{password=[Filtered]"),
        ({}, b"\x00password=x1", b"\x00password=x1"),
        (
            {"content_type": "text/plain"},
            b"-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nok",
            b"[Filtered]\nok",
        ),
    ],
)
def test_a_file_of_text_is_scrubbed_whatever_it_says_that_it_is(
    header: dict[str, str], data: bytes, kept: bytes
) -> None:
    head = json.dumps({"type": "attachment", "length": len(data), **header}).encode()

    (attachment,) = decode_pieces([b"{}\n" + head + b"\n" + data], arrival=arrival()).attachments
    assert attachment.data == kept


def test_a_profiles_threads_and_scripts_are_scrubbed() -> None:
    frames = [{"function": "f", "abs_path": "https://a/x.js?token=abc"}, "odd"]
    told = {"stacks": [[0]], "samples": [], "frames": frames, "thread_metadata": {"1": {"name": "token=abc"}}}
    (profile,) = decoded(("profile", {"profile": told})).signals

    assert "abc" not in str(profile)
    assert "'stacks': [[0]]" in str(profile)


@pytest.mark.parametrize("send_pii", [False, True])
def test_who_is_named_after_a_secret_gets_another_name(send_pii: bool) -> None:
    came = arrival(send_pii=send_pii, salt=b"salt")

    assert came.person("password=hunter2").startswith("anon-")
    assert came.user_id({"username": "token=abc123"}).startswith("anon-")
    assert came.person("ada") == "ada"
    assert (came.person("ada@example.com") == "ada@example.com") == send_pii
