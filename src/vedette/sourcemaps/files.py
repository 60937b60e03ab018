"""Where uploads lie: plain files beside the parts, each written under another name and renamed.

  chunks/<sha1>              pieces of bundles that are being uploaded
  bundles/<sha1>             what was uploaded, as it was
  compiled/<key>             maps in the form in which they are looked into; made again where they are gone

A writer that is killed leaves a partial file or a file that nobody knows; `Files.tidy` removes both.  Nothing that a sender
chose becomes part of a path but a SHA-1, which is 40 hex digits.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vedette.store import private

PARTIAL = ".partial"
ABANDONED_AFTER_S = 6 * 3600.0
_SETTING = "the setting SOURCEMAPS_MAX_BYTES says how much may be"
_SHA1 = re.compile(r"[0-9a-f]{40}")
_KEY = re.compile(r"[0-9a-f]{40}")


class FullError(Exception):
    """There is no room for what was sent; the message says which setting makes it."""


class MissingChunkError(Exception):
    """A chunk is not there."""


class ChecksumError(Exception):
    """What was sent is not what its checksum says."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, with its size and when it was last written or looked into."""

    path: Path
    bytes: int
    used_s: float


@dataclass(frozen=True, slots=True)
class Files:
    """The files below *directory*, which any number of processes write and read."""

    directory: Path
    max_bytes: int
    time: Callable[[], float] = time.time

    @property
    def max_upload(self) -> int:
        """How large a bundle may be, and how large all that is being uploaded: a quarter of what there may be."""
        return self.max_bytes // 4

    @property
    def max_compiled(self) -> int:
        """How large all compiled maps may be: a quarter."""
        return self.max_bytes // 4

    @property
    def max_bundles(self) -> int:
        """How large all bundles may be: a half."""
        return self.max_bytes // 2

    @property
    def chunks_dir(self) -> Path:
        """Where pieces lie."""
        return self.directory / "chunks"

    @property
    def bundles_dir(self) -> Path:
        """Where bundles lie."""
        return self.directory / "bundles"

    @property
    def compiled_dir(self) -> Path:
        """Where compiled maps lie."""
        return self.directory / "compiled"

    def missing_chunks(self, checksums: Iterable[str]) -> list[str]:
        """Return those of *checksums* of which there is no chunk."""
        return [each for each in dict.fromkeys(checksums) if not self._chunk(each).is_file()]

    def keep_chunk(self, checksum: str, data: bytes) -> None:
        """Keep a chunk.

        Raises:
            ChecksumError: If it is not what its *checksum* says.
            FullError: If there is no room for it.
            OSError: If it cannot be written.
        """
        if hashlib.sha1(data, usedforsecurity=False).hexdigest() != checksum:
            raise ChecksumError("a chunk is not what its checksum says")
        waiting = sum(entry.bytes for entry in _entries(self.chunks_dir))
        if waiting + len(data) > self.max_upload:
            raise FullError(f"more than {self.max_upload:,} bytes are being uploaded at once; {_SETTING}")
        with _written(self._chunk(checksum), root=self.directory) as file:
            file.write(data)

    @contextlib.contextmanager
    def assembled(self, checksum: str, chunks: Iterable[str]) -> Iterator[Path]:
        """Give the bundle with that *checksum*, put together of *chunks*; it is gone after this unless `keep_bundle` was called.

        Raises:
            MissingChunkError: If one is not there.
            ChecksumError: If together they are not what the checksum says.
            FullError: If the bundle is larger than may be.
            OSError: If it cannot be written.
        """
        digest, size = hashlib.sha1(usedforsecurity=False), 0
        partial = _partial(self._bundle(checksum), root=self.directory)
        try:
            with partial.open("xb") as file:
                os.fchmod(file.fileno(), private.FILE_MODE)
                for chunk in chunks:
                    data = self._read_chunk(chunk)
                    size += len(data)
                    if size > self.max_upload:
                        raise FullError(f"the bundle is larger than {self.max_upload:,} bytes; {_SETTING}")
                    digest.update(data)
                    file.write(data)
            if digest.hexdigest() != checksum:
                raise ChecksumError("the bundle is not what its checksum says")
            yield partial
        finally:
            partial.unlink(missing_ok=True)

    def keep_bundle(self, partial: Path, checksum: str) -> int:
        """Give what `assembled` gave its name; return its size.

        Raises:
            OSError: If it cannot be renamed.
        """
        size = partial.stat().st_size
        partial.rename(self._bundle(checksum))
        return size

    def drop_chunks(self, checksums: Iterable[str]) -> None:
        """Remove chunks that were put together."""
        for each in checksums:
            _unlink(self._chunk(each))

    def has_bundle(self, checksum: str) -> bool:
        """Tell whether there is a bundle."""
        return self._bundle(checksum).is_file()

    def open_bundle(self, checksum: str) -> BinaryIO:
        """Return an open bundle.

        Raises:
            OSError: If it is not there.
        """
        return self._bundle(checksum).open("rb")

    def remove_bundle(self, checksum: str) -> None:
        """Remove a bundle."""
        _unlink(self._bundle(checksum))

    def compiled(self, key: str, write: Callable[[BinaryIO], None]) -> Path:
        """Return the compiled map *key*, written by *write* where there is none yet.

        Raises:
            OSError: If it cannot be written.
            Exception: Whatever *write* raises; nothing is kept then.
        """
        if not _KEY.fullmatch(key):
            raise ValueError("a key has 40 hex digits")
        path = self.compiled_dir / key
        try:
            os.utime(path)
        except OSError:
            with _written(path, root=self.directory) as file:
                write(file)
        return path

    def total_bytes(self) -> int:
        """Return how much there is."""
        return sum(entry.bytes for entry in self._all())

    def trim_compiled(self) -> None:
        """Remove the compiled maps that were looked into longest ago, where they take more than their share."""
        entries = sorted(_entries(self.compiled_dir), key=lambda entry: entry.used_s, reverse=True)
        total = 0
        for entry in entries:
            total += entry.bytes
            if total > self.max_compiled:
                _unlink(entry.path)

    def tidy(self, *, known: Collection[str]) -> None:
        """Remove what was given up: pieces of unfinished uploads, and bundles that are not *known*, once they are old."""
        cutoff = self.time() - ABANDONED_AFTER_S
        for entry in self._all():
            is_bundle = entry.path.parent == self.bundles_dir and not entry.path.name.endswith(PARTIAL)
            is_kept = entry.path.parent == self.compiled_dir and not entry.path.name.endswith(PARTIAL)
            if entry.used_s < cutoff and not is_kept and not (is_bundle and entry.path.name in known):
                _unlink(entry.path)

    def _all(self) -> Iterator[Entry]:
        for folder in (self.chunks_dir, self.bundles_dir, self.compiled_dir):
            yield from _entries(folder)

    def _read_chunk(self, checksum: str) -> bytes:
        try:
            return self._chunk(checksum).read_bytes()
        except FileNotFoundError:
            raise MissingChunkError(checksum) from None

    def _chunk(self, checksum: str) -> Path:
        return self.chunks_dir / _checked(checksum)

    def _bundle(self, checksum: str) -> Path:
        return self.bundles_dir / _checked(checksum)


def is_checksum(text: str) -> bool:
    """Tell whether *text* is a SHA-1 in hex."""
    return _SHA1.fullmatch(text) is not None


def _checked(checksum: str) -> str:
    if not is_checksum(checksum):
        raise ChecksumError("a checksum is 40 hex digits")
    return checksum


def _partial(path: Path, *, root: Path) -> Path:
    private.make_directory(path.parent, root=root)
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}{PARTIAL}")


@contextlib.contextmanager
def _written(path: Path, *, root: Path) -> Iterator[BinaryIO]:
    """Give a file that gets its name when it is whole, and is gone where it is not."""
    partial = _partial(path, root=root)
    try:
        with partial.open("xb") as file:
            os.fchmod(file.fileno(), private.FILE_MODE)
            yield file
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as found:
            for each in found:
                with contextlib.suppress(FileNotFoundError):
                    if each.is_file(follow_symlinks=False):
                        status = each.stat(follow_symlinks=False)
                        yield Entry(Path(each.path), status.st_size, status.st_mtime)
    except OSError:
        # Not there yet, or not to be read: then it holds nothing for us.
        return


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
