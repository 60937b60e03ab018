"""Damage to bodies that real SDKs sent: to their bytes, their JSON, the frames of envelopes and the fields of protobuf."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import msgspec

from vedette.wire.errors import MalformedError
from vedette.wire.otlp.protobuf import varint

Path = list[tuple[Any, Any]]
_NAMES = [
    "values",
    "exception",
    "stacktrace",
    "frames",
    "vars",
    "type",
    "value",
    "user",
    "id",
    "email",
    "request",
    "headers",
    "cookies",
    "data",
    "tags",
    "contexts",
    "trace",
    "breadcrumbs",
    "logentry",
    "message",
    "formatted",
    "params",
    "threads",
    "spans",
    "items",
    "attributes",
    "profile",
    "stacks",
    "samples",
    "length",
    "mechanism",
    "exception_id",
    "parent_id",
    "is_exception_group",
    "timestamp",
    "platform",
    "fingerprint",
    "level",
    "culprit",
    "transaction",
    "resourceSpans",
    "scopeSpans",
    "resourceLogs",
    "scopeLogs",
    "resourceMetrics",
    "scopeMetrics",
    "metrics",
    "dataPoints",
    "bucketCounts",
    "explicitBounds",
    "timeUnixNano",
    "traceId",
    "spanId",
    "body",
    "stringValue",
    "intValue",
    "arrayValue",
    "kvlistValue",
    "events",
    "links",
]
_ITEM_TYPES = [
    "event",
    "transaction",
    "span",
    "log",
    "trace_metric",
    "check_in",
    "session",
    "sessions",
    "profile",
    "profile_chunk",
    "client_report",
    "feedback",
    "user_report",
    "raw_security",
    "nel",
    "attachment",
    "replay_event",
    "statsd",
    "unknown",
]
# What `json.dumps` would not write, or not in this way.
_RAW = [
    msgspec.Raw(text)
    for text in (
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"-1e-999",
        b"1" * 400,
        b"-0",
        b"0.1e1",
        b"18446744073709551616",
        b"-9223372036854775809",
        b"9007199254740993",
        b'"\\ud800"',
        b'"\\udfff\\ud800 half"',
        b'"\\u0000"',
        b'"\xff\xfe\xc3("',
        b'"a\tb\nc"',
        b'{"a":1,"a":[]}',
        b'{"":{"":{"":null}}}',
        b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"[" * 1200 + b"]" * 1200,
    )
]
_ODD: list[Any] = [
    *_RAW,
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**53,
    2**63,
    2**64 - 1,
    -(2**63),
    1e308,
    -1e308,
    5e-324,
    "",
    " ",
    "0",
    "-1",
    "nan",
    "inf",
    "1e999",
    "2026-02-30T25:61:61Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "{{auto}}",
    "{{ default }}",
    "{{ error.type }}{{",
    "\u202e\u2066\u0301\u200d\ufeff",
    "\u0130\u0131\u017fK\u212a",
    "👨\u200d👩\u200d👧" * 20,
    "\x00\x01\x7f\x85\u2028",
    "password=" * 50,
    "a" * 5000,
    "(((((((((((" * 30,
    "http://[::1",
    "%s %(a)s {0} {a!r:>{b}}",
    "0" * 32,
    "f" * 32,
    "0" * 31 + "g",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"": ""},
    {"values": None},
    {"values": {"values": []}},
    {"type": None, "value": {}},
    [["a"], ["a", 1], ["a", 1, 2], "a"],
    [0] * 300,
    {str(number): number for number in range(150)},
]


def damaged(body: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """Return *body* with some bytes changed, cut out, repeated, or taken from one of *others*."""
    changed = bytearray(body)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(7):
            case 0:
                changed[at : at + 1] = bytes([rng.randrange(256)])
            case 1 if at < len(changed):
                changed[at] ^= 1 << rng.randrange(8)
            case 2:
                del changed[at : at + rng.choice((1, 2, 8, 100))]
            case 3:
                changed[at:at] = rng.randbytes(rng.choice((1, 2, 8)))
            case 4:
                changed[at:at] = changed[at : at + rng.choice((1, 10, 200))] * rng.choice((1, 3))
            case 5:
                del changed[rng.randrange(len(changed) + 1) if rng.random() < 0.3 else len(changed) :]
            case _:
                other = rng.choice(others)
                start = rng.randrange(len(other) + 1)
                changed[at : at + rng.choice((0, 50))] = other[start : start + rng.choice((10, 100, 1000))]
    return bytes(changed)


def odd_json(body: bytes, rng: Random) -> bytes:
    """Return the JSON *body* with some of its values and keys changed; *body* itself where it is no JSON."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        document = _changed(document, rng)
    try:
        return msgspec.json.encode(document)
    except (TypeError, ValueError, RecursionError):  # a key that is no text by now
        return body


