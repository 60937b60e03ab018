"""Looking after the store's files: merging them, removing what nobody reads, setting aside what is damaged."""

from __future__ import annotations

import datetime as dt
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from tests.ground import MIB, NOON, Ground, a_log, a_request
from vedette.record.signals import Error
from vedette.store.catalogue import Part
from vedette.store.engines.embedded.writer import PartWriter
from vedette.store.maintenance import GRACE, SUSPECTS
from vedette.testing import MemoryCatalogue


def parts_of(ground: Ground, table: str) -> list[Part]:
    return [part for part in ground.catalogue.snapshot().parts if part.table == table]


def fill(ground: Ground, count: int) -> None:
    """Make *count* parts of one request each."""
    for number in range(count):
        ground.record([a_request(number)])
        ground.drain_all()


def damage(ground: Ground, part: Part) -> None:
    """Break a part in the middle, where its footer does not tell."""
    path = ground.parts_dir / part.path
    data = bytearray(path.read_bytes())
    middle = len(data) // 3
    data[middle : middle + 40] = bytes(byte ^ 0xFF for byte in data[middle : middle + 40])
    path.write_bytes(data)


def test_merged_parts_hold_the_same_rows(ground: Ground) -> None:
    fill(ground, 25)
    before = ground.ask("SELECT * FROM requests ORDER BY request_id")
    assert ground.merge_all() > 0
    assert ground.ask("SELECT * FROM requests ORDER BY request_id") == before
    assert len(parts_of(ground, "requests")) == 1


def test_a_merge_sorts_rows_into_days(ground: Ground) -> None:
    day = 86400
    for number in range(10):
        ground.clock.advance(0)
        ground.record(
            [
                a_request(number),
                a_request(number + 100, time=NOON.replace(day=16), request_id=f"r{number + 100}"),
            ]
        )
        ground.drain_all()
    ground.merge_all()
    assert sorted(part.period.day for part in parts_of(ground, "requests") if part.period) == [15, 16]
    assert len(ground.request_ids()) == 20
    ground.clock.advance(day)


def test_files_of_merged_parts_stay_as_long_as_somebody_may_read_them(ground: Ground) -> None:
    fill(ground, 10)
    old = [ground.parts_dir / part.path for part in parts_of(ground, "requests")]
    ground.merge_all()
    ground.maintenance.clean_up()
    assert all(path.exists() for path in old)
    ground.clock.advance(GRACE.total_seconds() + 1)
    ground.maintenance.clean_up()
    assert not any(path.exists() for path in old)
    assert list(ground.catalogue.removed_parts(before=ground.clock.now())) == []
    assert len(ground.request_ids()) == 10


def test_cleaning_up_twice_or_without_files_does_no_harm(ground: Ground) -> None:
    fill(ground, 10)
    ground.merge_all()
    for part in ground.catalogue.removed_parts(before=ground.clock.now() + GRACE):
        (ground.parts_dir / part.path).unlink()
    ground.clock.advance(GRACE.total_seconds() + 1)
    ground.maintenance.clean_up()
    ground.maintenance.clean_up()
    assert len(ground.request_ids()) == 10


