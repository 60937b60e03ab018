"""Files that came with events: a screenshot, a log, a view hierarchy; plain files beside the parts.

One file holds one attachment: a line of JSON that says what it is, then its bytes.  It is written under another name and
renamed, so that it is there as a whole or not at all.  Its own name is the event's id and a digest: nothing that a sender
chose but the id, which is 32 hex digits, becomes part of a path, and what is sent twice is kept once.

A writer that is killed leaves at most a partial file, which `Attachments.tidy` removes, or the attachment of an event that
was never written, which goes with the others of its age.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vedette.store import private

MOST_PER_EVENT = 20
PARTIAL = ".partial"
ABANDONED_AFTER_S = 3600.0
BLOCK_BYTES = 4096
"""What a file takes of the disk at least: a flood of empty ones fills it too."""
_LOOKS = 16
"""A writer sums up the directory after it has written this part of what may be kept."""
_TRIMMED_TO = 0.9
_MOST_HEAD_BYTES = 16 * 1024
_EVENT_ID = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"[0-9a-f]{32}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class File(Protocol):
    """What there is to keep; see `vedette.wire.arrival.Attachment`."""

    @property
    def event_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An attachment that is kept; `id` tells it from the others of its event."""

    event_id: str
    id: str
    service: str
    name: str
    content_type: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class _Entry:
    path: Path
    modified_s: float
    bytes: int


@dataclass(slots=True)
class Attachments:
    """The attachments in a directory, which any number of processes write to and read from; oldest go first."""

    directory: Path
    max_bytes: int
    time: Callable[[], float] = time.time
    _unlooked_bytes: int | None = field(default=None, init=False)

    def keep(self, files: Iterable[File], *, service: str) -> Counter[str]:
        """Keep *files* of *service*; return how many were lost, by reason. Never raises an `OSError`.

        Reasons: ``invalid`` (no event to belong to), ``too_many``, ``too_large``, ``disk_full``, ``unwritable``, and
        ``store_full`` for older ones that had to go.
        """
        losses: Counter[str] = Counter()
        for file in files:
            try:
                reason = self._keep(file, service)
            except OSError as error:
                reason = "disk_full" if error.errno in _FULL else "unwritable"
            if reason:
                losses[reason] += 1
        if self._unlooked_bytes is None or self._unlooked_bytes * _LOOKS >= self.max_bytes:
            losses["store_full"] += self.trim()
        return +losses

    def list_of(self, event_id: str, *, service: str | None = None) -> list[Kept]:
        """Return the attachments of an event, in the order in which they came; of one *service* only, where it is given."""
        found = []
        for entry in sorted(self._of(event_id), key=lambda each: (each.modified_s, each.path.name)):
            read = self._read(entry.path, most=0)
            if read is not None and service in {None, read[0].service}:
                found.append(read[0])
        return found

    def read(self, event_id: str, id: str) -> tuple[Kept, bytes] | None:
        """Return an attachment and its bytes, None where there is none."""
        if not _EVENT_ID.fullmatch(event_id) or not _ID.fullmatch(id):
            return None
        return self._read(self._path(event_id, id))

    def remove(self, *, before_s: float) -> int:
        """Remove what was written before a time (seconds since 1970); return how many there were."""
        return sum(_unlink(entry.path) for entry in self._all() if entry.modified_s < before_s)

    def trim(self) -> int:
        """Remove the oldest where there is more than may be kept; return how many that were."""
        entries = sorted(self._all(), key=lambda entry: entry.modified_s)
        total = sum(entry.bytes for entry in entries)
        self._unlooked_bytes = 0
        removed = 0
        if total > self.max_bytes:
            # A little further than needed, so that what comes next does not have the directory summed up again.
            for entry in entries:
                if total <= self.max_bytes * _TRIMMED_TO:
                    break
                total -= entry.bytes
                removed += _unlink(entry.path)
        return removed

    def tidy(self) -> None:
        """Remove what killed writers left."""
        cutoff = self.time() - ABANDONED_AFTER_S
        for entry in self._all(is_partial=True):
            if entry.modified_s < cutoff:
                _unlink(entry.path)

    def _keep(self, file: File, service: str) -> str:
        """Write *file*; return why it is not kept, ``""`` where it is."""
        if not _EVENT_ID.fullmatch(file.event_id):
            return "invalid"
        head = _head(file, service)
        if len(head) + len(file.data) > self.max_bytes:
            return "too_large"
        path = self._path(file.event_id, _digest(head, file.data))
        private.make_directory(path.parent, root=self.directory)
        if path.parent.is_symlink():
            raise OSError(errno.ELOOP, "a folder of attachments is a link", str(path.parent))
        if path.exists():
            return ""
        if sum(1 for _ in self._of(file.event_id)) >= MOST_PER_EVENT:
            return "too_many"
        _write(path, head, file.data)
        self._unlooked_bytes = (
            None
            if self._unlooked_bytes is None
            else self._unlooked_bytes + _on_disk(len(head) + len(file.data))
        )
        return ""

    def _path(self, event_id: str, id: str) -> Path:
        return self.directory / event_id[:2] / f"{event_id}-{id}"

    def _of(self, event_id: str) -> Iterator[_Entry]:
        if not _EVENT_ID.fullmatch(event_id):
            return
        prefix = f"{event_id}-"
        yield from _entries(
            self.directory / event_id[:2],
            lambda name: name.startswith(prefix) and not name.endswith(PARTIAL),
        )

    def _all(self, *, is_partial: bool = False) -> Iterator[_Entry]:
        for number in range(256):
            folder = self.directory / f"{number:02x}"
            yield from _entries(folder, lambda name: name.endswith(PARTIAL) == is_partial)

    def _read(self, path: Path, *, most: int = -1) -> tuple[Kept, bytes] | None:
        event_id, _, id = path.name.partition("-")
        if path.parent.is_symlink():
            return None
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        with open(descriptor, "rb") as opened:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return None
            line = opened.readline(_MOST_HEAD_BYTES)
            try:
                head = json.loads(line)
                kept = Kept(
                    event_id=event_id,
                    id=id,
                    service=str(head["service"]),
                    name=str(head["name"]),
                    content_type=str(head["content_type"]),
                    kind=str(head["kind"]),
                    size=status.st_size - len(line),
                )
            except (ValueError, KeyError, TypeError):
                # Not one of ours, or damaged: there is nothing in it that could be shown as what it was.
                return None
            return kept, opened.read(most) if most else b""


