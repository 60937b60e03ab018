"""The drain: journal segments into parts and state, each line exactly once.

One round:
1. Look at every segment: is it closed, and how far was it consumed?
2. Read what is new, whole lines only, up to `BATCH_BYTES` of each table.
3. Decode each line; what is no record is set aside and counted.
4. Let the sinks work out what needs no state, such as the fingerprint of an error, which is stored with it.
5. Write a part per table.
6. In one transaction: add the parts, move the segments' progress on, let the sinks update their state.

Killed before 6, nothing has happened but a file that nobody knows; killed after it, everything has.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vedette.pipeline.drops import as_metric
from vedette.pipeline.lines import Batch
from vedette.pipeline.reading import read_lines
from vedette.pipeline.recorder import Resource
from vedette.pipeline.refusal import PartWriter, Refusal
from vedette.record.signals import SIGNALS, Metric
from vedette.store import private, segments
from vedette.store.catalogue import Catalogue, Commit, Part, Progress, RefusedLinesError
from vedette.store.segments import Segment

BATCH_BYTES = 8 << 20
LEAST_BATCH_BYTES = 1 << 20
"""More than the longest line that the recorder lets through."""
LONGEST_HOLD_S = 0.25
"""For how long a batch is to hold the state database's write lock: others who write there wait."""
QUARANTINE_BYTES = 16 << 20


class Sink(Protocol):
    """A feature that turns records into state.

    It is given every batch that is not empty; the records themselves, `Batch.signals`, only of its `tables`.
    """

    tables: frozenset[str]

    def prepare(self, batches: Mapping[str, Batch]) -> None:
        """Work out what needs no state, before the transaction begins; may be called again for the same records.

        What it fills in in records is stored where it calls `Batch.rewrite` after that.
        """
        ...

    def digest(self, batches: Mapping[str, Batch]) -> None:
        """Update state from new records, inside the drain's transaction; takes effect once for each record."""
        ...


@dataclass(frozen=True, slots=True)
class Drained:
    """What one round did."""

    rows: Mapping[str, int]
    has_more: bool

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(slots=True)
class _Round:
    """The state of one round."""

    batches: dict[str, Batch]
    progress: dict[str, Progress] = field(default_factory=dict)
    losses: Counter[tuple[str, str]] = field(default_factory=Counter)
    markers: list[Path] = field(default_factory=list)
    has_more: bool = False


