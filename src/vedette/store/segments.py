"""The journal's files: their names, which of them are still being written, and which go first when there are too many.

A segment is ``<table>.<unix ms>.<host>.<pid>.<random>.jsonl``; it holds JSON lines of one table, written by one process.
Its writer holds a shared ``flock`` on it, which the kernel releases however the writer ends.  A segment that had to be
shed becomes ``<same name>.shed``, which holds the number of lines that were in it, until the drain has counted them.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock; there a segment counts as open for an hour
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".jsonl"
SHED_SUFFIX = ".shed"
IDLE_WITHOUT_LOCKS_S = 3600.0
LEAST_IMPORTANT_FIRST = ("profiles", "spans", "logs", "events", "requests", "metrics", "checks", "errors")

_NAME = re.compile(r"^([a-z]+)\.(\d{13})\.([A-Za-z0-9-]+)\.(\d+)\.([0-9a-f]+)\.jsonl$")


@dataclass(frozen=True, slots=True)
class Segment:
    """A journal file as it was found."""

    name: str
    table: str
    created_ms: int
    pid: int
    size: int
    modified_at: float
    path: Path


def name_of(table: str, *, unix_ms: int, host: str, pid: int, token: str) -> str:
    """Return the file name of a new segment."""
    safe_host = re.sub(r"[^A-Za-z0-9-]", "-", host)[:63] or "host"
    return f"{table}.{unix_ms:013d}.{safe_host}.{pid}.{token}{SUFFIX}"


def scan(directory: Path, *, table: str | None = None) -> list[Segment]:
    """Return the segments in *directory*, oldest first; none where the directory is absent."""
    found: list[Segment] = []
    with contextlib.suppress(FileNotFoundError), os.scandir(directory) as entries:
        for entry in entries:
            match = _NAME.match(entry.name)
            if match is None or (table is not None and match[1] != table):
                continue
            with contextlib.suppress(FileNotFoundError):
                stat = entry.stat()
                found.append(
                    Segment(
                        name=entry.name,
                        table=match[1],
                        created_ms=int(match[2]),
                        pid=int(match[4]),
                        size=stat.st_size,
                        modified_at=stat.st_mtime,
                        path=Path(entry.path),
                    )
                )
    found.sort(key=lambda segment: (segment.created_ms, segment.name))
    return found


def hold(descriptor: int) -> None:
    """Mark the open segment as being written, for as long as the descriptor stays open in any process."""
    if fcntl is not None:
        # Some network file systems refuse locks; the segment then counts as open by its age.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


def is_closed(segment: Segment, *, now: float) -> bool:
    """Tell whether no process can write to *segment* any more."""
    if fcntl is None:  # pragma: no cover
        return now - segment.modified_at > IDLE_WITHOUT_LOCKS_S
    try:
        descriptor = os.open(segment.path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return now - segment.modified_at > IDLE_WITHOUT_LOCKS_S
    else:
        return True
    finally:
        os.close(descriptor)


def mark_consumed(path: Path) -> None:
    """Note on the segment at *path* itself that all of it is in the store, so that it is shed before any other."""
    with contextlib.suppress(OSError):
        os.utime(path, (0, 0))


def count_lines(path: Path) -> int:
    """Return the number of complete lines in *path*."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def shed(directory: Path, *, max_bytes: int, now: float) -> list[str]:
    """Replace closed segments by shed markers until the journal fits *max_bytes*; return the names shed.

    What is in the store already goes first, then the oldest segment of the least important table.  Safe against other processes doing the same and
    against a kill between any two steps: a marker beside its segment means that the segment is still to be removed.
    """
    segments = scan(directory)
    excess = sum(segment.size for segment in segments) - max_bytes
    names: list[str] = []
    for segment in _least_important_first(segments):
        if excess <= 0:
            break
        if segment.size and is_closed(segment, now=now):
            with contextlib.suppress(FileNotFoundError):
                _shed_one(directory, segment)
                names.append(segment.name)
            excess -= segment.size
    return names


def _shed_one(directory: Path, segment: Segment) -> None:
    marker = directory / (segment.name + SHED_SUFFIX)
    partial = directory / f"{segment.name}{SHED_SUFFIX}.{os.getpid()}.tmp"
    partial.write_text(str(count_lines(segment.path)))
    partial.rename(marker)
    segment.path.unlink()


def _least_important_first(segments: Sequence[Segment]) -> Iterator[Segment]:
    rank = {table: place for place, table in enumerate(LEAST_IMPORTANT_FIRST)}
    return iter(
        sorted(
            segments,
            key=lambda segment: (segment.modified_at != 0, rank.get(segment.table, -1), segment.created_ms),
        )
    )


def shed_markers(directory: Path) -> Iterator[tuple[str, str, int, Path]]:
    """Yield (segment name, table, lines that were in it, marker's path) of each segment that was shed."""
    for path in sorted(directory.glob(f"*{SUFFIX}{SHED_SUFFIX}")):
        name = path.name.removesuffix(SHED_SUFFIX)
        match = _NAME.match(name)
        with contextlib.suppress(FileNotFoundError, ValueError):
            yield name, match[1] if match else "", int(path.read_text()), path