def cleaned_name(name: str) -> str:
    """Return what *name*, which a sender chose, may be called: its last part, without what cannot be seen."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(char for char in last if char.isprintable()).strip(" .") or "unnamed"


def _head(file: File, service: str) -> bytes:
    values = {
        "service": service,
        "name": cleaned_name(file.name),
        "content_type": file.content_type,
        "kind": file.kind,
    }
    plain = {key: value.encode("utf-8", "replace").decode() for key, value in values.items()}
    return json.dumps(plain, separators=(",", ":")).encode() + b"\n"


def _digest(head: bytes, data: bytes) -> str:
    digest = hashlib.blake2b(head, digest_size=16)
    digest.update(data)
    return digest.hexdigest()


def _on_disk(size: int) -> int:
    return max(1, -(-size // BLOCK_BYTES)) * BLOCK_BYTES


def _write(path: Path, head: bytes, data: bytes) -> None:
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with open(os.open(partial, flags, private.FILE_MODE), "wb") as opened:
            opened.write(head)
            opened.write(data)
        partial.rename(path)
    except OSError:
        _unlink(partial)
        raise


def _entries(folder: Path, is_wanted: Callable[[str], bool]) -> Iterator[_Entry]:
    try:
        if folder.is_symlink():
            return
        with os.scandir(folder) as found:
            for each in found:
                if not is_wanted(each.name) or not each.is_file(follow_symlinks=False):
                    continue
                with contextlib.suppress(FileNotFoundError):
                    status = each.stat(follow_symlinks=False)
                    yield _Entry(Path(each.path), status.st_mtime, _on_disk(status.st_size))
    except OSError:
        # Not there yet, or not to be read: then it holds nothing for us.
        return


def _unlink(path: Path) -> int:
    """Remove a file; return how many that were, since another process may have removed it."""
    try:
        path.unlink()
    except OSError:
        return 0
    return 1
