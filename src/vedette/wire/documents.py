"""JSON as SDKs send it, which is not always JSON."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from vedette.wire.errors import MalformedError, TooLargeError

WEIGHED_BYTES = 256 * 1024
MOST_CONTAINERS = 100_000
MOST_VALUES = 400_000
"""A document of empty lists takes thirty times its size once decoded: past `WEIGHED_BYTES` its parts are counted first."""
_DECODE = msgspec.json.Decoder().decode
_ENCODE = msgspec.json.Encoder().encode


def decode(data: bytes | bytearray) -> Any:
    """Return the document in *data*.

    What strict JSON forbids but SDKs have sent is read as well: NaN and infinities (as None), control characters in
    strings, lone surrogates, a byte order mark, bytes that are not UTF-8.  Raises `MalformedError`, and `TooLargeError`
    for one that would take many times its size in memory.
    """
    if len(data) > WEIGHED_BYTES and (
        data.count(b"{") + data.count(b"[") > MOST_CONTAINERS or data.count(b",") > MOST_VALUES
    ):
        raise TooLargeError("the JSON has too many parts")
    try:
        return _DECODE(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _lenient(bytes(data))
    except RecursionError:
        raise MalformedError("the JSON is nested too deeply") from None


class Parts:
    """Counts the lists, mappings and values of several documents, of which there may be *most* together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._uncounted: list[bytes] = []
        self._uncounted_bytes = 0

    def take(self, data: bytes) -> bool:
        """Tell whether the document in *data* may be held beside those before it; the first one always may."""
        self._uncounted.append(data)
        self._uncounted_bytes += len(data)
        # A part takes a byte at least: until there are as many bytes nothing need be counted.
        if self._count + self._uncounted_bytes <= self._most:
            return True
        *before, last = map(_count_parts, self._uncounted)
        self._uncounted, self._uncounted_bytes = [], 0
        self._count += sum(before)
        if self._count and self._count + last > self._most:
            return False
        self._count += last
        return True


def _count_parts(data: bytes) -> int:
    return data.count(b"{") + data.count(b"[") + data.count(b",")


def encode(value: object) -> str:
    """Return *value*, made of what `decode` gives, as compact JSON."""
    return _ENCODE(value).decode()


def _lenient(data: bytes) -> Any:
    text = data.decode("utf-8-sig", "replace")
    try:
        return _encodable(json.loads(text, strict=False, parse_constant=lambda _: None, parse_float=_finite))
    except RecursionError:
        raise MalformedError("the JSON is nested too deeply") from None
    except ValueError as error:
        raise MalformedError(f"this is not JSON: {error}") from None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if number - number == 0 else None


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    return value
