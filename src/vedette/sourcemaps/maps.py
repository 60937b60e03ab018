"""Maps opened: found in their bundles, brought into the form in which they are looked into, once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

from vedette.sourcemaps import bundle, compiled
from vedette.sourcemaps.compiled import CompiledMap
from vedette.sourcemaps.document import MOST_BYTES, UnreadableMapError
from vedette.sourcemaps.files import Files
from vedette.sourcemaps.queries import File

DAMAGED, UNREADABLE, BUSY = "damaged", "unreadable", "busy"
_MOST_OPEN = 16
_MOST_FAILED = 1000
_REFERENCE = re.compile(r"//[#@]\s*sourceMappingURL=([^\s'\"]+)\s*(?:\n|\Z)")
_TAIL = 4096
_DATA = re.compile(r"\Adata:application/(?:json|octet-stream)[^,]{0,100},")


class NoMapError(Exception):
    """A map cannot be looked into; `reason` says why, in one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Script:
    """A minified file and its map; either may not have been uploaded. Where the map is None it stands in the file itself."""

    map: File | None
    generated: File | None = None

    @property
    def key(self) -> str:
        """What the compiled map is called."""
        parts = [f"{file.checksum}/{file.entry}" if file else "" for file in (self.map, self.generated)]
        return hashlib.sha1("\n".join(parts).encode(), usedforsecurity=False).hexdigest()

    @property
    def bundles(self) -> set[int]:
        """The bundles in which they lie."""
        return {file.bundle for file in (self.map, self.generated) if file is not None}


@dataclass(slots=True)
class Maps:
    """The maps in *files*. A few are kept open from one call to the next; `begin` starts anew what may be compiled at once."""

    files: Files
    most_compile_s: float = 5.0
    monotonic: Callable[[], float] = time.monotonic
    _open: OrderedDict[str, CompiledMap] = field(default_factory=OrderedDict, init=False)
    _failed: OrderedDict[str, str] = field(default_factory=OrderedDict, init=False)
    _compiled_s: float = field(default=0.0, init=False)

    def begin(self) -> None:
        """Begin a round: what takes longer than one may is left for the next."""
        self._compiled_s = 0.0

    def close(self) -> None:
        """Give all files back."""
        while self._open:
            self._open.popitem()[1].close()

    def open(self, script: Script) -> CompiledMap:
        """Return a script's map, open until others were opened.

        Raises:
            NoMapError: If it cannot be looked into.
        """
        key = script.key
        if (found := self._open.get(key)) is not None:
            self._open.move_to_end(key)
            return found
        if reason := self._failed.get(key):
            raise NoMapError(reason)
        try:
            found = self._opened(script, key)
        except (UnreadableMapError, bundle.InvalidBundleError):
            self._failed[key] = DAMAGED
            while len(self._failed) > _MOST_FAILED:
                self._failed.popitem(last=False)
            raise NoMapError(DAMAGED) from None
        except OSError:
            # A disk that is full, or a bundle that was removed meanwhile: it may be otherwise the next time.
            raise NoMapError(UNREADABLE) from None
        self._open[key] = found
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        return found

    def _opened(self, script: Script, key: str) -> CompiledMap:
        path = self.files.compiled(key, lambda file: self._compile(script, file))
        try:
            return CompiledMap(path)
        except UnreadableMapError:
            # Cut short by a machine that went down: made again.
            path.unlink(missing_ok=True)
            return CompiledMap(self.files.compiled(key, lambda file: self._compile(script, file)))

    def _compile(self, script: Script, file: BinaryIO) -> None:
        if self._compiled_s > self.most_compile_s:
            raise NoMapError(BUSY)
        started = self.monotonic()
        try:
            generated = self._text(script.generated)
            data = inline_map(generated) if script.map is None else self._read(script.map)
            compiled.write(file, data, generated=generated)
        finally:
            self._compiled_s += self.monotonic() - started

    def _text(self, found: File | None) -> str:
        return "" if found is None else self._read(found).decode("utf-8", "replace")

    def _read(self, found: File) -> bytes:
        with self.files.open_bundle(found.checksum) as opened:
            return bundle.read_file(opened, found.entry)

    def reference_in(self, found: File) -> str:
        """Return where a script says at its end that its map is; ``""`` where it does not.

        Raises:
            NoMapError: If the script cannot be read.
        """
        try:
            return reference_of(self._text(found))
        except bundle.InvalidBundleError:
            raise NoMapError(DAMAGED) from None
        except OSError:
            raise NoMapError(UNREADABLE) from None


def reference_of(script: str) -> str:
    """Return what the last `sourceMappingURL` comment of a script says: an address, ``data:`` where it holds the map itself."""
    place = script.rfind("sourceMappingURL=")
    if place < 0:
        return ""
    if script.startswith("data:", place + len("sourceMappingURL=")):
        return "data:"
    found = _REFERENCE.search(script, max(0, place - 10), place + _TAIL)
    return found[1] if found else ""


def inline_map(script: str) -> bytes:
    """Return the map that stands in a script.

    Raises:
        UnreadableMapError: If there is none, or it is too large.
    """
    _, found, url = script.rpartition("sourceMappingURL=")
    head = _DATA.match(url[:200])
    if not found or head is None:
        raise UnreadableMapError("there is no map in the script")
    body = url[head.end() :].split(None, 1)[0] if url[head.end() :].strip() else ""
    if len(body) > MOST_BYTES:
        raise UnreadableMapError("it is too large")
    try:
        return base64.b64decode(body) if ";base64" in head[0] else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        raise UnreadableMapError("the map in the script cannot be read") from None
