"""JSON is read as SDKs send it, and whatever is no JSON is a named error."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire import documents
from vedette.wire.errors import MalformedError, TooLargeError


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'{"a": NaN, "b": -Infinity, "c": 1e999}', {"a": None, "b": None, "c": None}),
        (b'"\\ud800x"', "?x"),
        (b'"a\x01b"', "a\x01b"),
        (b'\xef\xbb\xbf{"a": "\\ud83d"}', {"a": "?"}),
        (b'["\xff"]', ["�"]),
    ],
)
def test_what_sdks_send_is_read(data: bytes, value: object) -> None:
    assert documents.decode(data) == value
    documents.encode(documents.decode(data))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"nope", b"[" * 100_000, b'["\xff' + b"[" * 100_000, b"1" * 5000 + b"x"]
)
def test_what_is_no_json_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        documents.decode(data)


@pytest.mark.parametrize("data", [b"[" + b"[]," * 200_000 + b"[]]", b"[" + b'"a",' * 500_000 + b"1]"])
def test_what_would_swell_in_memory_is_refused(data: bytes) -> None:
    with pytest.raises(TooLargeError):
        documents.decode(data)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.binary())
def test_bytes_are_read_or_malformed(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        documents.encode(documents.decode(data))


@given(JSON)
def test_a_value_comes_back(value: object) -> None:
    try:
        encoded = documents.encode(value)
    except UnicodeEncodeError:
        return
    assert documents.decode(encoded.encode()) == value


@given(
    st.lists(st.lists(st.just([]), max_size=30).map(documents.encode).map(str.encode), max_size=12),
    st.integers(1, 60),
)
def test_documents_are_held_until_their_parts_are_too_many_together(payloads: list[bytes], most: int) -> None:
    parts = documents.Parts(most)
    held = 0
    for payload in payloads:
        own = sum(payload.count(sign) for sign in b"{[,")
        fits = not held or held + own <= most
        assert parts.take(payload) == fits
        held += own if fits else 0
