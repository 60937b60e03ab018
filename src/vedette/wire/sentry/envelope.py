"""Envelopes: a line of headers, then items of one line of headers and a payload each.

The grammar is `develop-docs/sdk/foundations/data-model/envelopes` in getsentry/sentry-docs.  An envelope is read as a
stream, one item in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from vedette.wire import documents
from vedette.wire.errors import MalformedError, TooLargeError
from vedette.wire.sentry.limits import Limits

_LF = b"\n"


@dataclass(frozen=True, slots=True)
class Item:
    """An item: its headers, and its payload; None where it was larger than its type may be, or of no known type."""

    headers: dict[str, Any]
    payload: bytes | None

    @property
    def type(self) -> str:
        """What the item is."""
        return str(self.headers["type"])


class Envelope:
    """An envelope being read: `headers` at once, the items by iterating, once.

    Raises `MalformedError` and `TooLargeError`, when made and while iterating.
    """

    def __init__(self, pieces: Iterable[bytes], *, limits: Limits) -> None:
        self._reader = _Reader(pieces)
        self._limits = limits
        line = self._reader.line(limits.header_bytes)
        self.headers = _headers(line, "the envelope's header")

    def __iter__(self) -> Iterator[Item]:
        count = 0
        while not self._reader.at_end():
            line = self._reader.line(self._limits.header_bytes)
            if not line:
                continue
            count += 1
            if count > self._limits.items:
                raise TooLargeError(f"the envelope has more than {self._limits.items} items")
            yield self._item(_headers(line, f"the header of item {count}"))

    def _item(self, headers: dict[str, Any]) -> Item:
        kind = headers.get("type")
        if not isinstance(kind, str) or not kind:
            raise MalformedError("an item's header has no type")
        limit = self._limits.item_bytes.get(kind, -1)
        length = headers.get("length")
        if length is None:
            return Item(headers, self._reader.line_or_skip(limit))
        if not isinstance(length, int) or isinstance(length, bool) or length < 0:
            raise MalformedError("an item's length is no number of bytes")
        payload = None
        if length <= limit:
            payload = self._reader.take(length)
        else:
            self._reader.skip(length)
        if not self._reader.at_end() and self._reader.take(1) != _LF:
            raise MalformedError("an item's payload is longer than its length")
        return Item(headers, payload)


def _headers(line: bytes, what: str) -> dict[str, Any]:
    try:
        headers = documents.decode(line)
    except MalformedError as error:
        raise MalformedError(f"{what}: {error}") from None
    if not isinstance(headers, dict):
        raise MalformedError(f"{what} is not a JSON object")
    return headers


class _Reader:
    """Takes lines and runs of bytes from *pieces*, and holds no more than what was asked for and one piece."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = b""
        self._at = 0

    def at_end(self) -> bool:
        while self._at >= len(self._held):
            piece = next(self._pieces, None)
            if piece is None:
                return True
            self._held, self._at = piece, 0
        return False

    def line(self, limit: int) -> bytes:
        """Return what comes before the next line feed or the end, and pass over the line feed."""
        line = self.line_or_skip(limit)
        if line is None:
            raise TooLargeError(f"a header line is longer than {limit} bytes")
        return line

    def line_or_skip(self, limit: int) -> bytes | None:
        """Return the line as `line` does, None where it is longer than *limit*."""
        parts: list[bytes] = []
        size = 0
        while not self.at_end():
            end = self._held.find(_LF, self._at)
            part = self._held[self._at : end] if end >= 0 else self._held[self._at :]
            self._at = end + 1 if end >= 0 else len(self._held)
            size += len(part)
            if size <= limit:
                parts.append(part)
            else:
                parts.clear()
            if end >= 0:
                break
        return b"".join(parts) if size <= limit else None

    def take(self, length: int) -> bytes:
        """Return the next *length* bytes."""
        end = self._at + length
        if end <= len(self._held):
            taken = self._held[self._at : end]
            self._at = end
            return taken
        return b"".join(self._next(length))

    def skip(self, length: int) -> None:
        """Pass over the next *length* bytes."""
        for _ in self._next(length):
            pass

    def _next(self, length: int) -> Iterator[bytes]:
        left = length
        while left:
            if self.at_end():
                raise MalformedError("the envelope ends before an item's length")
            part = self._held[self._at : self._at + left]
            self._at += len(part)
            left -= len(part)
            yield part
