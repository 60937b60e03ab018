"""A store to ask: records in a journal, drained and merged as far as a test wants."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vedette.pipeline.drain import Drain
from vedette.pipeline.drops import Drops
from vedette.pipeline.journal import Journal
from vedette.pipeline.recorder import Recorder, Resource
from vedette.record.signals import Signal
from vedette.store.catalogue import Commit, Part, Progress, Snapshot
from vedette.store.engines.embedded.store import EmbeddedStore
from vedette.store.engines.embedded.writer import PartWriter
from vedette.store.maintenance import Maintenance
from vedette.store.query import TimeRange


@dataclass(slots=True)
class MemoryCatalogue:
    """The catalogue in two dicts."""

    parts: dict[str, Part] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    removed: dict[str, tuple[Part, dt.datetime]] = field(default_factory=dict)

    def snapshot(self, tables: Iterable[str] | None = None, *, range: TimeRange | None = None) -> Snapshot:
        """Return what is known now."""
        wanted = None if tables is None else set(tables)
        parts = [
            part
            for part in self.parts.values()
            if (wanted is None or part.table in wanted)
            and (range is None or (part.min_time < range.end and part.max_time >= range.start))
        ]
        return Snapshot(parts, dict(self.progress))

    def apply(self, commit: Commit, *, at: dt.datetime, also: Callable[[], None] | None = None) -> None:
        """Make a change."""
        for part in commit.removed:
            self.removed[part.path] = (self.parts.pop(part.path), at)
        self.parts.update({part.path: part for part in commit.added})
        self.progress.update(commit.progress or {})
        if also is not None:
            also()

    def removed_parts(self, *, before: dt.datetime) -> Sequence[Part]:
        """Return what was removed."""
        return [part for part, at in self.removed.values() if at < before]

    def forget_parts(self, parts: Sequence[Part]) -> None:
        """Forget what was removed."""
        for part in parts:
            self.removed.pop(part.path, None)

    def forget_segments(self, names: Sequence[str]) -> None:
        """Forget segments."""
        for name in names:
            self.progress.pop(name, None)


class Kept:
    """Records and the store that keeps them; `now` is the time of the background work."""

    def __init__(self, directory: Path, *, now: dt.datetime, service: str = "todo") -> None:
        self.directory = directory
        self.now = now
        self.catalogue = MemoryCatalogue()
        self.losses: list[tuple[str, str, int]] = []
        drops = Drops()
        self.journal = Journal(directory / "journal", "web-1", drops)
        self.recorder = Recorder(self.journal, Resource(service, "production", "", "web-1"), drops)
        self.store = EmbeddedStore(
            catalogue=self.catalogue,
            parts_dir=directory / "parts",
            journal_dir=directory / "journal",
            scratch_dir=directory / "scratch",
            quarantine_dir=directory / "quarantine",
        )
        self.writer = PartWriter(parts_dir=directory / "parts", scratch_dir=directory / "scratch")

    def record(self, signals: Iterable[Signal]) -> None:
        """Write *signals* to the journal."""
        for signal in signals:
            assert self.recorder.record(signal)

    def drain(self) -> None:
        """Take all of the journal into parts."""
        drain = Drain(
            journal_dir=self.directory / "journal",
            quarantine_dir=self.directory / "quarantine",
            catalogue=self.catalogue,
            writer=self.writer,
            resource=Resource(),
            now=lambda: self.now,
        )
        while drain.run_once().has_more:
            pass

    def merge(self) -> None:
        """Merge and roll up all that is due."""
        while self.maintenance().merge_once():
            pass

    def maintenance(self, *, retention_days: Mapping[str, int] | None = None) -> Maintenance:
        """Return the background work on parts."""
        return Maintenance(
            catalogue=self.catalogue,
            writer=self.writer,
            parts_dir=self.directory / "parts",
            journal_dir=self.directory / "journal",
            scratch_dir=self.directory / "scratch",
            quarantine_dir=self.directory / "quarantine",
            retention_days=retention_days or {},
            max_bytes=1 << 40,
            now=lambda: self.now,
            on_loss=lambda *loss: self.losses.append(loss),
        )

    def levels(self, table: str) -> set[int]:
        """Return the levels of the parts of *table*."""
        return {part.level for part in self.catalogue.parts.values() if part.table == table}
