"""A source map's JSON, read without making objects of it: https://tc39.es/ecma426/.

A map of 10 MB is ten thousand sources and a million positions.  What is large in it, the mappings and the sources' text, stays
bytes of the document; lists of text are read as places in it.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import msgspec

MOST_BYTES = 32 << 20
MOST_NAMES = 1_000_000
MOST_SOURCES = 100_000
MOST_SECTIONS = 10_000
_QUOTE, _BACKSLASH, _COMMA, _END = b'"\\,]'


class UnreadableMapError(Exception):
    """This is no source map that can be applied; the message says why."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts as it stands in a document; `places` says where each begins and ends there, its quotes among it."""

    document: bytes
    places: array[int]

    def __len__(self) -> int:
        return len(self.places) // 2

    def get(self, number: int) -> str | None:
        """Return one text; None where the list holds null.

        Raises:
            UnreadableMapError: If it cannot be read.
        """
        start, end = self.places[2 * number : 2 * number + 2]
        return _text(self.document[start:end]) if end else None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a map: its mappings begin at `line` and `column` of the generated file."""

    line: int
    column: int
    mappings: bytes
    sources: Texts
    contents: Texts
    names: Texts
    root: str
    ignored: frozenset[int]


class _Map(msgspec.Struct, rename="camel"):
    version: int | str | float = 3
    mappings: msgspec.Raw = msgspec.Raw(b'""')
    sources: msgspec.Raw = msgspec.Raw(b"[]")
    sources_content: msgspec.Raw = msgspec.Raw(b"[]")
    names: msgspec.Raw = msgspec.Raw(b"[]")
    source_root: str | None = None
    ignore_list: msgspec.Raw = msgspec.Raw(b"null")
    google_ignore_list: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="x_google_ignoreList")
    sections: msgspec.Raw = msgspec.Raw(b"null")


class _Offset(msgspec.Struct):
    line: int
    column: int


class _Section(msgspec.Struct):
    offset: _Offset
    map: msgspec.Raw


_decode = msgspec.json.Decoder(_Map).decode
_decode_sections = msgspec.json.Decoder(list[_Section]).decode


def read(data: bytes | bytearray | memoryview) -> list[Section]:
    """Return the sections of a source map, in order; of one without sections the one that it is.

    Raises:
        UnreadableMapError: If it is none.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableMapError("it is too large")
    found = _read(_after_guard(memoryview(data)))
    if not _has_sections(found):
        return [_section(found, is_part=False)]
    if bytes(found.sections).count(b'"offset"') > MOST_SECTIONS:
        raise UnreadableMapError("it has too many sections")
    try:
        sections = _decode_sections(found.sections)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise UnreadableMapError(f"its sections cannot be read: {error}") from None
    return [_section(_read(each.map), line=each.offset.line, column=each.offset.column) for each in sections]


def _after_guard(data: memoryview) -> memoryview:
    # Servers put `)]}'` in a line of its own before JSON that no script may load.
    if bytes(data[:3]) == b")]}":
        return data[bytes(data[:200]).find(b"\n") + 1 :]
    return data


def _read(data: memoryview | msgspec.Raw) -> _Map:
    try:
        found = _decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise UnreadableMapError(f"it is no source map: {error}") from None
    if str(found.version) not in {"3", "3.0"}:
        raise UnreadableMapError("it is not of version 3")
    return found


def _has_sections(found: _Map) -> bool:
    return bool(memoryview(found.sections) != memoryview(b"null"))


def _section(found: _Map, *, line: int = 0, column: int = 0, is_part: bool = True) -> Section:
    if is_part and _has_sections(found):
        raise UnreadableMapError("it has sections within sections")
    if line < 0 or column < 0:
        raise UnreadableMapError("a section of it begins nowhere")
    return Section(
        line=line,
        column=column,
        mappings=_mappings(found.mappings),
        sources=_texts(found.sources, most=MOST_SOURCES),
        contents=_texts(found.sources_content, most=MOST_SOURCES),
        names=_texts(found.names, most=MOST_NAMES),
        root=found.source_root or "",
        ignored=_numbers(found.ignore_list) | _numbers(found.google_ignore_list),
    )


def _mappings(raw: msgspec.Raw) -> bytes:
    whole = bytes(raw)
    if whole[:1] != b'"':
        raise UnreadableMapError("its mappings are no text")
    return _text(whole).encode() if b"\\" in whole else whole[1:-1]


def _text(written: bytes) -> str:
    try:
        return msgspec.json.decode(written, type=str)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise UnreadableMapError(f"a text in it cannot be read: {error}") from None


def _numbers(raw: msgspec.Raw) -> frozenset[int]:
    whole = bytes(raw)
    if whole.count(b",") > MOST_SOURCES:
        raise UnreadableMapError("one of its lists is too long")
    try:
        return frozenset(msgspec.json.decode(whole, type=list[int] | None) or ())
    except msgspec.MsgspecError:
        # It says whose sources are a library's, no more: a map without it can be applied.
        return frozenset()


def _texts(raw: msgspec.Raw, *, most: int) -> Texts:
    """Return the texts of a JSON list, which is known to be valid JSON."""
    whole, places = bytes(raw), array("Q")
    if whole == b"null":
        return Texts(b"", places)
    if whole[:1] != b"[":
        raise UnreadableMapError("one of its lists is none")
    place = _skip(whole, 1)
    while whole[place] != _END:
        start = place
        if whole[place] == _QUOTE:
            place = _end_of_text(whole, place)
            places.extend((start, place))
        elif whole.startswith(b"null", place):
            place += 4
            places.extend((0, 0))
        else:
            raise UnreadableMapError("one of its lists holds something else than text")
        if len(places) > 2 * most:
            raise UnreadableMapError("one of its lists is too long")
        place = _skip(whole, place)
        if whole[place] == _COMMA:
            place = _skip(whole, place + 1)
    return Texts(whole, places)


def _end_of_text(whole: bytes, start: int) -> int:
    """Return where the text that begins at *start* ends: behind the first quote that no backslash stands before."""
    place = start
    while True:
        place = whole.index(b'"', place + 1)
        before = place - 1
        while whole[before] == _BACKSLASH:
            before -= 1
        if (place - before) % 2:
            return place + 1


def _skip(whole: bytes, place: int) -> int:
    while whole[place] in b" \t\r\n":
        place += 1
    return place