def _changed(document: Any, rng: Random) -> Any:
    path = _path(document, rng)
    if not path:
        return _odd(rng)
    container, key = path[-1]
    value = container[key]
    match rng.randrange(9):
        case 0 if isinstance(container, dict):
            del container[key]
        case 1 if isinstance(container, dict):
            container[rng.choice(_NAMES)] = container.pop(key)
        case 2:
            container[key] = _of_another_type(value, rng)
        case 3:
            other, place = rng.choice(path)
            container[key] = _copied(other[place])
        case 4:
            container[key] = _nested(value, rng)
        case 5 if isinstance(container, dict):
            container[rng.choice(_NAMES)] = _odd(rng)
        case 6 if isinstance(container, list):
            container[key:key] = [_copied(value) for _ in range(rng.choice((1, 5, 60)))]
        case 7 if isinstance(container, list):
            del container[key:]
        case _:
            container[key] = _odd(rng)
    return document


def _odd(rng: Random) -> Any:
    return _copied(rng.choice(_ODD))


def _path(document: Any, rng: Random) -> Path:
    path: Path = []
    value = document
    while value and isinstance(value, dict | list) and (not path or rng.random() < 0.85):
        key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        path.append((value, key))
        value = value[key]
    return path


def _of_another_type(value: Any, rng: Random) -> Any:
    if isinstance(value, msgspec.Raw):
        return None
    if isinstance(value, str):
        return rng.choice([[value], {value[:50]: value}, len(value), value.encode().hex(), value + "\u0000"])
    if isinstance(value, bool) or value is None:
        return rng.choice(["", 0, [], {}, "null"])
    if isinstance(value, int | float):
        return rng.choice([str(value), [value], -value, value * 10**6, {"value": value}])
    if isinstance(value, list):
        return rng.choice([{"values": value}, _by_place(value), {}, "[]", None, value[0:1] * 3])
    return rng.choice(
        [[list(pair) for pair in value.items()], list(value), [value], "{}", {"values": [value]}, None]
    )


def _by_place(values: list[Any]) -> dict[str, Any]:
    return {str(place): value for place, value in enumerate(values)}  # PHP writes lists with gaps like this


def _nested(value: Any, rng: Random) -> Any:
    for _ in range(rng.choice((1, 2, 30, 80))):
        value = rng.choice([[value], {"a": value}, {"values": [value]}, {"cause": value}])
    return value


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


Piece = tuple[bytes, bytes]