def test_what_killed_writers_left_is_removed_once_it_is_old(ground: Ground) -> None:
    fill(ground, 1)
    left = [
        ground.parts_dir / "requests" / "2026-01-15" / "0-left.parquet",
        ground.parts_dir / "logs" / "2026-01-15" / "0-left.partial",
        ground.scratch_dir / "lines-1-left.jsonl",
        ground.journal_dir / "logs.1768478400000.h.1.ab.jsonl.new",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        os.utime(path, (ground.clock.time(), ground.clock.time()))
    ground.maintenance.clean_up()
    assert all(path.exists() for path in left)
    ground.clock.advance(3601)
    ground.maintenance.clean_up()
    assert not any(path.exists() for path in left)
    folder = left[1].parent
    assert folder.exists(), "a part may be written there just now"
    os.utime(folder, (NOON.timestamp() - 7200, NOON.timestamp() - 7200))
    ground.maintenance.clean_up()
    assert not folder.exists()
    assert ground.request_ids() == ["r0"]


def test_what_is_older_than_the_catalogue_is_kept_and_told_of_once(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    fill(ground, 1)
    (part,) = ground.catalogue.snapshot().parts
    path = ground.parts_dir / part.path
    os.utime(path, (ground.clock.time(), ground.clock.time()))
    left = path.with_name("0-left.parquet")
    left.write_bytes(b"")
    made_at = ground.clock.now() + dt.timedelta(seconds=30)
    os.utime(left, (made_at.timestamp() + 1, made_at.timestamp() + 1))
    # The state database was lost, and another one made.
    maintenance = replace(ground.maintenance, catalogue=MemoryCatalogue(), made_at=lambda: made_at)
    ground.clock.advance(7200)
    maintenance.clean_up()
    maintenance.clean_up()
    assert path.exists()
    assert not left.exists()
    assert [record.getMessage()[:7] for record in caplog.records] == ["1 files"]


def test_a_clock_that_jumps_back_removes_nothing_that_is_served(ground: Ground) -> None:
    fill(ground, 10)
    ground.clock.jump(-7 * 86400)
    ground.merge_all()
    ground.maintenance.clean_up()
    ground.maintenance.apply_retention()
    ground.clock.jump(+14 * 86400)
    ground.maintenance.clean_up()
    assert len(ground.request_ids()) == 10


def test_a_damaged_part_is_set_aside_counted_and_all_else_is_merged(ground: Ground) -> None:
    fill(ground, 12)
    broken = parts_of(ground, "requests")[3]
    damage(ground, broken)
    ground.merge_all()
    assert len(ground.request_ids()) == 11
    assert ground.losses == [("requests", "damaged_part", 1)]
    assert (ground.quarantine_dir / Path(broken.path).name).exists()


def test_what_was_set_aside_may_fill_a_share_of_the_store_alone(ground: Ground) -> None:
    ground.quarantine_dir.mkdir()
    for number in range(4):
        path = ground.quarantine_dir / f"{number}.parquet"
        path.write_bytes(b"x" * 1000)
        os.utime(path, (ground.clock.time() + number, ground.clock.time() + number))
    ground.maintenance.max_bytes = 25_000
    ground.maintenance.clean_up()
    assert sorted(path.name for path in ground.quarantine_dir.iterdir()) == ["2.parquet", "3.parquet"]


def test_a_part_whose_file_is_gone_is_counted_and_all_else_is_merged(ground: Ground) -> None:
    fill(ground, 12)
    (ground.parts_dir / parts_of(ground, "requests")[3].path).unlink()
    ground.merge_all()
    assert len(ground.request_ids()) == 11
    assert ground.losses == [("requests", "damaged_part", 1)]


def test_a_part_that_a_reader_suspects_is_looked_at(ground: Ground) -> None:
    fill(ground, 3)
    sound, broken, _ = parts_of(ground, "requests")
    damage(ground, broken)
    suspects = ground.quarantine_dir / SUSPECTS
    suspects.mkdir(parents=True)
    for part in (sound, broken):
        (suspects / part.path.replace("/", "|")).touch()
    ground.maintenance.clean_up()
    assert sound in parts_of(ground, "requests")
    assert broken not in parts_of(ground, "requests")
    assert ground.losses == [("requests", "damaged_part", 1)]
    assert list(suspects.iterdir()) == []


def test_a_merge_that_fails_does_not_hold_up_the_others(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        ground.record([a_request(number), a_log(number)])
        ground.drain_all()
    merge = PartWriter.merge

    def fail_for_logs(writer: PartWriter, table: str, parts: Any) -> list[Part]:
        if table == "logs":
            raise duckdb.OutOfMemoryException("not for logs")
        return merge(writer, table, parts)

    monkeypatch.setattr(PartWriter, "merge", fail_for_logs)
    with pytest.raises(duckdb.OutOfMemoryException):
        while ground.maintenance.merge_once():
            pass
    assert [part.level for part in parts_of(ground, "requests")] == [1]
    assert len(parts_of(ground, "logs")) == 10
    files = {str(path.relative_to(ground.parts_dir)) for path in ground.parts_dir.glob("*/*/*.partial")}
    assert files == set()


def test_documents_that_are_more_than_the_memory_are_merged_all_the_same(ground: Ground) -> None:
    ground.maintenance.writer = PartWriter(ground.parts_dir, ground.scratch_dir, memory_bytes=32 * MIB)
    text = "".join(random.Random(1).choices("0123456789 abcdef", k=5000)) * 20
    for number in range(10):
        ground.record(
            Error(
                time=NOON,
                event_id=f"{number}-{place}",
                payload={"n": 1000 + 50 * number + place, "text": text},
            )
            for place in range(50)
        )
        ground.drain_all()
    ground.merge_all()
    assert [(part.level, part.rows) for part in parts_of(ground, "errors")] == [(1, 500)]
    assert ground.ask("SELECT count(DISTINCT event_id), min(length(payload)) FROM errors") == [
        (500, len(msgspec.json.encode({"n": 1000, "text": text})))
    ]


def test_a_failure_of_the_catalogue_loses_no_rows(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(ground, 10)
    apply = type(ground.catalogue).apply

    def answer_lost(self: Any, commit: Any, **options: Any) -> None:
        apply(self, commit, **options)
        raise OSError("the connection broke after the commit")

    with monkeypatch.context() as patch:
        patch.setattr(type(ground.catalogue), "apply", answer_lost)
        with pytest.raises(OSError, match="after the commit"):
            ground.maintenance.merge_once()
    assert len(ground.request_ids()) == 10


@pytest.mark.parametrize("value", [9_223_372_036_854_775_807, -9_223_372_036_854_775_808])
def test_numbers_at_the_end_of_their_range_hold_up_no_merge(ground: Ground, value: int) -> None:
    for number in range(10):
        ground.record([a_request(number, response_bytes=value, duration_ms=1e308)])
        ground.drain_all()
    ground.merge_all()
    assert len(ground.request_ids()) == 10
    assert [part.level for part in parts_of(ground, "requests")] == [1]
