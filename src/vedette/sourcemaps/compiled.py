"""A source map as a file in which a position is found by a few short reads; nothing of it is kept in memory.

What lies in it, one after the other:

1. `_HEAD`: a mark, and how many of each there are.
2. `_TABLES`: where the rows, and the tables of names, sources and their text begin.
3. The rows of `vedette.sourcemaps.mappings`, in the order of their positions.
4. The texts, each compressed by itself where that makes it smaller.
5. The tables: where each text begins, and how long it is.
6. The generated file, in units of UTF-16 as columns count them, and where each of its lines begins.

It is made of a map once and can be made again at any time.
"""

from __future__ import annotations

import bisect
import os
import re
import struct
import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vedette.sourcemaps import document, mappings
from vedette.sourcemaps.document import Section, Texts, UnreadableMapError

_MARK = b"vedsmap1"
_HEAD = struct.Struct("<8s5I")
"""Mark; rows, names, sources, lines of the generated file, bytes of a unit of it."""
_TABLES = struct.Struct("<7Q")
"""Where they begin: rows, names, sources, contents, flags of sources, the generated file, its lines."""
_ENTRY = struct.Struct("<QII")
"""Where a text begins, how many bytes it takes, how many it has; the last is `_ABSENT` where there is none."""
_ROW = struct.Struct(f"<{mappings.WIDTH}I")
_KEY = struct.Struct("<2I")
_ABSENT = 0xFFFF_FFFF
_LINE = re.compile(r"[^\n\r\u2028\u2029]*(?:\r\n|[\n\r\u2028\u2029])|[^\n\r\u2028\u2029]+")
"""A line as JavaScript has them, with its end."""
_WORTH_COMPRESSING = 512
_MOST_SORTED = 500_000
"""Rows that are put in order in memory, where a map has them in none."""
MOST_SOURCE_BYTES = 4 << 20
"""Text of one source; of a longer one the places are known and not its lines."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where something was written: `source` numbers the sources; line and column count from 0; `name` is "" where none is told."""

    source: int
    line: int
    column: int
    name: str


def write(file: BinaryIO, data: bytes | bytearray, *, generated: str = "") -> None:
    """Write the map in *data*, and the *generated* file that it belongs to where that is known.

    Raises:
        UnreadableMapError: If it is no map that can be applied.
        OSError: If it cannot be written.
    """
    sections = document.read(data)
    file.write(bytes(_HEAD.size + _TABLES.size))
    starts = [file.tell()]
    rows = _write_rows(file, sections)
    names = _write_texts(file, (each.names.get(i) for each in sections for i in range(len(each.names))))
    sources = _write_texts(file, _source_names(sections))
    contents = _write_texts(file, _source_texts(sections))
    for table in (names, sources, contents):
        starts.append(file.tell())
        file.write(b"".join(_ENTRY.pack(*entry) for entry in table))
    starts.append(file.tell())
    file.write(bytes(_flags(sections)))
    lines, width = _write_generated(file, generated, starts)
    file.seek(0)
    file.write(_HEAD.pack(_MARK, rows, len(names), len(sources), lines, width))
    file.write(_TABLES.pack(*starts))


def _write_rows(file: BinaryIO, sections: Sequence[Section]) -> int:
    start = file.tell()
    try:
        count = sum(_write_block(file, block) for block in _rows(sections, is_sorted=True))
    except mappings.UnsortedError:
        file.seek(start)
        file.truncate()
        whole = [row for block in _rows(sections, is_sorted=False) for row in _ROW.iter_unpack(_bytes(block))]
        if len(whole) > _MOST_SORTED:
            raise UnreadableMapError("its positions are in no order") from None
        whole.sort(key=lambda row: row[:2])
        file.writelines(_ROW.pack(*row) for row in whole)
        count = len(whole)
    return count


def _write_block(file: BinaryIO, block: array[int]) -> int:
    file.write(_bytes(block))
    return len(block) // mappings.WIDTH


def _bytes(block: array[int]) -> bytes:
    if sys.byteorder == "big":
        block.byteswap()
    return block.tobytes()


def _rows(sections: Sequence[Section], *, is_sorted: bool) -> Iterator[array[int]]:
    """Yield the rows of all sections, whose sources and names are counted through."""
    sources = names = total = 0
    last = (-1, -1)
    for section in sections:
        for block in mappings.rows_of(
            section.mappings, line=section.line, column=section.column, is_sorted=is_sorted
        ):
            total += len(block) // mappings.WIDTH
            if total > mappings.MOST_SEGMENTS:
                raise UnreadableMapError("it holds too many positions")
            if is_sorted and (block[0], block[1]) < last:
                raise mappings.UnsortedError
            last = (block[-mappings.WIDTH], block[1 - mappings.WIDTH])
            if sources or names:
                _shift(block, sources, names)
            yield block
        sources += max(len(section.sources), len(section.contents))
        names += len(section.names)


def _shift(block: array[int], sources: int, names: int) -> None:
    for field, by in ((2, sources), (5, names)):
        for place in range(field, len(block), mappings.WIDTH):
            if block[place] != mappings.NOTHING:
                block[place] += by


def _source_names(sections: Sequence[Section]) -> Iterator[str | None]:
    for section in sections:
        for number in range(max(len(section.sources), len(section.contents))):
            name = _get(section.sources, number)
            yield None if name is None else _rooted(section.root, name)


def _source_texts(sections: Sequence[Section]) -> Iterator[str | None]:
    for section in sections:
        for number in range(max(len(section.sources), len(section.contents))):
            yield _get(section.contents, number)


