"""Whole lines of a segment."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PIECE_BYTES = 1 << 20


class Read(NamedTuple):
    """The whole lines that were read, what was read after them, how many bytes both are, and how large the file is."""

    lines: list[bytes]
    rest: bytes
    size: int
    file_size: int


def read_lines(path: Path, *, offset: int, most: int) -> Read:
    """Return the lines of the file *path* from *offset* on, of which at most *most* bytes are read.

    Raises:
        OSError: If it cannot be read.
    """
    lines: list[bytes] = []
    rest = b""
    with path.open("rb", buffering=0) as file:
        file_size = file.seek(0, 2)
        left = size = max(0, min(most, file_size - offset))
        file.seek(offset)
        # In pieces: all at once would be held twice, in memory that is fetched from the system and given back each time.
        while left and (piece := file.read(min(left, PIECE_BYTES))):
            left -= len(piece)
            first, *others = piece.split(b"\n")
            rest += first
            if others:
                lines.append(rest)
                rest = others.pop()
                lines += others
    return Read(lines, rest, size - left, file_size)
