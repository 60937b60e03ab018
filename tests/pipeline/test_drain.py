"""The drain: every line of every segment exactly once, whatever is in them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.ground import NOON, Ground, a_log, a_request
from tests.pipeline.files import names_in
from vedette.pipeline import drain
from vedette.pipeline.drain import QUARANTINE_BYTES
from vedette.pipeline.limits import LINE_BYTES
from vedette.pipeline.lines import Batch
from vedette.record.signals import Error
from vedette.store.maintenance import GRACE

GOOD = b'{"time":"2026-01-15T12:00:00Z","message":"good"}\n'


def write_segment(ground: Ground, data: bytes, *, table: str = "logs", number: int = 1) -> Path:
    """Write a segment that no process holds."""
    ground.journal_dir.mkdir(exist_ok=True)
    path = ground.journal_dir / f"{table}.17684784{number:05d}.h.1.{number:02x}.jsonl"
    with path.open("ab") as file:
        file.write(data)
    return path


def messages(ground: Ground) -> list[str]:
    return [row[0] for row in ground.ask("SELECT message FROM logs ORDER BY message")]


class Counting:
    """A sink that remembers what it was given."""

    tables = frozenset({"logs", "requests"})

    def __init__(self) -> None:
        self.seen: list[str] = []

    def prepare(self, batches: Mapping[str, Batch]) -> None:
        """Prepare nothing."""

    def digest(self, batches: Mapping[str, Batch]) -> None:
        """Remember ids and messages."""
        for table, batch in batches.items():
            self.seen += [
                f"{table} {getattr(signal, 'message', '')}{signal.request_id}" for signal in batch.signals
            ]


class Filling(Counting):
    """A sink that fills in a field, as one that finds the issue of an error does."""

    tables = frozenset({"errors"})

    def prepare(self, batches: Mapping[str, Batch]) -> None:
        """Fill in the fingerprint."""
        for error in batches["errors"].signals:
            assert isinstance(error, Error)
            error.fingerprint = f"of {error.event_id}"
        batches["errors"].rewrite()


def test_nothing_to_do_is_done_without_a_part(ground: Ground) -> None:
    assert not ground.drain.run_once()
    assert not ground.parts_dir.exists()


def test_records_move_from_the_journal_to_parts(ground: Ground) -> None:
    ground.record([a_log(1), a_request(1), a_log(2)])
    assert ground.drain.run_once().rows == {"logs": 2, "requests": 1}
    assert {part.table: part.rows for part in ground.catalogue.snapshot().parts} == {"logs": 2, "requests": 1}
    assert messages(ground) == ["message 1", "message 2"]


def test_a_segment_that_is_still_written_is_consumed_as_it_grows(ground: Ground) -> None:
    for number in range(5):
        ground.record([a_log(number)])
        assert ground.drain.run_once().rows == {"logs": 1}
    assert messages(ground) == [f"message {number}" for number in range(5)]
    [progress] = ground.catalogue.snapshot().progress.values()
    assert (progress.lines, progress.finished_at) == (5, None)


def test_a_segment_whose_writer_ended_is_finished_and_later_removed(ground: Ground) -> None:
    ground.record([a_log()])
    ground.recorder.journal.close()
    ground.drain.run_once()
    [progress] = ground.catalogue.snapshot().progress.values()
    assert progress.finished_at == NOON
    assert not ground.drain.run_once()
    ground.clock.advance(GRACE.total_seconds() + 1)
    ground.maintenance.clean_up()
    assert names_in(ground.journal_dir) == []
    assert ground.catalogue.snapshot().progress == {}
    assert messages(ground) == ["message 0"]


def test_a_torn_tail_of_a_dead_process_is_counted_once(ground: Ground) -> None:
    write_segment(ground, GOOD + GOOD[:20])
    for _ in range(3):
        ground.drain_all()
    assert messages(ground) == ["good"]
    assert ground.dropped() == {("logs", "torn"): 1}


def test_a_torn_tail_of_a_living_process_is_waited_for(ground: Ground) -> None:
    path = write_segment(ground, GOOD + GOOD[:20])
    with path.open("ab") as writer:
        descriptor = writer.fileno()
        ground_hold(descriptor)
        ground.drain_all()
        assert messages(ground) == ["good"]
        writer.write(GOOD[20:])
        writer.flush()
        ground.drain_all()
    assert messages(ground) == ["good", "good"]
    assert ground.dropped() == {}


def ground_hold(descriptor: int) -> None:
    from vedette.store import segments

    segments.hold(descriptor)


def test_blank_lines_and_zeros_at_the_end_are_no_loss(ground: Ground) -> None:
    write_segment(ground, b"\n\n" + GOOD + b"  \n" + b"\0" * 100)
    ground.drain_all()
    assert messages(ground) == ["good"]
    assert ground.dropped() == {}


def test_malformed_lines_are_set_aside_counted_and_the_rest_is_served(ground: Ground) -> None:
    write_segment(ground, GOOD + b"not json\n" + b'{"message":"no time"}\n' + GOOD)
    ground.drain_all()
    assert messages(ground) == ["good", "good"]
    assert ground.dropped() == {("logs", "malformed"): 2}
    assert (ground.quarantine_dir / "logs.malformed").read_bytes() == b'not json\n{"message":"no time"}\n'


def test_the_quarantine_does_not_grow_without_end(ground: Ground) -> None:
    ground.quarantine_dir.mkdir()
    aside = ground.quarantine_dir / "logs.malformed"
    with aside.open("wb") as file:
        os.truncate(file.fileno(), QUARANTINE_BYTES)
    write_segment(ground, b"broken\n")
    ground.drain_all()
    assert aside.stat().st_size == QUARANTINE_BYTES
    assert ground.dropped() == {("logs", "malformed"): 1}


def test_files_that_are_no_segments_are_left_alone(ground: Ground) -> None:
    write_segment(ground, GOOD)
    for name in ("README", "logs.jsonl", "logs.1.h.1.ab.jsonl", "logs.1768478400000.h.1.ab.jsonl.new"):
        (ground.journal_dir / name).write_bytes(GOOD)
    write_segment(ground, GOOD, table="unheardof", number=2)
    ground.drain_all()
    assert messages(ground) == ["good"]
    assert len(names_in(ground.journal_dir)) == 6


def test_a_round_takes_no_more_than_a_batch_and_says_that_there_is_more(ground: Ground) -> None:
    ground.drain.batch_bytes = 10 * len(GOOD)
    for number in range(3):
        write_segment(ground, GOOD * 15, number=number)
    rounds = ground.drain_all()
    assert [round_.rows.get("logs", 0) for round_ in rounds] == [10, 10, 10, 10, 5]
    assert [round_.has_more for round_ in rounds] == [True] * 4 + [False]
    assert ground.dropped() == {}


def test_a_line_longer_than_a_batch_is_skipped_and_counted(ground: Ground) -> None:
    ground.drain.batch_bytes = 1000
    write_segment(ground, GOOD + b"x" * 5000 + b"\n" + GOOD)
    ground.drain_all()
    assert messages(ground) == ["good", "good"]
    assert ground.dropped() == {("logs", "malformed"): 1}


def test_a_segment_of_one_endless_line_is_counted_once(ground: Ground) -> None:
    ground.drain.batch_bytes = 1000
    write_segment(ground, b"x" * 5000)
    ground.drain_all()
    assert ground.dropped() == {("logs", "torn"): 1}


@pytest.mark.parametrize(
    ("line", "stored"),
    [
        (b'{"time":"2026-01-15t12:00:00z","message":"lower case"}', "lower case"),
        (b'{"time":"2026-01-15T12:00:00Z","message":"broken","other":"\xff"}', "broken"),
        (b'{"time":"2026-01-15T12:00:00Z","message":"large","other":1e999}', "large"),
        (b'{"message":"twice","time":"2026-01-15T12:00:00Z","time":"2026-01-15T12:00:00Z"}', "twice"),
        (b'{"time":"no","message":"second time","time":"2026-01-15T12:00:00Z"}', "second time"),
        (b'{"time":"2026-01-15T12:00:00Z","message":"twins","attributes":{"a":"1","a":"2"}}', "twins"),
        (b'{"time":"2026-01-15T12:00:00Z","message":"zero \\u0000"}', "zero \0"),
        (b'{"time":"0001-01-01T00:00:00Z","message":"year one"}', "year one"),
        (b'{"time":"9999-12-31T23:59:59Z","message":"last year"}', "last year"),
        (b'{"time":"2026-01-15T12:00:00Z","message":"number","line":9223372036854775807}', "number"),
    ],
)
def test_a_line_that_only_one_parser_takes_is_stored_all_the_same(
    ground: Ground, line: bytes, stored: str
) -> None:
    write_segment(ground, GOOD + line + b"\n" + GOOD)
    ground.drain_all()
    assert messages(ground) == sorted(["good", "good", stored])
    assert ground.dropped() == {}


def test_odd_lines_of_several_tables_hold_up_nothing(ground: Ground) -> None:
    odd = b'{"time":"2026-01-15t12:00:00z","%s":"odd"}\n'
    write_segment(ground, odd % b"message" + GOOD)
    write_segment(ground, odd % b"path", table="requests")
    write_segment(ground, odd % b"name", table="spans")
    ground.drain_all()
    assert messages(ground) == ["good", "odd"]
    assert ground.ask("SELECT path FROM requests") == ground.ask("SELECT name FROM spans") == [("odd",)]
    assert ground.dropped() == {}


@pytest.mark.parametrize(
    "payload", [b'{"a":"\xff"}', b'{"a":1e999}', b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}"]
)
def test_an_error_with_an_odd_payload_is_stored_or_counted_and_holds_up_nothing(
    ground: Ground, payload: bytes
) -> None:
    odd = b'{"time":"2026-01-15T12:00:00Z","event_id":"odd","payload":' + payload + b"}\n"
    write_segment(ground, odd, table="errors")
    ground.record([Error(time=NOON, event_id="good", payload={"a": 1})])
    ground.drain_all()
    stored = [row[0] for row in ground.ask("SELECT event_id FROM errors")]
    assert "good" in stored
    assert len(stored) + sum(ground.dropped().values()) == 2


class Slow(Counting):
    """A sink that takes a time for each record, by a clock of its own."""

    def __init__(self, each_s: float) -> None:
        super().__init__()
        self.each_s, self.at, self.held = each_s, 0.0, list[float]()

    def digest(self, batches: Mapping[str, Batch]) -> None:
        """Let the time pass."""
        took = self.each_s * len(batches["logs"].lines)
        self.at += took
        self.held.append(took)


def test_batches_that_hold_the_lock_for_long_become_smaller_and_grow_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = Slow(each_s=0.01)
    ground.drain.sinks, ground.drain.monotonic = [sink], lambda: sink.at
    ground.drain.batch_bytes = 200 * len(GOOD)
    monkeypatch.setattr(drain, "LEAST_BATCH_BYTES", 5 * len(GOOD))
    write_segment(ground, GOOD * 1000)
    ground.drain_all()
    assert sink.held[0] == pytest.approx(2.0)
    assert max(sink.held[3:]) <= drain.LONGEST_HOLD_S
    sink.each_s = 0.0
    write_segment(ground, GOOD * 1000, number=2)
    rounds = [round_.rows["logs"] for round_ in ground.drain_all() if round_]
    assert (max(rounds), sum(rounds)) == (200, 1000)
    assert messages(ground) == ["good"] * 2000


def test_no_batch_is_made_smaller_than_a_line_may_be(ground: Ground) -> None:
    sink = Slow(each_s=10.0)
    ground.drain.sinks, ground.drain.monotonic = [sink], lambda: sink.at
    long = b'{"time":"2026-01-15T12:00:00Z","message":"%s"}\n' % (b"x" * 2 * LINE_BYTES)
    write_segment(ground, GOOD * 3 + (GOOD * 3 + long) * 5)
    ground.drain_all()
    assert len(messages(ground)) == 23
    assert ground.dropped() == {}


def test_sinks_get_each_record_once(ground: Ground) -> None:
    sink = Counting()
    ground.drain.sinks = [sink]
    ground.drain.batch_bytes = 400
    ground.record([a_log(number) for number in range(10)])
    ground.record([a_request(number) for number in range(10)])
    for _ in range(2):
        ground.drain_all()
    expected = [f"logs message {number}" for number in range(10)]
    expected += [f"requests r{number}" for number in range(10)]
    assert sorted(sink.seen) == sorted(expected)


def test_what_a_sink_fills_in_is_stored(ground: Ground) -> None:
    ground.drain.sinks = [Filling()]
    ground.record([Error(time=NOON, event_id=name, payload={"a": 1}) for name in ("one", "two")])
    ground.drain_all()
    assert ground.ask("SELECT event_id, fingerprint, payload FROM errors ORDER BY 1") == [
        ("one", "of one", '{"a":1}'),
        ("two", "of two", '{"a":1}'),
    ]


def test_sinks_learn_when_each_release_was_seen_first_and_last_in_every_table(ground: Ground) -> None:
    seen: dict[str, object] = {}

    class Listening(Counting):
        tables = frozenset()

        def digest(self, batches: Mapping[str, Batch]) -> None:
            """Remember the releases."""
            seen.update({table: batch.releases for table, batch in batches.items()})

    ground.drain.sinks = [Listening()]
    times = [NOON + dt.timedelta(seconds=second) for second in (5, 0, 9)]
    ground.record([a_request(time=time, service="shop", release="2") for time in times])
    ground.record([a_log(service="shop", release="")])
    ground.drain_all()
    assert seen["requests"] == {("shop", "", "2"): (times[1], times[2])}
    assert seen["logs"] == {}


def test_sinks_are_not_given_records_of_tables_that_they_do_not_want(ground: Ground) -> None:
    sink = Counting()
    ground.drain.sinks = [sink]
    ground.record([Error(time=NOON)])
    ground.drain_all()
    assert sink.seen == []


def test_a_segment_that_vanishes_while_it_is_looked_at_is_no_failure(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vedette.store import segments

    path = write_segment(ground, GOOD)
    found = segments.scan(ground.journal_dir)
    path.unlink()
    monkeypatch.setattr(segments, "scan", lambda *_, **__: found)
    assert not ground.drain.run_once()
