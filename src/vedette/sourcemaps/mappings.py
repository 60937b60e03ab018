"""The positions in a source map: base64 VLQ, each as a difference from the one before: https://tc39.es/ecma426/#sec-mappings."""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterator

from vedette.sourcemaps.document import UnreadableMapError

MOST_SEGMENTS = 4_000_000
MOST_LINES = 4_000_000
NOTHING = 0xFFFF_FFFF
"""Stands where a position has no source, or no name."""
WIDTH = 6
"""A row: line and column in the generated file; source, line and column in it; name.  All count from 0."""
_WINDOW = 64 * 1024
_ROWS_AT_ONCE = 16 * 1024
_MOST_REMEMBERED = 32 * 1024
_DIGITS = {
    digit: value
    for value, digit in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
_Deltas = tuple[int, ...]


class UnsortedError(Exception):
    """The positions of a line are not in the order of their columns."""


def segment_of(written: bytes) -> _Deltas:
    """Return the differences in one segment: one, four or five of them.

    Raises:
        UnreadableMapError: If it is no segment.
    """
    found: list[int] = []
    value = shift = 0
    for char in written:
        digit = _DIGITS.get(char)
        if digit is None or shift > 30:
            raise UnreadableMapError("its mappings are no base64 VLQ")
        value |= (digit & 31) << shift
        if digit & 32:
            shift += 5
            continue
        found.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    if shift or len(found) not in {1, 4, 5}:
        raise UnreadableMapError("a segment of its mappings is incomplete")
    return tuple(found)


def rows_of(
    mappings: bytes, *, line: int = 0, column: int = 0, is_sorted: bool = True
) -> Iterator[array[int]]:
    """Yield the positions in *mappings* as rows of `WIDTH` numbers, some thousand at a time.

    *line* and *column* are where the mappings begin.  Where the rows are to be *sorted* they are checked to be.

    Raises:
        UnreadableMapError: If a position is before the beginning, or there are too many.
        UnsortedError: If the positions of a line are not in order.
    """
    _refuse_many(mappings)
    # Of the hundred thousands of segments few are different.
    read = functools.lru_cache(maxsize=_MOST_REMEMBERED)(segment_of)
    rows = array("I")
    source = source_line = source_column = name = 0
    at = column
    last = -1
    for token in _tokens(mappings):
        if token == b";":
            line, at, last = line + 1, 0, -1
            continue
        deltas = read(token)
        at += deltas[0]
        if at < last and is_sorted:
            raise UnsortedError
        last = at
        try:
            if len(deltas) == 1:
                rows.extend((line, at, NOTHING, NOTHING, NOTHING, NOTHING))
            else:
                source += deltas[1]
                source_line += deltas[2]
                source_column += deltas[3]
                if len(deltas) == 5:
                    name += deltas[4]
                    rows.extend((line, at, source, source_line, source_column, name))
                else:
                    rows.extend((line, at, source, source_line, source_column, NOTHING))
        except OverflowError:
            raise UnreadableMapError("a position in it is before the beginning") from None
        if len(rows) >= _ROWS_AT_ONCE * WIDTH:
            yield rows
            rows = array("I")
    if rows:
        yield rows


def _refuse_many(mappings: bytes) -> None:
    lines = mappings.count(b";")
    if lines > MOST_LINES or lines + mappings.count(b",") > MOST_SEGMENTS:
        raise UnreadableMapError("it holds too many positions")


def _tokens(mappings: bytes) -> Iterator[bytes]:
    """Yield each segment, and ``;`` at the end of each line; never more than a window of them at once."""
    start = 0
    while start < len(mappings):
        end = start + _WINDOW
        if end < len(mappings):
            cut = max(mappings.rfind(b",", start, end), mappings.rfind(b";", start, end))
            if cut < 0:
                raise UnreadableMapError("a segment of its mappings has no end")
            end = cut + 1
        window = mappings[start:end]
        start = end
        if b";" in window:
            window = window.replace(b";", b",;,")
        for token in window.split(b","):
            if token:
                yield token