def odd_envelope(body: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """Return the envelope *body* with headers, lengths, items or payloads changed; its lines where it is none."""
    header, pieces = pieces_of(body)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        place = rng.randrange(len(pieces)) if pieces else 0
        match rng.randrange(10) if pieces else 9:
            case 0:
                head, payload = pieces[place]
                pieces[place] = (odd_json(head, rng), payload)
            case 1:
                pieces[place] = (
                    _with(pieces[place][0], length=rng.choice([0, 1, -1, 2**63, 1e3, "5", None, 7])),
                    pieces[place][1],
                )
            case 2:
                pieces[place] = (_with(pieces[place][0], type=rng.choice(_ITEM_TYPES)), pieces[place][1])
            case 3:
                other = rng.choice(others)
                pieces[place:place] = pieces_of(other)[1][:3]
            case 4:
                header = odd_json(header, rng)
            case 5:
                rng.shuffle(pieces)
            case _:
                head, payload = pieces[place] if pieces else (b"{}", b"{}")
                changed = odd_json(payload, rng)
                head = _with(head, length=len(changed)) if b'"length"' in head else head
                pieces[place : place + 1] = [(head, changed)]
    return b"\n".join([header, *(part for piece in pieces for part in piece)])


def pieces_of(body: bytes) -> tuple[bytes, list[Piece]]:
    """Return the header of the envelope *body* and its items, each its header and its payload."""
    header, _, rest = body.partition(b"\n")
    pieces = []
    while rest:
        head, _, rest = rest.partition(b"\n")
        try:
            length = json.loads(head).get("length")
        except (ValueError, AttributeError, RecursionError):
            length = None
        if isinstance(length, int) and not isinstance(length, bool) and 0 <= length <= len(rest):
            payload, rest = rest[:length], rest[length + 1 :]
        else:
            payload, _, rest = rest.partition(b"\n")
        pieces.append((head, payload))
    return header, pieces


def _with(head: bytes, **values: Any) -> bytes:
    try:
        headers = json.loads(head)
    except (ValueError, RecursionError):
        return head
    if not isinstance(headers, dict):
        return head
    kept = {key: value for key, value in {**headers, **values}.items() if value is not None}
    return json.dumps(kept).encode()


Field = tuple[int, int, bytes]


def odd_protobuf(body: bytes, others: Sequence[bytes], rng: Random, *, depth: int = 0) -> bytes:
    """Return the protobuf message *body* with a field changed, somewhere within it."""
    fields = fields_of(body)
    if not fields:
        return rng.randbytes(rng.randrange(12))
    place = rng.randrange(len(fields))
    number, wire, value = fields[place]
    if wire == 2 and depth < 12 and rng.random() < 0.85 and fields_of(value):
        fields[place] = (number, wire, odd_protobuf(value, others, rng, depth=depth + 1))
        return _written(fields)
    match rng.randrange(9):
        case 0:
            fields[place] = (rng.choice((1, 2, 3, 5, 7, 9, 11, 15, 16, 2**29 - 1)), wire, value)
        case 1:
            fields[place] = _rewired(number, value, rng)
        case 2:
            del fields[place]
        case 3:
            fields[place:place] = [fields[place]] * rng.choice((1, 3, 50))
        case 4:
            fields[place] = (number, wire, value[: rng.randrange(len(value) + 1)])
        case 5:
            fields[place] = (number, 2, rng.choice(others)[: rng.choice((5, 50, 500))])
        case 6:
            for _ in range(rng.choice((1, 5, 70))):
                value = _written([(number, 2, value)])
            fields[place] = (number, 2, value)
        case 7:
            rng.shuffle(fields)
        case _:
            fields[place] = (number, wire, _odd_value(wire, rng))
    return _written(fields)


def fields_of(body: bytes) -> list[Field]:
    """Return the fields of the protobuf message *body*: number, wire type, the value's bytes; none where it is none."""
    fields, at = [], 0
    try:
        while at < len(body):
            tag, at = _read_varint(body, at)
            number, wire, start = tag >> 3, tag & 7, at
            if wire == 0:
                _, at = _read_varint(body, at)
            elif wire == 2:
                size, start = _read_varint(body, at)
                at = start + size
            else:
                at += {1: 8, 5: 4}[wire]
            if at > len(body) or not number:
                return []
            fields.append((number, wire, body[start:at]))
    except (KeyError, MalformedError):
        return []
    return fields


def _read_varint(body: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(body):
            break
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise MalformedError("no number")


def _written(fields: Sequence[Field]) -> bytes:
    pieces = []
    for number, wire, value in fields:
        pieces.append(varint(number << 3 | wire))
        pieces.append(varint(len(value)) + value if wire == 2 else value)
    return b"".join(pieces)


def _rewired(number: int, value: bytes, rng: Random) -> Field:
    wire = rng.choice((0, 1, 2, 5, 3, 4, 6, 7))
    if wire == 0:
        return number, wire, varint(int.from_bytes(value[:8], "little"))
    size = {1: 8, 5: 4}.get(wire)
    return number, wire, value if size is None else value[:size].ljust(size, b"\0")


def _odd_value(wire: int, rng: Random) -> bytes:
    if wire == 0:
        return varint(rng.choice((0, 1, 127, 128, 2**31, 2**32, 2**63, 2**64 - 1, -1)))
    if wire == 1:
        return rng.choice(
            (
                struct.pack("<d", float("nan")),
                struct.pack("<d", float("inf")),
                struct.pack("<d", -1e308),
                struct.pack("<Q", 2**64 - 1),
                struct.pack("<q", -1),
                bytes(8),
            )
        )
    if wire == 5:
        return rng.randbytes(4)
    return rng.choice(
        (b"", b"\xff\xfe", b"\xed\xa0\x80", b"\x00" * 16, b"a" * 5000, "İ\u202e".encode(), rng.randbytes(40))
    )


Mutation = Callable[[bytes, Sequence[bytes], Random], bytes]


def _odd_json(body: bytes, _others: Sequence[bytes], rng: Random) -> bytes:
    return odd_json(body, rng)


MUTATIONS: dict[str, tuple[Mutation, ...]] = {
    "envelope": (damaged, odd_envelope, odd_envelope, odd_envelope),
    "json": (damaged, _odd_json, _odd_json, _odd_json),
    "protobuf": (damaged, odd_protobuf, odd_protobuf, odd_protobuf),
}
"""How a body of each form may be damaged; what is more telling comes more often."""


def mutated(form: str, body: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """Return *body*, of the *form* ``envelope``, ``json`` or ``protobuf``, damaged in one or two ways."""
    for _ in range(rng.choice((1, 1, 1, 2))):
        body = rng.choice(MUTATIONS[form])(body, others, rng)
    return body
