"""From made-up signals into the store."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from vedette.background.lease import Lease
from vedette.background.worker import Worker
from vedette.cli.demo.backfill import Backfill, UnableToBackfill
from vedette.pipeline.drain import Drain
from vedette.pipeline.drops import Drops
from vedette.pipeline.journal import Journal
from vedette.pipeline.recorder import Recorder, Resource
from vedette.record.signals import Request
from vedette.store import segments
from vedette.store.engines.embedded.writer import PartWriter
from vedette.store.maintenance import Maintenance
from vedette.testing import FakeClock, MemoryCatalogue


class _Lease:
    """A lease that is to be had, or not."""

    def __init__(self, is_free: bool) -> None:
        self.is_free = is_free

    def acquire(self) -> bool:
        """Tell whether it is ours."""
        return self.is_free


def _request(number: int) -> Request:
    return Request(time=dt.datetime(2026, 1, 1, 0, 0, number % 60, tzinfo=dt.UTC), path=f"/{number}")


def _ignore(written: Counter[str]) -> None:
    """Do without progress."""


@pytest.fixture
def catalogue() -> MemoryCatalogue:
    """Give an empty catalogue."""
    return MemoryCatalogue()


@pytest.fixture
def make(tmp_path: Path, catalogue: MemoryCatalogue) -> Callable[..., Backfill]:
    """Give a function that makes a backfill."""

    def make_backfill(*, is_leader: bool = True, behind_s: Callable[[], float] = lambda: 0.0) -> Backfill:
        drops = Drops()
        journal = Journal(tmp_path / "journal", "host", drops)
        clock = FakeClock()
        writer = PartWriter(tmp_path / "parts", tmp_path / "scratch")
        drain = Drain(
            journal_dir=tmp_path / "journal",
            quarantine_dir=tmp_path / "quarantine",
            catalogue=catalogue,
            writer=writer,
            resource=Resource(),
            now=clock.now,
        )
        worker = Worker(
            lease=cast(Lease, _Lease(is_leader)),
            drain=drain,
            maintenance=cast(Maintenance, None),
            prepare=lambda: None,
        )
        return Backfill(
            recorder=Recorder(journal=journal, resource=Resource("todo"), drops=drops),
            worker=worker,
            behind_s=behind_s,
            on_progress=_ignore,
            slice_records=10,
            sleep=clock.advance,
            monotonic=clock.monotonic,
        )

    return make_backfill


def _stored(catalogue: MemoryCatalogue) -> int:
    return sum(part.rows for part in catalogue.snapshot(["requests"]).parts)


def test_every_record_is_stored_and_no_segment_is_left(
    make: Callable[..., Backfill], catalogue: MemoryCatalogue, tmp_path: Path
) -> None:
    written = make().run(
        [_request(number) for number in range(start, start + 4)] for start in range(0, 100, 4)
    )
    assert written == {"requests": 100}
    assert _stored(catalogue) == 100
    assert segments.scan(tmp_path / "journal") == []


def test_where_another_process_leads_its_drain_is_waited_for(
    make: Callable[..., Backfill], tmp_path: Path
) -> None:
    waiting = iter([3.0, 2.0, 0.0])
    written = make(is_leader=False, behind_s=lambda: next(waiting)).run([[_request(1)]])
    assert written == {"requests": 1}
    assert [segment.table for segment in segments.scan(tmp_path / "journal")] == ["requests"]


def test_where_nobody_drains_the_backfill_gives_up(make: Callable[..., Backfill]) -> None:
    with pytest.raises(UnableToBackfill, match="does not drain"):
        make(is_leader=False, behind_s=lambda: 1.0).run([[_request(1)]])


def test_a_journal_that_cannot_be_written_is_named(make: Callable[..., Backfill], tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file in its place")
    with pytest.raises(UnableToBackfill, match="requests"):
        make().run([[_request(1)]])
