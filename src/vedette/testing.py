"""What tests of a site that uses Vedette need: a clock that is told the time, a catalogue in memory, a recorder to look at.

def test_a_failed_log_in_is_logged(client):
    with vedette.testing.recorded() as seen:
        client.post("/log-in/", {"username": "ada", "password": "wrong"})
    assert [log.message for log in seen.logs] == ["Log-in failed"]
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from vedette.capture import recorder as capture
from vedette.pipeline import lines
from vedette.pipeline.drain import Drain, Drained, Sink
from vedette.pipeline.drops import Drops
from vedette.pipeline.journal import Journal
from vedette.pipeline.recorder import Recorder, Resource
from vedette.record.signals import Check, Error, Event, Log, Metric, Profile, Request, Signal, Span
from vedette.store import segments
from vedette.store.catalogue import Commit, Part, Progress, Snapshot
from vedette.store.query import TimeRange

if TYPE_CHECKING:
    from vedette.store.engines.embedded.store import EmbeddedStore

__all__ = ["FakeClock", "MemoryCatalogue", "Recorded", "recorded"]

_NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
_SignalT = TypeVar("_SignalT", bound=Signal)


@dataclass(slots=True)
class FakeClock:
    """A clock that stands still until it is told otherwise; pass its methods where a function of time is asked for."""

    at: dt.datetime = _NOON
    elapsed_s: float = 1000.0

    def now(self) -> dt.datetime:
        """Return the time of day, aware UTC."""
        return self.at

    def time(self) -> float:
        """Return the time of day in seconds since 1970, as ``time.time`` does."""
        return self.at.timestamp()

    def monotonic(self) -> float:
        """Return seconds that never go backwards, as ``time.monotonic`` does."""
        return self.elapsed_s

    def advance(self, seconds: float = 1.0) -> None:
        """Let *seconds* pass.

        Raises:
            ValueError: If they are negative: only `jump` goes backwards.
        """
        if seconds < 0:
            raise ValueError("time passes forwards; use jump() to set the clock back")
        self.at += dt.timedelta(seconds=seconds)
        self.elapsed_s += seconds

    def jump(self, seconds: float) -> None:
        """Set the time of day forwards or, where *seconds* is negative, backwards, as an administrator or NTP does."""
        self.at += dt.timedelta(seconds=seconds)


@dataclass(slots=True)
class MemoryCatalogue:
    """`vedette.store.catalogue.Catalogue` in memory, for one process; safe under threads.

    `fence` is called first in every change, as the lease is in the real one.
    """

    fence: Callable[[], None] | None = None
    _parts: dict[str, Part] = field(default_factory=dict, init=False)
    _removed: dict[str, tuple[Part, dt.datetime]] = field(default_factory=dict, init=False)
    _progress: dict[str, Progress] = field(default_factory=dict, init=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False)

    def snapshot(self, tables: Iterable[str] | None = None, *, range: TimeRange | None = None) -> Snapshot:
        """Return the parts of *tables* (all by default) that may hold rows in *range*, and all progress."""
        wanted = None if tables is None else set(tables)
        with self._lock:
            parts = [
                part
                for part in self._parts.values()
                if (wanted is None or part.table in wanted)
                and (range is None or (part.max_time >= range.start and part.min_time < range.end))
            ]
            return Snapshot(sorted(parts, key=lambda part: part.min_time), dict(self._progress))

    def apply(self, commit: Commit, *, at: dt.datetime, also: Callable[[], None] | None = None) -> None:
        """Make *commit*, and call *also*; where that raises, nothing has changed.

        Raises:
            LeaseLostError: If `fence` says so.
        """
        with self._lock:
            if self.fence is not None:
                self.fence()
            if also is not None:
                also()
            for part in commit.removed:
                if self._parts.pop(part.path, None) is not None:
                    self._removed[part.path] = (part, at)
            self._parts.update({part.path: part for part in commit.added})
            self._progress.update(commit.progress or {})

    def removed_parts(self, *, before: dt.datetime) -> list[Part]:
        """Return the parts that were removed before *before* and are not forgotten yet."""
        with self._lock:
            return [part for part, at in self._removed.values() if at < before]

    def forget_parts(self, parts: Sequence[Part]) -> None:
        """Forget removed parts."""
        with self._lock:
            for part in parts:
                self._removed.pop(part.path, None)

    def forget_segments(self, names: Sequence[str]) -> None:
        """Forget segments."""
        with self._lock:
            for name in names:
                self._progress.pop(name, None)


@dataclass(slots=True)
class Recorded:
    """What was recorded meanwhile: as structs, in the order in which it was written, or as a store to query."""

    directory: Path
    recorder: Recorder
    catalogue: MemoryCatalogue
    now: Callable[[], dt.datetime]
    sinks: Sequence[Sink] = ()

    @property
    def journal_dir(self) -> Path:
        """The directory of the journal's segments."""
        return self.directory / "journal"

    @property
    def requests(self) -> list[Request]:
        """The requests."""
        return self.of(Request)

    @property
    def logs(self) -> list[Log]:
        """The log records."""
        return self.of(Log)

    @property
    def spans(self) -> list[Span]:
        """The spans."""
        return self.of(Span)

    @property
    def errors(self) -> list[Error]:
        """The error events."""
        return self.of(Error)

    @property
    def metrics(self) -> list[Metric]:
        """The metrics; among them the losses, named ``vedette.dropped``."""
        return self.of(Metric)

    @property
    def events(self) -> list[Event]:
        """The events."""
        return self.of(Event)

    @property
    def checks(self) -> list[Check]:
        """The checks."""
        return self.of(Check)

    @property
    def profiles(self) -> list[Profile]:
        """The profiles."""
        return self.of(Profile)

    def of(self, signal: type[_SignalT]) -> list[_SignalT]:
        """Return what was recorded of the kind *signal*."""
        found: list[_SignalT] = []
        for segment in segments.scan(self.journal_dir, table=signal.table):
            *complete, _ = segment.path.read_bytes().split(b"\n")
            decoded = (lines.decode(signal.table, line)[0] for line in complete)
            found += [record for record in decoded if isinstance(record, signal)]
        return found

    @property
    def store(self) -> EmbeddedStore:
        """A new store over what was recorded, drained or not."""
        from vedette.store.engines.embedded.store import EmbeddedStore

        return EmbeddedStore(
            catalogue=self.catalogue,
            parts_dir=self.directory / "parts",
            journal_dir=self.journal_dir,
            scratch_dir=self.directory / "scratch",
            quarantine_dir=self.directory / "quarantine",
        )

    def drain(self) -> Drained:
        """Take what was recorded into parts and through the sinks; return what the last round that found any did."""
        from vedette.store.engines.embedded.writer import PartWriter

        drain = Drain(
            journal_dir=self.journal_dir,
            quarantine_dir=self.directory / "quarantine",
            catalogue=self.catalogue,
            writer=PartWriter(self.directory / "parts", self.directory / "scratch"),
            resource=self.recorder.resource,
            now=self.now,
            sinks=self.sinks,
        )
        drained = drain.run_once()
        while drained.has_more:
            drained = drain.run_once()
        return drained


@contextlib.contextmanager
def recorded(
    directory: Path | None = None,
    *,
    resource: Resource | None = None,
    now: Callable[[], dt.datetime] | None = None,
    sinks: Sequence[Sink] = (),
) -> Iterator[Recorded]:
    """Let this process record into *directory* (a temporary one by default) and give what it recorded.

    Args:
        directory: where the journal and the parts go; what is there already counts as recorded.
        resource: the fields that each record is given; by default the service ``test``.
        now: the clock of `Recorded.drain`.
        sinks: what is to digest the records when they are drained.
    """
    with contextlib.ExitStack() as stack:
        if directory is None:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vedette-")))
        drops = Drops()
        journal = Journal(directory / "journal", host="test", drops=drops)
        recorder = Recorder(journal, resource or Resource(service="test"), drops)
        previous = capture.replace(recorder)
        try:
            yield Recorded(directory, recorder, MemoryCatalogue(), now or _utc_now, sinks)
        finally:
            capture.replace(previous)
            journal.close()


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
