"""How far the drain is behind the journal."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import msgspec

from vedette.store import segments
from vedette.store.catalogue import Progress

FIRST_LINE_BYTES = 64 * 1024


class _Timed(msgspec.Struct):
    time: dt.datetime


def behind_s(journal_dir: Path, progress: Mapping[str, Progress], *, now: dt.datetime) -> float:
    """Return for how many seconds the record that has waited longest has been in the journal; 0 where none waits."""
    waiting = [0.0]
    for segment in segments.scan(journal_dir):
        done = progress.get(segment.name, Progress())
        if segment.size > done.offset and done.finished_at is None:
            created = dt.datetime.fromtimestamp(segment.created_ms / 1000, dt.UTC)
            # A record of the past that was written just now has not waited.
            written = max(created, _time_at(segment.path, done.offset) or created)
            waiting.append((now - written).total_seconds())
    return max(waiting)


def _time_at(path: Path, offset: int) -> dt.datetime | None:
    with contextlib.suppress(OSError, msgspec.MsgspecError, ValueError), path.open("rb") as file:
        file.seek(offset)
        line = file.readline(FIRST_LINE_BYTES)
        time = msgspec.json.decode(line, type=_Timed).time
        return time if time.tzinfo is not None else time.replace(tzinfo=dt.UTC)
    return None
