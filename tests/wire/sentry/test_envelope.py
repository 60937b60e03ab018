"""Envelopes are read by the grammar, in pieces of any size, and never with anything but a named error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.cases import Case, envelopes, needs_cases
from vedette.wire.errors import MalformedError, TooLargeError
from vedette.wire.sentry.envelope import Envelope
from vedette.wire.sentry.limits import Limits

LIMITS = Limits()


def items(body: bytes, *, piece: int = 1 << 20, limits: Limits = LIMITS) -> list[tuple[str, bytes | None]]:
    """Return the items of *body*, read in pieces."""
    pieces = (body[start : start + piece] for start in range(0, len(body), piece))
    return [(item.type, item.payload) for item in Envelope(pieces, limits=limits)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{}", []),
        (b"{}\n", []),
        (b'{}\n{"type":"event","length":2}\n{}\n', [("event", b"{}")]),
        (b'{}\n{"type":"event","length":2}\n{}', [("event", b"{}")]),
        (b'{}\n{"type":"event"}\n{"a":1}', [("event", b'{"a":1}')]),
        (b'{}\n{"type":"event"}\n{"a":1}\n\n', [("event", b'{"a":1}')]),
        (b'{}\n{"type":"attachment","length":3}\na\nb\n', [("attachment", b"a\nb")]),
        (b'{}\n{"type":"attachment","length":2}\na\r\n', [("attachment", b"a\r")]),
        (b'{}\n{"type":"attachment"}\na\r\n', [("attachment", b"a\r")]),
        (b'{}\n{"type":"attachment","length":0}\n\n', [("attachment", b"")]),
        (b'{}\n{"type":"attachment","length":0}\n', [("attachment", b"")]),
        (b'{}\n{"type":"event"}', [("event", b"")]),
        (b'{}\n{"type":"event","length":2}\n{}\n{"type":"log"}\n[]', [("event", b"{}"), ("log", b"[]")]),
        (b'{}\n{"type":"future","length":2}\nab\n{"type":"event"}\n{}', [("future", None), ("event", b"{}")]),
        (b'{}\n{"type":"future"}\nab\n{"type":"event"}\n{}', [("future", None), ("event", b"{}")]),
        (b'{"dsn":"x"}\n\n\n{"type":"event"}\n{}', [("event", b"{}")]),
    ],
)
@pytest.mark.parametrize("piece", [1, 3, 1 << 20])
def test_an_envelope_is_read(body: bytes, expected: list[tuple[str, bytes | None]], piece: int) -> None:
    assert items(body, piece=piece) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"[]",
        b"nope",
        b"{}\nnope\n{}",
        b"{}\n[]\n{}",
        b"{}\n{}\n{}",
        b'{}\n{"type":5}\n{}',
        b'{}\n{"type":""}\n{}',
        b'{}\n{"type":"event","length":3}\n{}',
        b'{}\n{"type":"event","length":1}\n{}',
        b'{}\n{"type":"event","length":-1}\n{}',
        b'{}\n{"type":"event","length":"2"}\n{}',
        b'{}\n{"type":"event","length":true}\n{',
    ],
)
def test_what_breaks_the_grammar_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        items(body)


def test_an_item_past_its_types_limit_is_passed_over_and_the_next_is_read() -> None:
    limits = Limits(item_bytes={"event": 4, "log": 100})
    body = b'{}\n{"type":"event","length":5}\n12345\n{"type":"event"}\n12345\n{"type":"log"}\n{}'

    assert items(body, limits=limits) == [("event", None), ("event", None), ("log", b"{}")]


def test_a_large_item_that_is_passed_over_is_not_held() -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{}\n{"type":"replay_video","length":1000000000}\n'
        for _ in range(1000):
            yield b"x" * 1_000_000
        yield b'\n{"type":"event"}\n{}'

    assert [item.payload for item in Envelope(pieces(), limits=LIMITS)] == [None, b"{}"]


def test_header_lines_and_items_are_limited() -> None:
    with pytest.raises(TooLargeError):
        items(b'{"a":"' + b"x" * 20_000 + b'"}')
    with pytest.raises(TooLargeError):
        items(b'{}\n{"type":"' + b"x" * 20_000 + b'"}\n{}')
    with pytest.raises(TooLargeError):
        items(b'{}\n{"type":"event"}\n{}\n{"type":"event"}\n{}', limits=Limits(items=1))


@needs_cases
@pytest.mark.parametrize("case", envelopes(), ids=lambda case: case.name)
def test_a_real_envelope_has_what_its_manifest_says(case: Case) -> None:
    for piece in (17, 1 << 20):
        found = items(case.body, piece=piece)
        for kind, payload in found:
            assert f"{kind}(" in case.contents or f"{kind}[" in case.contents
            assert payload is not None
            assert f"({len(payload)}B" in case.contents


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Give a real envelope with some of its bytes changed, cut out or repeated."""
    body = bytearray(draw(st.sampled_from([case.body[:4000] for case in envelopes()])))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(body) - 1)))
        match draw(st.integers(0, 3)):
            case 0:
                body[at : at + 1] = draw(st.binary(min_size=1, max_size=3))
            case 1:
                del body[at : at + draw(st.integers(1, 50))]
            case 2:
                body[at:at] = body[at : at + draw(st.integers(1, 50))]
            case _:
                body[at:at] = b"\n"
    return bytes(body)


@needs_cases
@given(data=st.data())
def test_a_mutated_envelope_is_read_or_refused(data: st.DataObject) -> None:
    body = data.draw(mutated())
    results = []
    for piece in (11, 1 << 20):
        try:
            results.append(items(body, piece=piece))
        except (MalformedError, TooLargeError):
            results.append([])
    assert results[0] == results[1]


@given(st.lists(st.tuples(st.sampled_from(["event", "log", "attachment"]), st.binary(max_size=200))))
def test_what_was_written_with_lengths_comes_back(parts: list[tuple[str, bytes]]) -> None:
    body = b"{}"
    for kind, payload in parts:
        body += b'\n{"type":"%s","length":%d}\n%s' % (kind.encode(), len(payload), payload)

    assert items(body, piece=13) == parts