@dataclass(slots=True)
class Drain:
    """Takes the segments of `journal_dir` into the store."""

    journal_dir: Path
    quarantine_dir: Path
    catalogue: Catalogue
    writer: PartWriter
    resource: Resource
    now: Callable[[], dt.datetime]
    sinks: Sequence[Sink] = ()
    batch_bytes: int = BATCH_BYTES
    monotonic: Callable[[], float] = time.monotonic
    _room: int = field(default=1 << 62, init=False)
    _replaced: dict[bytes, bytes | None] = field(default_factory=dict, init=False)

    def run_once(self) -> Drained:
        """Do one round.

        Raises:
            LeaseLostError: If this process is not the leader any more; nothing has changed then.
        """
        try:
            # Each table may hold such lines, and the engine names one table at a time.
            for _ in SIGNALS:
                try:
                    return self._run_round()
                except RefusedLinesError as error:
                    # A line that decodes here and is no row to the engine must not hold up all that come after it.
                    self._replaced |= Refusal(self.writer, error.table, self.now()).replacements(error)
            return self._run_round()
        finally:
            self._replaced = {}

    def _run_round(self) -> Drained:
        known = self.catalogue.snapshot(()).progress
        wanted = frozenset[str]().union(*(sink.tables for sink in self.sinks))
        round_ = _Round(
            {table: Batch(table, keep_signals=table in wanted, replaced=self._replaced) for table in SIGNALS}
        )
        for segment in segments.scan(self.journal_dir):
            self._consume(segment, known.get(segment.name, Progress()), round_)
        self._count_shed(known, round_)
        filled = {table: batch for table, batch in round_.batches.items() if batch.lines}
        for sink in self.sinks:
            sink.prepare(filled)
        self._count_malformed(round_)
        if not round_.progress and not round_.markers:
            return Drained({}, has_more=False)
        rows = self._commit(round_)
        for marker in round_.markers:
            marker.unlink(missing_ok=True)
        for name, progress in round_.progress.items():
            if progress.finished_at is not None:
                segments.mark_consumed(self.journal_dir / name)
        return Drained(rows, has_more=round_.has_more)

    def _consume(self, segment: Segment, done: Progress, round_: _Round) -> None:
        batch = round_.batches.get(segment.table)
        if batch is None or done.finished_at is not None:
            return
        # Asked before reading: what is read from a segment that was closed by then is all there will ever be.
        is_closed = segments.is_closed(segment, now=self.now().timestamp())
        most = min(self._room, self.batch_bytes)
        room = most - batch.size
        if room <= 0:
            round_.has_more = True
            return
        with contextlib.suppress(FileNotFoundError):
            read = read_lines(segment.path, offset=done.offset, most=room)
            for line in read.lines:
                batch.add(line)
            end = done.offset + read.size
            offset, is_at_end = end - len(read.rest), end >= read.file_size
            if not is_at_end and not read.lines and room == most:
                # One line larger than a batch cannot be a record: skip what was read of it, but for its last byte.  Its
                # end will be found to be malformed, and counted.
                offset = end - 1
            round_.has_more |= not is_at_end
            finished_at = None
            if is_closed and is_at_end:
                if read.rest.strip(b"\0 \n"):
                    round_.losses[segment.table, "torn"] += 1
                offset, finished_at = read.file_size, self.now()
            if offset != done.offset or finished_at is not None:
                round_.progress[segment.name] = Progress(offset, done.lines + len(read.lines), finished_at)

    def _count_shed(self, known: Mapping[str, Progress], round_: _Round) -> None:
        for name, table, lines, marker in segments.shed_markers(self.journal_dir):
            (self.journal_dir / name).unlink(missing_ok=True)
            consumed = round_.progress.get(name) or known.get(name, Progress())
            if consumed.finished_at is None:
                lost = max(0, lines - consumed.lines)
                round_.losses[table, "journal_full"] += lost
                round_.progress[name] = Progress(consumed.offset, lines, self.now())
            round_.markers.append(marker)

    def _count_malformed(self, round_: _Round) -> None:
        for table, batch in round_.batches.items():
            if batch.malformed:
                round_.losses[table, "malformed"] += len(batch.malformed)
                self._set_aside(table, batch.malformed)
        metrics = round_.batches[Metric.table]
        for (table, reason), number in round_.losses.items():
            if number:
                metrics.add_signal(self.resource.stamp(as_metric(table, reason, number, at=self.now())))

    def _set_aside(self, table: str, lines: Sequence[bytes]) -> None:
        with contextlib.suppress(OSError):
            private.make_directory(self.quarantine_dir, root=self.quarantine_dir.parent)
            path = self.quarantine_dir / f"{table}.malformed"
            if not path.exists() or path.stat().st_size < QUARANTINE_BYTES:
                with path.open("ab") as file:
                    file.writelines(line + b"\n" for line in lines)

    def _commit(self, round_: _Round) -> dict[str, int]:
        filled = [batch for batch in round_.batches.values() if batch.lines]
        parts = self._written(filled)
        began = self.monotonic()

        def digest() -> None:
            nonlocal began
            # From here on the lock is held; before, others may have held it.
            began = self.monotonic()
            for sink in self.sinks:
                sink.digest({batch.table: batch for batch in filled})

        try:
            self.catalogue.apply(Commit(added=parts, progress=round_.progress), at=self.now(), also=digest)
        except Exception:
            self._discard_unknown(parts)
            raise
        self._make_room(self.monotonic() - began)
        return {batch.table: len(batch.lines) for batch in filled}

    def _make_room(self, held_s: float) -> None:
        """Make the next batch smaller where this one held the lock for too long, and larger again where it did not.

        What a batch takes depends on what is in it: where each error is a new issue, twenty times as much.
        """
        most = min(self._room, self.batch_bytes)
        if held_s > LONGEST_HOLD_S:
            self._room = max(LEAST_BATCH_BYTES, int(most * max(LONGEST_HOLD_S / held_s, 0.25)))
        elif held_s < LONGEST_HOLD_S / 2:
            self._room = most * 2

    def _written(self, batches: Sequence[Batch]) -> list[Part]:
        parts: list[Part] = []
        try:
            for batch in batches:
                assert batch.min_time is not None
                assert batch.max_time is not None
                parts.append(
                    self.writer.write_lines(
                        batch.table,
                        batch.lines,
                        min_time=batch.min_time,
                        max_time=batch.max_time,
                        rows=len(batch.lines),
                    )
                )
        except Exception:
            self.writer.discard(parts)
            raise
        return parts

    def _discard_unknown(self, parts: Sequence[Part]) -> None:
        # A commit whose answer was lost has been made all the same: only the catalogue knows.  Where it cannot be asked
        # the files stay, and are removed as orphans if they are some.
        with contextlib.suppress(Exception):
            known = {part.path for part in self.catalogue.snapshot().parts}
            self.writer.discard([part for part in parts if part.path not in known])
