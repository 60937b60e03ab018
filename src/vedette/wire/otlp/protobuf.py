"""Protobuf's wire format, read by the tables of `messages` and written for the answers.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import base64
import struct
from typing import Any

from vedette.wire.errors import MalformedError, TooLargeError
from vedette.wire.otlp.messages import Table

MOST_DEPTH = 64
MOST_MESSAGES = 200_000
"""A message of two bytes takes thirty times as much once decoded."""
MOST_NUMBERS = 400_000
"""In lists: one of a byte takes eight times as much, or forty."""
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_SIZES = {_FIXED64: 8, _FIXED32: 4}
_CONTINUED = bytes(range(0x80, 0x100))
_DOUBLE = struct.Struct("<d").unpack_from
_UINT64 = struct.Struct("<Q").unpack_from
_INT64 = struct.Struct("<q").unpack_from


def decode(data: bytes, table: Table) -> dict[str, Any]:
    """Return the message in *data* in the form of OTLP/JSON, ids as hex.

    Raises `MalformedError`, and `TooLargeError` for more than `MOST_MESSAGES` messages or `MOST_NUMBERS` numbers in lists.
    """
    return _message(data, 0, len(data), table, 0, _Budget())


class _Budget:
    """How much more of a request is decoded."""

    __slots__ = ("messages", "numbers")

    def __init__(self) -> None:
        self.messages = MOST_MESSAGES
        self.numbers = MOST_NUMBERS

    def take_numbers(self, number: int) -> None:
        self.numbers -= number
        if self.numbers < 0:
            raise TooLargeError(f"there are more than {MOST_NUMBERS} numbers in lists")


def _message(data: bytes, at: int, end: int, table: Table, depth: int, budget: _Budget) -> dict[str, Any]:
    if depth > MOST_DEPTH:
        raise MalformedError("a message is nested too deeply")
    budget.messages -= 1
    if budget.messages < 0:
        raise TooLargeError(f"there are more than {MOST_MESSAGES} messages")
    message: dict[str, Any] = {}
    while at < end:
        tag, at = _varint(data, at, end)
        number, wire = tag >> 3, tag & 7
        field = table.get(number)
        if wire == _LENGTH:
            size, at = _varint(data, at, end)
            stop = at + size
        elif wire == _VARINT:
            value, stop = _varint(data, at, end)
        elif wire in _SIZES:
            stop = at + _SIZES[wire]
        else:
            raise MalformedError(f"a field has wire type {wire}")
        if stop > end or not number:
            raise MalformedError("a field is longer than its message, or has number 0")
        if field is None:
            pass
        elif wire == _LENGTH:
            _put_length(message, field, data, at, stop, depth, budget)
        elif wire == _VARINT:
            _put_varint(message, field, value, budget)
        elif wire == _FIXED64:
            _put_fixed64(message, field, data, at, budget)
        at = stop
    return message


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    if at < end and data[at] < 0x80:  # most are one byte
        return data[at], at + 1
    number = shift = 0
    while at < end:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
        if shift > 63:
            raise MalformedError("a number is longer than 64 bits")
    raise MalformedError("the message ends within a number")


def _put_length(
    message: dict[str, Any],
    field: tuple[str, Any],
    data: bytes,
    at: int,
    stop: int,
    depth: int,
    budget: _Budget,
) -> None:
    name, kind = field
    if type(kind) is list:
        (each,) = kind
        values = message.setdefault(name, [])
        if type(each) is dict:
            values.append(_message(data, at, stop, each, depth + 1, budget))
        else:
            values += _packed(data, at, stop, each, budget)
    elif type(kind) is dict:
        merged = _message(data, at, stop, kind, depth + 1, budget)
        message[name] = {**message[name], **merged} if name in message else merged
    elif kind == "string":
        message[name] = data[at:stop].decode("utf-8", "replace")
    elif kind == "hex":
        message[name] = data[at:stop].hex()
    elif kind == "base64":
        message[name] = base64.b64encode(data[at:stop]).decode()


def _put_varint(message: dict[str, Any], field: tuple[str, Any], number: int, budget: _Budget) -> None:
    name, kind = field
    if kind == "int64":
        message[name] = number - (1 << 64) if number >> 63 else number
    elif kind == "uint64":
        message[name] = number
    elif kind == "bool":
        message[name] = bool(number)
    elif kind == "sint32":
        message[name] = _signed(number)
    elif kind == ["uint64"]:
        budget.take_numbers(1)
        message.setdefault(name, []).append(number)


def _signed(number: int) -> int:
    number &= 0xFFFFFFFF
    return (number >> 1) ^ -(number & 1)


def _put_fixed64(
    message: dict[str, Any], field: tuple[str, Any], data: bytes, at: int, budget: _Budget
) -> None:
    name, kind = field
    if kind == "fixed64":
        message[name] = _UINT64(data, at)[0]
    elif kind == "double":
        message[name] = _DOUBLE(data, at)[0]
    elif kind == "sfixed64":
        message[name] = _INT64(data, at)[0]
    elif kind == ["fixed64"]:
        budget.take_numbers(1)
        message.setdefault(name, []).append(_UINT64(data, at)[0])
    elif kind == ["double"]:
        budget.take_numbers(1)
        message.setdefault(name, []).append(_DOUBLE(data, at)[0])


def _packed(data: bytes, at: int, stop: int, kind: str, budget: _Budget) -> list[Any]:
    if kind == "uint64":
        # Each ends with a byte that has no continuation bit.
        budget.take_numbers(len(data[at:stop].translate(None, delete=_CONTINUED)))
        numbers = []
        while at < stop:
            number, at = _varint(data, at, stop)
            numbers.append(number)
        return numbers
    if kind not in {"fixed64", "double"}:
        return []
    length, rest = divmod(stop - at, 8)
    if rest:
        raise MalformedError("a list of numbers ends within a number")
    budget.take_numbers(length)
    return list(struct.unpack_from(f"<{length}{'Q' if kind == 'fixed64' else 'd'}", data, at))


def varint(number: int) -> bytes:
    """Return *number*, which may be negative, as a varint."""
    number &= 0xFFFFFFFFFFFFFFFF
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def field(number: int, value: int | bytes | str) -> bytes:
    """Return the field *number* with *value*: a varint, or bytes (a message, a text)."""
    if isinstance(value, int):
        return varint(number << 3 | _VARINT) + varint(value)
    data = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return varint(number << 3 | _LENGTH) + varint(len(data)) + data