def _flags(sections: Sequence[Section]) -> Iterator[int]:
    for section in sections:
        for number in range(max(len(section.sources), len(section.contents))):
            yield number in section.ignored


def _get(texts: Texts, number: int) -> str | None:
    return texts.get(number) if number < len(texts) else None


def _rooted(root: str, name: str) -> str:
    if not root or name.startswith("/") or "://" in name:
        return name
    return f"{root.rstrip('/')}/{name}"


_Entry = tuple[int, int, int]


def _write_texts(file: BinaryIO, texts: Iterator[str | None]) -> list[_Entry]:
    entries: list[_Entry] = []
    for text in texts:
        if text is None:
            entries.append((0, 0, _ABSENT))
            continue
        whole = text.encode("utf-8", "replace")
        packed = zlib.compress(whole, 1) if len(whole) >= _WORTH_COMPRESSING else whole
        kept = packed if len(packed) < len(whole) else whole
        entries.append((file.tell(), len(kept), len(whole)))
        file.write(kept)
    return entries


def _write_generated(file: BinaryIO, generated: str, starts: list[int]) -> tuple[int, int]:
    width = 1 if generated.isascii() else 2
    starts.append(file.tell())
    lines = array("I")
    units = 0
    for line in _LINE.findall(generated):
        lines.append(units)
        whole = line.encode("ascii" if width == 1 else "utf-16-le", "surrogatepass")
        file.write(whole)
        units += len(whole) // width
    lines.append(units)
    starts.append(file.tell())
    file.write(_bytes(lines))
    return len(lines) - 1, width


class CompiledMap:
    """A file that `write` made, opened; to be closed.

    Raises:
        UnreadableMapError: If it is none.
        OSError: If it cannot be read; so do its methods.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            self._size = os.fstat(self._descriptor).st_size
            head = os.pread(self._descriptor, _HEAD.size + _TABLES.size, 0)
            mark, self._row_count, self._name_count, self.source_count, self._line_count, self._width = (
                _HEAD.unpack(head[: _HEAD.size])
            )
            (
                self._rows,
                self._names,
                self._sources,
                self._contents,
                self._flags,
                self._generated,
                self._lines,
            ) = _TABLES.unpack(head[_HEAD.size :])
            if mark != _MARK:
                raise struct.error
        except (OSError, struct.error):
            os.close(self._descriptor)
            raise UnreadableMapError("its file is damaged") from None

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)

    def position_of(self, *, line: int, column: int) -> Position | None:
        """Return what was written at a place of the generated file, both counted from 0; None where that is not told."""
        found = bisect.bisect_right(range(self._row_count), (line, column), key=self._key) - 1
        if found < 0 or self._key(found)[0] != line:
            return None
        _, _, source, source_line, source_column, name = _ROW.unpack(
            self._read(self._rows + found * _ROW.size, _ROW.size)
        )
        if source >= self.source_count:
            return None
        return Position(source, source_line, source_column, self._name(name))

    def name_at(self, *, line: int, column: int) -> str:
        """Return how what begins exactly at a place of the generated file was called; ``""`` where that is not told."""
        found = bisect.bisect_right(range(self._row_count), (line, column), key=self._key) - 1
        if found < 0 or self._key(found) != (line, column):
            return ""
        return self._name(_ROW.unpack(self._read(self._rows + found * _ROW.size, _ROW.size))[5])

    def source_name(self, number: int) -> str:
        """Return how a source is called."""
        return self._text(self._sources, number) or ""

    def source_text(self, number: int) -> str | None:
        """Return what a source says; None where the map does not hold it, or it is very long."""
        return self._text(self._contents, number)

    def is_ignored(self, number: int) -> bool:
        """Tell whether the map says that a source is somebody else's."""
        return self._read(self._flags + number, 1) == b"\1"

    def generated_before(self, *, line: int, column: int, most: int) -> tuple[str, int]:
        """Return the end of what stands before a place in its line of the generated file, and the column at which it begins."""
        if line < 0 or line >= self._line_count:
            return "", 0
        start, end = struct.unpack("<2I", self._read(self._lines + 4 * line, 8))
        column = min(column, end - start)
        begin = max(0, column - most)
        raw = self._read(self._generated + (start + begin) * self._width, (column - begin) * self._width)
        text = raw.decode("ascii" if self._width == 1 else "utf-16-le", "replace")
        return text, begin

    def _key(self, number: int) -> tuple[int, int]:
        line, column = _KEY.unpack(self._read(self._rows + number * _ROW.size, _KEY.size))
        return line, column

    def _name(self, number: int) -> str:
        return (self._text(self._names, number) or "") if number < self._name_count else ""

    def _text(self, table: int, number: int) -> str | None:
        start, size, whole = _ENTRY.unpack(self._read(table + number * _ENTRY.size, _ENTRY.size))
        if whole == _ABSENT or whole > MOST_SOURCE_BYTES:
            return None
        kept = self._read(start, size)
        if size != whole:
            try:
                kept = zlib.decompressobj().decompress(kept, whole)
            except zlib.error:
                raise UnreadableMapError("its file is damaged") from None
        return kept.decode("utf-8", "replace")

    def _read(self, start: int, size: int) -> bytes:
        # What the file says of itself may be damaged: nothing outside it is asked for.
        if size < 0 or start + size > self._size:
            raise UnreadableMapError("its file is damaged")
        found = os.pread(self._descriptor, size, start)
        if len(found) != size:
            raise UnreadableMapError("its file is damaged")
        return found
