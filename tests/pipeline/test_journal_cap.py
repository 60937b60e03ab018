"""The cap on the journal's size: what goes first, and how exactly it is counted."""

from __future__ import annotations

import os
from pathlib import Path

from tests.ground import Ground, a_log, a_request
from tests.pipeline.files import names_in
from vedette.pipeline.recorder import Recorder
from vedette.record.signals import Error, Signal
from vedette.store import segments


def closed_segment(ground: Ground, signals: list[Signal]) -> str:
    """Write *signals* as a process that has ended did; return the segment's name."""
    before = set(names_in(ground.journal_dir))
    recorder = ground.new_recorder()
    for signal in signals:
        assert recorder.record(signal)
    recorder.journal.close()
    ground.clock.advance(1)
    [name] = set(names_in(ground.journal_dir)) - before
    return name


def logs(first: int, count: int) -> list[Signal]:
    return [a_log(number, message=f"{number} " + "m" * 500) for number in range(first, first + count)]


def shed(ground: Ground, max_bytes: int) -> list[str]:
    return segments.shed(ground.journal_dir, max_bytes=max_bytes, now=ground.clock.time())


def size(ground: Ground) -> int:
    return sum(segment.size for segment in segments.scan(ground.journal_dir))


def test_the_oldest_of_the_least_important_goes_first(ground: Ground) -> None:
    error = closed_segment(ground, [Error(time=ground.clock.now(), event_id="e")])
    request = closed_segment(ground, [a_request()])
    old, new = closed_segment(ground, logs(0, 1)), closed_segment(ground, logs(1, 1))
    assert shed(ground, 0) == [old, new, request, error]


def test_no_more_goes_than_must(ground: Ground) -> None:
    names = [closed_segment(ground, logs(number, 1)) for number in range(5)]
    assert shed(ground, size(ground) - 100) == names[:1]


def test_what_is_in_the_store_already_goes_before_what_is_not(ground: Ground) -> None:
    request = closed_segment(ground, [a_request()])
    ground.drain_all()
    log = closed_segment(ground, logs(0, 1))
    assert shed(ground, 0) == [request, log]
    ground.drain_all()
    assert ground.dropped() == {("logs", "journal_full"): 1}
    assert ground.request_ids() == ["r0"]


def test_a_segment_that_is_being_written_stays(ground: Ground) -> None:
    ground.record(logs(0, 3))
    assert shed(ground, 0) == []
    ground.drain_all()
    assert ground.ask("SELECT count(*) FROM logs") == [(3,)]


def test_each_lost_record_is_counted(ground: Ground) -> None:
    closed_segment(ground, logs(0, 7))
    closed_segment(ground, logs(7, 4))
    shed(ground, 0)
    ground.drain_all()
    assert ground.dropped() == {("logs", "journal_full"): 11}
    assert ground.ask("SELECT count(*) FROM logs") == [(0,)]


def test_what_was_consumed_before_is_not_counted_as_lost(ground: Ground) -> None:
    recorder = ground.new_recorder()
    for log in logs(0, 5):
        recorder.record(log)
    ground.drain_all()
    for log in logs(5, 3):
        recorder.record(log)
    recorder.journal.close()
    shed(ground, 0)
    ground.drain_all()
    assert ground.dropped() == {("logs", "journal_full"): 3}
    assert ground.ask("SELECT count(*) FROM logs") == [(5,)]


def test_a_loss_is_counted_once(ground: Ground) -> None:
    closed_segment(ground, logs(0, 7))
    shed(ground, 0)
    for _ in range(3):
        ground.drain_all()
    assert ground.dropped() == {("logs", "journal_full"): 7}


def test_a_kill_between_marker_and_removal_loses_or_doubles_nothing(ground: Ground) -> None:
    name = closed_segment(ground, logs(0, 7))
    (ground.journal_dir / f"{name}.shed").write_text("7")
    ground.drain_all()
    ground.drain_all()
    assert ground.ask("SELECT count(*) FROM logs") == [(7,)]
    assert ground.dropped() == {}
    assert names_in(ground.journal_dir) == []


def test_a_kill_while_the_marker_was_being_written_changes_nothing(ground: Ground) -> None:
    name = closed_segment(ground, logs(0, 7))
    (ground.journal_dir / f"{name}.shed.{os.getpid()}.tmp").write_text("")
    ground.drain_all()
    assert ground.ask("SELECT count(*) FROM logs") == [(7,)]


def test_a_journal_that_is_full_makes_room_by_itself(ground: Ground) -> None:
    for number in range(10):
        closed_segment(ground, logs(number * 10, 10))
    limit = size(ground) // 2
    recorder = ground.new_recorder(max_bytes=limit)
    assert recorder.record(a_request())
    assert size(ground) <= limit + 1000
    ground.drain_all()
    kept, lost = ground.ask("SELECT count(*) FROM logs")[0][0], ground.dropped()["logs", "journal_full"]
    assert kept + lost == 100
    assert ground.request_ids() == ["r0"]


def test_where_no_room_can_be_made_records_are_counted_instead(ground: Ground) -> None:
    ground.record(logs(0, 100))
    recorder: Recorder = ground.new_recorder(max_bytes=10_000)
    assert not recorder.record(a_log())
    assert recorder.drops.pending() == {("logs", "journal_full"): 1}
    ground.recorder.journal.close()
    ground.clock.advance(2)
    assert recorder.record(a_log())


def test_markers_of_segments_that_are_unknown_are_harmless(ground: Ground) -> None:
    ground.journal_dir.mkdir(parents=True)
    for name in ("x.jsonl.shed", "logs.1234567890123.h.1.ab.jsonl.shed"):
        Path(ground.journal_dir / name).write_text("many")
    ground.record([a_request()])
    ground.drain_all()
    assert ground.request_ids() == ["r0"]
