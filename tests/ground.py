"""A journal, a drain and a store over one directory, put together as `vedette.wiring` does, with clocks that are told the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.pipeline.drain import Drain, Drained, Sink
from vedette.pipeline.drops import Drops
from vedette.pipeline.journal import Journal
from vedette.pipeline.recorder import Recorder, Resource
from vedette.record.ids import new_trace_id
from vedette.record.signals import Log, Request, Signal
from vedette.store.attachments import Attachments
from vedette.store.catalogue import Catalogue
from vedette.store.engines.embedded.store import EmbeddedStore
from vedette.store.engines.embedded.writer import PartWriter
from vedette.store.maintenance import Maintenance
from vedette.testing import FakeClock, MemoryCatalogue

MIB = 1 << 20
NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
DAYS = {
    "requests": 30,
    "logs": 14,
    "spans": 14,
    "errors": 90,
    "metrics": 90,
    "events": 400,
    "checks": 90,
    "profiles": 7,
    "rollups": 400,
}


def a_request(number: int = 0, *, time: dt.datetime = NOON, **values: Any) -> Request:
    """Return a request whose id says *number*."""
    defaults: dict[str, Any] = {
        "trace_id": new_trace_id(int(time.timestamp() * 1000)),
        "request_id": f"r{number}",
        "method": "GET",
        "route": f"/route-{number % 3}/",
        "path": f"/route-{number % 3}/",
        "status": (200, 200, 404, 500)[number % 4],
        "duration_ms": 1.5 * (number % 50 + 1),
    }
    return Request(time=time, **{**defaults, **values})


def a_log(number: int = 0, *, time: dt.datetime = NOON, **values: Any) -> Log:
    """Return a log record whose message says *number*."""
    return Log(time=time, **{"message": f"message {number}", "severity": 9, **values})


@dataclass
class Ground:
    """Everything between a signal and a query's answer."""

    directory: Path
    clock: FakeClock = field(default_factory=lambda: FakeClock(at=NOON))
    catalogue: Catalogue = field(default_factory=MemoryCatalogue)
    sinks: Sequence[Sink] = ()
    max_bytes: int = 1 << 40
    losses: list[tuple[str, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal_dir = self.directory / "journal"
        self.parts_dir = self.directory / "parts"
        self.scratch_dir = self.directory / "scratch"
        self.quarantine_dir = self.directory / "quarantine"
        self.resource = Resource("shop", "test", "r1", "h")
        self.recorder = self.new_recorder()
        self.writer = PartWriter(self.parts_dir, self.scratch_dir)
        self.drain = Drain(
            journal_dir=self.journal_dir,
            quarantine_dir=self.quarantine_dir,
            catalogue=self.catalogue,
            writer=self.writer,
            resource=self.resource,
            now=self.clock.now,
            sinks=self.sinks,
        )
        self.attachments = Attachments(self.parts_dir.parent / "attachments", MIB, time=self.clock.time)
        self.maintenance = Maintenance(
            catalogue=self.catalogue,
            writer=self.writer,
            parts_dir=self.parts_dir,
            journal_dir=self.journal_dir,
            scratch_dir=self.scratch_dir,
            quarantine_dir=self.quarantine_dir,
            retention_days=DAYS,
            max_bytes=self.max_bytes,
            now=self.clock.now,
            on_loss=lambda table, reason, rows: self.losses.append((table, reason, rows)),
            attachments=self.attachments,
        )
        self.store = self.new_store()

    def new_recorder(self, **options: Any) -> Recorder:
        """Return a recorder with segments of its own, as another process has."""
        drops = Drops()
        journal = Journal(
            self.journal_dir,
            host="h",
            drops=drops,
            now=self.clock.time,
            monotonic=self.clock.monotonic,
            **options,
        )
        return Recorder(journal, self.resource, drops, monotonic=self.clock.monotonic)

    def new_store(self, **options: Any) -> EmbeddedStore:
        """Return a store over the same files."""
        return EmbeddedStore(
            catalogue=self.catalogue,
            parts_dir=self.parts_dir,
            journal_dir=self.journal_dir,
            scratch_dir=self.scratch_dir,
            quarantine_dir=self.quarantine_dir,
            **options,
        )

    def record(self, signals: Iterable[Signal]) -> None:
        """Write *signals* to the journal."""
        for signal in signals:
            assert self.recorder.record(signal)

    def drain_all(self) -> list[Drained]:
        """Drain until nothing is left."""
        rounds = [self.drain.run_once()]
        while rounds[-1].has_more:
            rounds.append(self.drain.run_once())
            assert len(rounds) < 1000, "the drain does not come to an end"
        return rounds

    def merge_all(self) -> int:
        """Merge until nothing is due; return how many merges there were."""
        merges = 0
        while self.maintenance.merge_once():
            merges += 1
            assert merges < 1000, "merging does not come to an end"
        return merges

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a person's query."""
        return list(self.store.sql(sql).rows)

    def request_ids(self) -> list[str]:
        """Return the ids of all stored requests, sorted."""
        return [str(row[0]) for row in self.ask("SELECT request_id FROM requests ORDER BY 1")]

    def dropped(self) -> dict[tuple[str, str], int]:
        """Return what is stored as lost, by signal and reason."""
        rows = self.ask(
            "SELECT attributes['signal'], attributes['reason'], sum(sum) FROM metrics WHERE name = 'vedette.dropped' GROUP BY 1, 2"
        )
        return {(signal, reason): int(number) for signal, reason, number in rows}
