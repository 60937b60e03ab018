"""The journal: each record is one JSON line, appended with one ``os.write`` to a segment of this process.

A line that was written survives ``kill -9``: it is in the kernel's page cache.  `Journal.append` never raises and never
waits for anything but the file system; what it cannot write it counts.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vedette.pipeline.drops import Drops
from vedette.store import private, segments

MIB = 1 << 20
CHECK_EVERY_S = 1.0
"""How often an open segment is looked at: is it still in its directory, is it old or large?"""
ROTATE_AFTER_S = 600.0
RETRY_AFTER_S = 1.0

_REASONS = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EROFS: "unwritable",
    errno.EACCES: "unwritable",
    errno.EPERM: "unwritable",
}


@dataclass(slots=True)
class _OpenSegment:
    """A segment that is written; its file is closed when no thread refers to it any more.

    Closed any sooner, a thread that is about to write could write to whatever has got the same number since.
    """

    descriptor: int
    opened_at: float
    check_at: float
    written: int = 0
    lines_since_check: int = 0
    is_torn: bool = False

    def close(self) -> None:
        """Close the file now."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        with contextlib.suppress(OSError):
            self.close()


@dataclass(slots=True)
class _Table:
    segment: _OpenSegment | None = None
    retry_at: float = 0.0
    reason: str = ""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Journal:
    """The segments that this process writes.

    Args:
        directory: where segments lie; made when first needed.
        host: part of each segment's name.
        segment_bytes: size at which a segment is rotated.
        max_bytes: size of the whole journal past which closed segments are shed.
        drops: where losses are counted.
        now, monotonic: the clocks, in seconds.
    """

    directory: Path
    host: str
    drops: Drops
    segment_bytes: int = 4 * MIB
    max_bytes: int = 512 * MIB
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    _tables: dict[str, _Table] = field(default_factory=dict, init=False)
    # A signal's handler, or what the garbage collector calls, may log while this thread holds it.
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False)

    def __post_init__(self) -> None:
        _journals.add(self)

    def append(self, table: str, line: bytes, *, is_counted: bool = True) -> bool:
        """Append *line* (JSON without a line end) to this process's segment of *table*; tell whether it was written.

        Where it was not it is counted among the losses, unless *is_counted* is off: a report of losses is none itself.
        """
        monotonic = self.monotonic()
        state = self._tables.get(table)
        segment = state.segment if state is not None else None
        if segment is None or monotonic >= segment.check_at or segment.written >= self.segment_bytes:
            segment = self._segment_for(table, monotonic)
            if segment is None:
                state = self._tables.get(table)
                if is_counted:
                    self.drops.count(table, state.reason if state is not None else "write_failed")
                return False
        # The rest of a half-written line becomes a line of its own, which readers set aside.
        data = b"\n" + line + b"\n" if segment.is_torn else line + b"\n"
        try:
            written = os.write(segment.descriptor, data)
        except OSError as error:
            reason = self._fail(table, segment, error, monotonic)
            if is_counted:
                self.drops.count(table, reason)
            return False
        segment.written += written
        if written != len(data):
            # Not counted here: the drain counts the fragment that is in the segment now.
            segment.is_torn = True
            return False
        segment.is_torn = False
        segment.lines_since_check += 1
        return True

    def close(self) -> None:
        """Close all segments; a later `append` opens new ones."""
        with self._lock:
            self._tables = {}

    def after_fork(self) -> None:
        """Give up the parent's segments: a child writes its own."""
        self._lock = threading.RLock()
        for state in self._tables.values():
            if state.segment is not None:
                with contextlib.suppress(OSError):
                    state.segment.close()
        self._tables = {}
        self.drops.after_fork()

    def _segment_for(self, table: str, monotonic: float) -> _OpenSegment | None:
        with self._lock:
            state = self._tables.setdefault(table, _Table())
            segment = state.segment
            if segment is not None and self._is_usable(table, segment, monotonic):
                return segment
            state.segment = None
            if monotonic < state.retry_at:
                return None
            try:
                if not self._has_room():
                    raise _JournalFullError
                state.segment = self._open(table, monotonic)
            except _JournalFullError:
                state.reason, state.retry_at = "journal_full", monotonic + RETRY_AFTER_S
            except OSError as error:
                state.reason = _REASONS.get(error.errno or 0, "write_failed")
                state.retry_at = monotonic + RETRY_AFTER_S
            return state.segment

    def _is_usable(self, table: str, segment: _OpenSegment, monotonic: float) -> bool:
        if monotonic < segment.check_at:
            return segment.written < self.segment_bytes
        try:
            is_removed = os.fstat(segment.descriptor).st_nlink == 0
        except OSError:
            # A network file system that lost the file: what was written may be there, so nothing is counted.
            return False
        if is_removed:
            self.drops.count(table, "segment_removed", segment.lines_since_check)
            return False
        segment.lines_since_check = 0
        segment.check_at = monotonic + CHECK_EVERY_S
        return segment.written < self.segment_bytes and monotonic - segment.opened_at < ROTATE_AFTER_S

    def _has_room(self) -> bool:
        size = sum(segment.size for segment in segments.scan(self.directory))
        if size <= self.max_bytes:
            return True
        segments.shed(self.directory, max_bytes=self.max_bytes, now=self.now())
        return sum(segment.size for segment in segments.scan(self.directory)) <= self.max_bytes

    def _open(self, table: str, monotonic: float) -> _OpenSegment:
        # A journal in a directory that was deleted is made again, owner and group only: it may hold personal data.
        private.make_directory(self.directory, root=self.directory.parent)
        name = segments.name_of(
            table,
            unix_ms=int(self.now() * 1000),
            host=self.host,
            pid=os.getpid(),
            token=secrets.token_hex(4),
        )
        # The lock must be held before the segment can be found, or the drain could take it for a dead one's.
        partial = self.directory / (name + ".new")
        descriptor = os.open(
            partial, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL | os.O_CLOEXEC, 0o640
        )
        try:
            segments.hold(descriptor)
            partial.rename(self.directory / name)
        except OSError:
            os.close(descriptor)
            raise
        return _OpenSegment(descriptor, opened_at=monotonic, check_at=monotonic + CHECK_EVERY_S)

    def _fail(self, table: str, segment: _OpenSegment, error: OSError, monotonic: float) -> str:
        reason = _REASONS.get(error.errno or 0, "write_failed")
        with self._lock:
            state = self._tables.setdefault(table, _Table())
            state.reason, state.retry_at = reason, monotonic + RETRY_AFTER_S
            # On a full disk a new one can be made each time, and not be written to either: one that is empty is kept.
            if segment.written or reason != "disk_full":
                state.segment = None
        return reason


class _JournalFullError(Exception):
    """Even after shedding, the journal is larger than it may be."""


_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for journal in list(_journals):
        journal.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
