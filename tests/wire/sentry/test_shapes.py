"""An event is read in every shape that SDKs have sent."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.cases import RECEIVED_AT, arrival, payload_of
from tests.wire.sentry.sent import error
from vedette.record.signals import Error
from vedette.wire.errors import MalformedError
from vedette.wire.sentry.decoding import decode_event
from vedette.wire.sentry.trimming import MOST_CHARS


def payload(event: dict[str, Any], **arrived: Any) -> dict[str, Any]:
    """Return the payload that is kept of *event*."""
    kept = error(event, **arrived).payload
    assert isinstance(kept, dict)
    return kept


@pytest.mark.parametrize(
    ("event", "kind", "value"),
    [
        ({"message": "hello"}, "", "hello"),
        ({"message": {"message": "hello %s", "params": ["Bo"]}}, "", "hello Bo"),
        ({"message": {"formatted": "hello"}}, "", "hello"),
        ({"message": ["a", 1]}, "", '["a",1]'),
        ({"message": {"message": ["a", 1]}}, "", '["a",1]'),
        ({"logentry": {"message": "a %s", "params": "b"}}, "", "a %s"),
        ({"logentry": {"message": "%s" * 5000, "params": ["x" * 9] * 5000}}, "", "%s" * 4095 + "%…"),
        ({"logentry": {"message": "a %s %d", "params": [["b"], 5]}}, "", 'a ["b"] 5'),
        ({"logentry": "hello"}, "", "hello"),
        ({"logentry": {"message": "%(a)s and %(b)s", "params": {"a": 1, "b": 2}}}, "", "1 and 2"),
        ({"logentry": {"message": "%d of %s", "params": ["x"]}}, "", "%d of %s"),
        ({"logentry": {"message": "%999999999d", "params": [1]}}, "", "%999999999d"),
        ({"logentry": {"message": "%(a)999999999d", "params": {"a": 1}}}, "", "%(a)999999999d"),
        (
            {"logentry": {"message": "%(a(b))-9.999999999f", "params": {"a(b)": 1}}},
            "",
            "%(a(b))-9.999999999f",
        ),
        ({"logentry": {"message": "a {b}", "formatted": "a c"}}, "", "a c"),
        ({"sentry.interfaces.Message": {"message": "hello"}}, "", "hello"),
        ({"exception": {"values": [{"type": "E", "value": "v"}]}}, "E", "v"),
        ({"exception": [{"type": "E", "value": "v"}]}, "E", "v"),
        ({"exception": {"type": "E", "value": "v"}}, "E", "v"),
        ({"sentry.interfaces.Exception": {"values": [{"type": "E", "value": "v"}]}}, "E", "v"),
        ({"exception": {"values": [None, {"type": "E", "value": {"a": 1}}, "x"]}}, "E", '{"a":1}'),
        ({"exception": {"values": [{"type": "A"}, {"type": "B", "value": "b"}]}}, "B", "b"),
        ({"exception": {"values": [{"type": "E", "value": None}]}, "message": "m"}, "E", "m"),
        ({"exception": {"values": None}, "message": "m"}, "", "m"),
        ({"exception": "odd", "transaction": "/t"}, "", "/t"),
        ({}, "", "<no message>"),
        (
            {
                "main_exception_id": 0,
                "exception": [
                    {"type": "Root", "mechanism": {"exception_id": 0}},
                    {"type": "Leaf", "mechanism": {"exception_id": 1}},
                ],
            },
            "Root",
            "",
        ),
    ],
)
def test_type_and_value_are_found(event: dict[str, Any], kind: str, value: str) -> None:
    found = error(event)

    assert (found.type, found.value) == (kind, value)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("warn", "warning"),
        ("WARNING", "warning"),
        ("critical", "fatal"),
        ("log", "info"),
        (40, "error"),
        (None, "error"),
        ("odd", "error"),
    ],
)
def test_a_level_is_one_of_five(level: object, expected: str) -> None:
    assert error({"level": level}).level == expected


@pytest.mark.parametrize(
    "tags",
    [
        {"a": "b", "n": 1, "x": None},
        [["a", "b"], ["n", 1], ["x", None]],
        [{"key": "a", "value": "b"}, {"key": "n", "value": 1}],
    ],
)
def test_tags_may_be_pairs(tags: object) -> None:
    found = error({"tags": tags})

    assert {key: found.attributes[key] for key in ("a", "n")} == {"a": "b", "n": "1"}
    assert payload_of(found)["tags"] == {"a": "b", "n": "1"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "x", "User-Agent": 5},
        [["Host", "x"], ["User-Agent", "5"]],
        {"Host": ["x"], "User-Agent": ["5"]},
    ],
)
def test_headers_may_be_lists(headers: object) -> None:
    assert payload({"request": {"headers": headers}})["request"]["headers"] == {
        "Host": "x",
        "User-Agent": "5",
    }


@pytest.mark.parametrize("query", ["a=1&b=2", [["a", "1"], ["b", 2]], {"a": "1", "b": "2"}])
def test_a_query_string_may_be_pairs(query: object) -> None:
    assert payload({"request": {"query_string": query}})["request"]["query_string"] == "a=1&b=2"


def test_frames_may_be_null_or_lack_anything() -> None:
    frames = [None, {}, {"lineno": "12", "function": None}, {"function": 5, "lineno": "x"}, "odd"]
    for trace in ({"frames": frames}, frames):
        kept = payload({"exception": [{"type": "E", "stacktrace": trace}]})

        assert kept["exception"]["values"][0]["stacktrace"]["frames"] == [
            {},
            {"lineno": 12},
            {"function": "5"},
        ]
    assert (
        payload({"exception": [{"type": "E", "stacktrace": None}]})["exception"]["values"][0]["type"] == "E"
    )


def test_of_many_frames_the_first_and_the_last_stay() -> None:
    frames = [{"function": "f", "lineno": number} for number in range(1000)]
    kept = payload({"stacktrace": {"frames": frames}})["stacktrace"]["frames"]

    assert [frame["lineno"] for frame in kept] == [*range(125), *range(875, 1000)]


def test_a_request_may_name_its_url_oddly() -> None:
    assert payload({"request": {"url": ["a"], "method": None}})["request"] == {"url": '["a"]'}


def test_a_culprit_is_the_transaction_or_the_sites_last_frame() -> None:
    frames = [{"module": "shop", "function": "pay", "in_app": True}, {"module": "lib", "function": "f"}]
    thrown = {"exception": [{"type": "E", "stacktrace": {"frames": frames}}]}

    assert error({**thrown, "transaction": "/pay/"}).culprit == "/pay/"
    assert error(thrown).culprit == "shop in pay"
    assert error({"threads": [{"crashed": True, "stacktrace": {"frames": frames}}]}).culprit == "shop in pay"
    assert error({"stacktrace": {"frames": frames[1:]}}).culprit == "lib in f"


def test_an_exception_that_nobody_caught_is_unhandled() -> None:
    assert error({"exception": [{"type": "E", "mechanism": {"handled": False}}]}).handled is False
    assert error({"exception": [{"type": "E", "mechanism": "odd"}]}).handled is True


def test_the_fields_that_all_signals_share_are_filled() -> None:
    found = error(
        {
            "timestamp": RECEIVED_AT.timestamp() - 5,
            "environment": "prod",
            "release": "a@1",
            "server_name": "web-1",
            "user": {"id": 7},
            "tags": {"request_id": "r1"},
            "contexts": {
                "trace": {"trace_id": "5B8EFFF798038103D269B633813FC60C", "span_id": "EEE19B7EC3C1B174"}
            },
        }
    )

    assert (found.environment, found.release, found.host, found.user_id) == ("prod", "a@1", "web-1", "7")
    assert (found.trace_id, found.span_id) == ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174")
    assert (found.request_id, (RECEIVED_AT - found.time).total_seconds()) == ("r1", 5)


def test_a_request_id_may_be_in_a_header() -> None:
    assert error({"request": {"headers": {"X-Request-ID": "r2"}}}).request_id == "r2"


def test_people_are_told_apart_without_keeping_who_they_are() -> None:
    bo, eva = ({"user": {"email": f"{name}@example.com"}} for name in ("bo", "eva"))

    assert error(bo).user_id == ""
    assert error(bo, salt=b"s").user_id == error(bo, salt=b"s").user_id != error(eva, salt=b"s").user_id
    assert error(bo, salt=b"s").user_id.startswith("anon-")
    assert error(bo, send_pii=True).user_id == "bo@example.com"
    assert error({"user": {"id": "bo@example.com"}}, salt=b"s").user_id == error(bo, salt=b"s").user_id


def test_a_person_is_filtered_but_for_the_id() -> None:
    event = {
        "user": {
            "id": 7,
            "email": "bo@example.com",
            "username": "bo",
            "ip_address": "10.0.0.1",
            "plan": "pro",
        }
    }

    assert payload(event)["user"] == {
        "id": "7",
        "email": "[Filtered]",
        "username": "[Filtered]",
        "ip_address": "[Filtered]",
        "plan": "pro",
    }
    assert payload(event, send_pii=True)["user"]["email"] == "bo@example.com"


@pytest.mark.parametrize(
    "event", [{"user": {"ip_address": "{{auto}}"}}, {"sdk": {"settings": {"infer_ip": "auto"}}}]
)
def test_the_senders_address_is_filled_in_where_it_is_asked_for(event: dict[str, Any]) -> None:
    assert payload(event, send_pii=True)["user"] == {"ip_address": "198.51.100.9"}
    assert "user" not in payload(event)
    assert payload(event, salt=b"s")["user"]["ip_address"] == "[Filtered]"


def test_the_senders_address_is_left_out_where_it_is_not() -> None:
    assert "user" not in payload({"sdk": {"settings": {"infer_ip": "never"}}}, send_pii=True)
    environment = {"request": {"env": {"REMOTE_ADDR": "{{auto}}"}}}
    assert payload(environment, send_pii=True)["request"]["env"] == {"REMOTE_ADDR": "198.51.100.9"}


def test_an_event_without_an_id_gets_the_same_one_each_time() -> None:
    first, again, other = error({"message": "a"}), error({"message": "a"}), error({"message": "b"})

    assert first.event_id == again.event_id != other.event_id
    assert len(first.event_id) == 32
    assert (
        error({"event_id": "3EE2C139-D097-4166-A652-C1212024F732"}).event_id
        == "3ee2c139d0974166a652c1212024f732"
    )


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"null", b"nope"])
def test_what_is_no_event_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_event(data, arrival=arrival())


@pytest.mark.parametrize(
    "bulk",
    [
        {"extra": {str(number): "x" * 1000 for number in range(1000)}},
        {"modules": {f"package-{number}": "1.0" for number in range(20_000)}},
        {"breadcrumbs": [{"message": "x" * 5000}] * 100},
        {
            "exception": [
                {
                    "type": "E",
                    "value": "v",
                    "stacktrace": {
                        "frames": [{"function": "f", "lineno": 1, "vars": {"a": "x" * 4000}}] * 250
                    },
                }
            ]
            * 3
        },
        {"exception": [{"type": "E", "value": "x" * 900_000}]},
        {"threads": [{"stacktrace": {"frames": [{"function": "f" * 3000}] * 200}}] * 50},
        {"extra": {"a": [[["x" * 100] * 100] * 100] * 2}},
        {
            "exception": [
                {
                    "type": "E",
                    "value": "v",
                    "stacktrace": {"frames": [{"function": "f", "context_line": "c" * 3000}] * 200},
                }
            ]
        },
        {
            "exception": [
                {"type": "E", "value": "v", "stacktrace": {"frames": [{"function": "f" * 3000}] * 200}}
            ]
        },
        {
            "tags": {str(number) * 50: "x" * 200 for number in range(100)},
            "odd": {str(number): "x" * 900 for number in range(900)},
        },
        {f"odd{number}": "x" * 900 for number in range(900)},
    ],
)
def test_a_large_event_is_cut_to_fit_a_line(bulk: dict[str, Any]) -> None:
    found = error({"message": "m", "level": "fatal", **bulk})

    assert len(msgspec.json.encode(found)) < MOST_CHARS + 32 * 1024
    assert found.level == "fatal"
    assert found.value


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
PARTS = [
    "exception",
    "message",
    "logentry",
    "request",
    "user",
    "tags",
    "contexts",
    "breadcrumbs",
    "threads",
    "stacktrace",
]
PARTS += [
    "level",
    "timestamp",
    "event_id",
    "release",
    "extra",
    "sdk",
    "transaction",
    "type",
    "platform",
    "culprit",
]
INNER = [
    "values",
    "frames",
    "stacktrace",
    "type",
    "value",
    "mechanism",
    "headers",
    "cookies",
    "env",
    "trace",
    "id",
    "vars",
]
INNER += [
    "settings",
    "infer_ip",
    "ip_address",
    "params",
    "formatted",
    "message",
    "trace_id",
    "browser",
    "handled",
]


@given(
    st.dictionaries(
        st.sampled_from(PARTS),
        ODD
        | st.dictionaries(
            st.sampled_from(INNER), ODD | st.dictionaries(st.sampled_from(INNER), ODD), max_size=4
        )
        | st.lists(
            st.dictionaries(st.sampled_from(INNER), ODD | st.dictionaries(st.sampled_from(INNER), ODD)),
            max_size=3,
        ),
    )
)
def test_any_event_is_an_error_that_can_be_stored(event: dict[str, Any]) -> None:
    if event.get("type") in ("transaction", "feedback"):
        return
    (found,) = decode_event(json.dumps(event).encode(), arrival=arrival()).signals

    assert isinstance(found, Error)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Error).value == found.value


def test_the_end_of_a_line_is_no_part_of_a_version() -> None:
    contexts = {"os": {"name": "Debian", "version": "12.11\n"}, "runtime": {"name": "node", "version": 20}}
    attributes = error({"message": "m", "contexts": contexts}).attributes

    assert (attributes["os.name"], attributes["os.version"]) == ("Debian", "12.11")
    assert attributes["runtime.version"] == "20"
    assert "browser.version" not in attributes
