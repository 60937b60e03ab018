"""Readers ask without pause while records are written, drained, merged and removed: nothing missing, nothing double."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.ground import Ground, a_request
from vedette.store.query import Query

RECORDS = 750


@dataclass
class Reader:
    """Asks for all ids and holds them against what was written before it asked."""

    ground: Ground
    written: list[str]
    stopping: threading.Event
    queries: int = 0
    faults: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Ask until told to stop."""
        queries = (
            Query("SELECT request_id FROM requests", ("requests",)),
            Query("SELECT coalesce(sum(requests), 0) FROM requests_hourly", ("requests_hourly",)),
        )
        while not self.stopping.is_set():
            known = len(self.written)
            try:
                rows, rolled_up = self.ground.store.run(*queries)
            except Exception as error:  # noqa: BLE001 - whatever a reader meets is a fault
                self.faults.append(repr(error))
                return
            ids = Counter(row[0] for row in rows.rows)
            self.queries += 1
            if missing := [name for name in self.written[:known] if name not in ids]:
                self.faults.append(f"{len(missing)} are missing")
            if doubled := [name for name, number in ids.items() if number > 1]:
                self.faults.append(f"{len(doubled)} are double")
            if rolled_up.rows[0][0] != len(rows.rows):
                self.faults.append(f"{rolled_up.rows[0][0]} are rolled up of {len(rows.rows)}")


@pytest.mark.parametrize("is_late", [False, True])
def test_readers_see_each_record_once_while_parts_come_and_go(ground: Ground, is_late: bool) -> None:
    written: list[str] = []
    stopping = threading.Event()
    readers = [Reader(ground, written, stopping) for _ in range(3)]
    threads = [threading.Thread(target=reader.read) for reader in readers]
    for thread in threads:
        thread.start()
    try:
        for number in range(RECORDS):
            ground.record([a_request(number)])
            written.append(f"r{number}")
            if number % 25 == 24:
                ground.drain_all()
                if number % 250 == 249:
                    ground.recorder.journal.close()
                if is_late and number % 100 == 99:
                    ground.merge_all()
                    # Files go as soon as nobody who began long ago can need them.
                    ground.clock.advance(301)
                    ground.maintenance.clean_up()
        ground.merge_all()
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    assert [fault for reader in readers for fault in reader.faults] == []
    assert sum(reader.queries for reader in readers) > 5
    assert len(ground.request_ids()) == RECORDS


def test_a_session_whose_files_are_merged_away_under_it_is_run_again(ground: Ground) -> None:
    for number in range(10):
        ground.record([a_request(number)])
        ground.drain_all()
    stale = ground.catalogue.snapshot()
    ground.merge_all()
    ground.clock.advance(301)
    ground.maintenance.clean_up()
    fresh = type(ground.catalogue).snapshot
    answers = iter([stale])

    class Slow(type(ground.catalogue)):  # type: ignore[misc]
        """A catalogue whose first answer is out of date."""

        def snapshot(self, *args: object, **options: object) -> object:
            """Return the stale state once."""
            return next(answers, None) or fresh(ground.catalogue, *args, **options)  # type: ignore[arg-type]

    store = ground.new_store()
    store.catalogue = Slow()
    assert len(store.sql("SELECT request_id FROM requests").rows) == 10
