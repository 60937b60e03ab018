"""The journal's tail: the lines that are not in a part yet, as files that DuckDB can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from vedette.store import segments
from vedette.store.catalogue import Progress

CHUNK_BYTES = 1 << 20


def tail_files(
    journal_dir: Path, table: str, progress: Mapping[str, Progress], *, scratch: Path
) -> tuple[list[str], int]:
    """Return files that together hold the unconsumed lines of *table*, and their size in bytes.

    Segments of which nothing was consumed are read where they are; the rest of the others is copied to *scratch*.
    """
    whole: list[str] = []
    size = 0
    partial: list[tuple[Path, int]] = []
    for segment in segments.scan(journal_dir, table=table):
        offset = progress.get(segment.name, _NOTHING).offset
        if segment.size <= offset:
            continue
        size += segment.size - offset
        if offset:
            partial.append((segment.path, offset))
        else:
            whole.append(str(segment.path))
    if partial:
        _copy_rests(partial, scratch)
        whole.append(str(scratch))
    return whole, size


_NOTHING = Progress()


def _copy_rests(rests: Iterable[tuple[Path, int]], scratch: Path) -> None:
    with scratch.open("wb") as target:
        for path, offset in rests:
            with path.open("rb") as source:
                source.seek(offset)
                last = b""
                while chunk := source.read(CHUNK_BYTES):
                    target.write(chunk)
                    last = chunk[-1:]
                if last != b"\n":
                    # A line that is just being written must not swallow the next file's first.
                    target.write(b"\n")
