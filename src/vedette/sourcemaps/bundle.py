"""An artifact bundle, as `sentry-cli` and Sentry's plugins for bundlers upload it: a ZIP with a manifest.

Nothing of it is written to the disk under a name of its own, and nothing is unpacked before its size is known to be within
bounds, so that neither names nor sizes in it can do harm.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

import msgspec

from vedette.sourcemaps.document import MOST_BYTES as MOST_MAP_BYTES

Kind = Literal["source_map", "minified_source"]
KINDS: tuple[Kind, ...] = ("source_map", "minified_source")
MOST_FILES = 10_000
MOST_UNPACKED = 2 << 30
MOST_TEXT = 1000
"""Characters of a URL, of a reference, of a name."""
_MOST_MANIFEST = 16 << 20
_MOST_DIRECTORY = 8 << 20
_END = struct.Struct("<4s4H2LH")
_DEBUG_ID = re.compile(r"[0-9a-f]{32}")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What `zipfile` raises on bytes that are no archive, that are cut off, or that are packed in a way it does not know or with a
password."""


class InvalidBundleError(Exception):
    """This is no bundle that can be kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a bundle; `entry` is its name in the ZIP, `reference` what its header says of where its map is."""

    entry: str
    kind: Kind
    url: str
    debug_id: str
    reference: str
    size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle says that it holds, and of what release."""

    items: tuple[Item, ...]
    debug_id: str
    release: str
    dist: str
    project: str


class _File(msgspec.Struct):
    type: str = ""
    url: str = ""
    headers: dict[str, str] = {}


class _Manifest(msgspec.Struct):
    files: dict[str, _File] = {}
    debug_id: str | None = None
    release: str | None = None
    dist: str | None = None
    project: str | None = None


_decode = msgspec.json.Decoder(_Manifest).decode


def read_contents(file: BinaryIO) -> Contents:
    """Return what the bundle in *file* holds.

    Raises:
        InvalidBundleError: If it is none, or past a limit.
    """
    archive = _opened(file)
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if len(sizes) > MOST_FILES or sum(sizes.values()) > MOST_UNPACKED:
        raise InvalidBundleError("the bundle is too large when it is unpacked")
    try:
        manifest = _decode(_read(archive, "manifest.json", most=_MOST_MANIFEST))
    except KeyError:
        raise InvalidBundleError("the bundle has no manifest") from None
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise InvalidBundleError(f"the bundle's manifest cannot be read: {error}") from None
    return Contents(
        items=tuple(_items(manifest, sizes)),
        debug_id=debug_id_of(manifest.debug_id or ""),
        release=manifest.release or "",
        dist=manifest.dist or "",
        project=manifest.project or "",
    )


def read_file(file: BinaryIO, entry: str, *, most: int = MOST_MAP_BYTES) -> bytes:
    """Return a file of the bundle in *file*.

    Raises:
        InvalidBundleError: If there is none that can be read, or it is larger than *most* bytes.
    """
    try:
        return _read(_opened(file), entry, most=most)
    except KeyError:
        raise InvalidBundleError("the bundle has no such file") from None


def debug_id_of(written: str) -> str:
    """Return a debug id as it is kept, 32 hex digits; ``""`` where *written* is none."""
    id = written.replace("-", "").lower()[:32]
    return id if _DEBUG_ID.fullmatch(id) else ""


def _items(manifest: _Manifest, sizes: dict[str, int]) -> Iterator[Item]:
    for entry, file in manifest.files.items():
        kind = next((kind for kind in KINDS if kind == file.type), None)
        headers = {name.lower(): value for name, value in file.headers.items()}
        if kind is None or entry not in sizes:
            continue
        texts = (
            _clean(entry),
            _clean(file.url),
            _clean(headers.get("sourcemap", headers.get("x-sourcemap", ""))),
        )
        if any(len(text) > MOST_TEXT for text in texts[:2]):
            continue
        yield Item(
            entry=texts[0],
            kind=kind,
            url=texts[1],
            debug_id=debug_id_of(headers.get("debug-id", "")),
            # What is longer holds the map itself.
            reference=texts[2] if len(texts[2]) <= MOST_TEXT else "",
            size=sizes[entry],
        )


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    _check_directory(file)
    try:
        return zipfile.ZipFile(file)
    except _UNREADABLE as error:
        raise InvalidBundleError(f"the bundle is no ZIP: {error}") from None


def _check_directory(file: BinaryIO) -> None:
    """Refuse an archive whose directory is so large that reading it would fill the memory."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END.size - 0xFFFF - 20))
    tail = file.read()
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < _END.size:
        raise InvalidBundleError("the bundle is no ZIP")
    _, _, _, _, entries, directory, _, _ = _END.unpack(tail[place : place + _END.size])
    if b"PK\6\7" in tail[max(0, place - 20) : place] or entries > MOST_FILES or directory > _MOST_DIRECTORY:
        raise InvalidBundleError(f"the bundle has more than {MOST_FILES:,} files")


def _read(archive: zipfile.ZipFile, entry: str, *, most: int) -> bytes:
    info = archive.getinfo(entry)
    if info.file_size > most:
        raise InvalidBundleError(f"a file of the bundle is larger than {most:,} bytes")
    try:
        with archive.open(info) as opened:
            # What the entry says of its size may not be so.
            found = opened.read(most + 1)
    except _UNREADABLE as error:
        raise InvalidBundleError(f"a file of the bundle cannot be read: {error}") from None
    if len(found) > most:
        raise InvalidBundleError(f"a file of the bundle is larger than {most:,} bytes")
    return found
