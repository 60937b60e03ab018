"""DSNs, keys in headers and queries, rate limits and the store endpoint's bodies."""

from __future__ import annotations

import base64
import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire.errors import MalformedError, TooLargeError, UnauthorizedError
from vedette.wire.sentry.authentication import Sender, sender
from vedette.wire.sentry.dsn import Dsn
from vedette.wire.sentry.rate_limits import RateLimit, encode
from vedette.wire.sentry.store import event_bytes

KEY = "0123456789abcdef0123456789abcdef"
HEADER = f"Sentry sentry_key={KEY}, sentry_version=7, sentry_client=sentry.python/2.75.0"


@pytest.mark.parametrize(
    "text",
    [
        f"https://{KEY}@shop.example/7",
        f"http://{KEY}@127.0.0.1:8000/vedette/7",
        f"https://{KEY}@shop.example/some/prefix/shop-web",
        f"http://{KEY}@[::1]:8000/7",
    ],
)
def test_a_dsn_comes_back(text: str) -> None:
    assert str(Dsn.of(text)) == text


def test_a_dsn_names_where_to_post() -> None:
    dsn = Dsn.of(f"https://{KEY}:secret@shop.example/some/prefix/7/")

    assert dsn.url("envelope") == "https://shop.example/some/prefix/api/7/envelope/"
    assert str(dsn) == f"https://{KEY}@shop.example/some/prefix/7"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop.example/7",
        "https://shop.example/7",
        f"https://{KEY}@shop.example/",
        f"ftp://{KEY}@x/7",
        f"https://{KEY}@x:port/7",
        "https://a b@x/7",
    ],
)
def test_what_is_no_dsn_is_malformed(text: str) -> None:
    with pytest.raises(MalformedError):
        Dsn.of(text)


@given(st.text())
def test_any_text_is_a_dsn_or_malformed(text: str) -> None:
    with contextlib.suppress(MalformedError):
        Dsn.of(text)


@pytest.mark.parametrize(
    "given_as",
    [
        {"header": HEADER},
        {"header": HEADER.replace(", ", ",")},
        {"header": f"Sentry sentry_timestamp=1, sentry_client=raven/5, sentry_secret=x, sentry_key={KEY}"},
        {"query": {"sentry_key": KEY, "sentry_version": "7"}},
        {"dsn": f"https://{KEY}@shop.example/7"},
        {
            "header": HEADER,
            "query": {"sentry_key": KEY},
            "dsn": f"https://{KEY}@shop.example/7",
            "project": "7",
        },
    ],
)
def test_a_key_is_found_wherever_it_is(given_as: dict[str, object]) -> None:
    assert sender(**given_as).key == KEY  # type: ignore[arg-type]


def test_a_header_names_the_sdk() -> None:
    assert sender(HEADER) == Sender(key=KEY, client="sentry.python/2.75.0", version="7")


@pytest.mark.parametrize(
    "given_as",
    [
        {},
        {"header": "Bearer abc"},
        {"header": "Sentry nothing"},
        {"header": HEADER, "query": {"sentry_key": "another"}},
        {"header": HEADER, "dsn": "https://another@shop.example/7"},
        {"dsn": f"https://{KEY}@shop.example/8", "project": "7"},
        {"dsn": "nope"},
        {"query": {"sentry_key": "a b"}},
    ],
)
def test_who_names_no_key_or_two_is_refused(given_as: dict[str, object]) -> None:
    with pytest.raises(UnauthorizedError):
        sender(**given_as)  # type: ignore[arg-type]


def test_rate_limits_are_told_as_sdks_read_them() -> None:
    limits = [
        RateLimit(seconds=59.2),
        RateLimit(seconds=2, categories=("error", "span"), reason="quota"),
        RateLimit(seconds=1, categories=("metric_bucket",), scope="project", namespaces=("custom",)),
    ]

    assert encode(limits) == {
        "X-Sentry-Rate-Limits": "60::key, 2:error;span:key:quota, 1:metric_bucket:project::custom",
        "Retry-After": "60",
    }
    assert encode([]) == {}


def test_the_sdk_reads_the_rate_limits_that_are_told() -> None:
    from sentry_sdk.transport import _parse_rate_limits

    header = encode([RateLimit(seconds=60, categories=("error", "monitor")), RateLimit(seconds=5)])
    read = {category for category, _ in _parse_rate_limits(header["X-Sentry-Rate-Limits"])}

    assert read == {"error", "monitor", None}


@pytest.mark.parametrize("event", [b'{"message":"x"}', b'\xef\xbb\xbf{"message":"x"}'])
def test_the_store_endpoint_takes_json_and_what_raven_sent(event: bytes) -> None:
    assert event_bytes(event, limit=100) == event
    assert event_bytes(b"  " + event + b"\n", limit=100) == event
    assert event_bytes(base64.b64encode(zlib.compress(event)), limit=100) == event


def test_the_store_endpoint_takes_base64_of_json() -> None:
    assert event_bytes(base64.b64encode(b'{"a":1}'), limit=100) == b'{"a":1}'


def test_the_store_endpoint_bounds_what_it_unpacks() -> None:
    with pytest.raises(TooLargeError):
        event_bytes(base64.b64encode(zlib.compress(b"{" * 10_000)), limit=1000)


@pytest.mark.parametrize("body", [b"nope!", b"bm9wZQ==", b"abc"])
def test_what_is_no_event_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        event_bytes(body, limit=100)
