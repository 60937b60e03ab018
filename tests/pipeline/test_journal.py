"""The journal: what is written, to which files, by which process and thread."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from tests.pipeline.files import lines_in, names_in
from vedette.pipeline.drops import Drops
from vedette.pipeline.journal import ROTATE_AFTER_S, Journal
from vedette.store import segments
from vedette.testing import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def journal(tmp_path: Path, clock: FakeClock) -> Journal:
    return Journal(
        tmp_path / "journal",
        host="web-1",
        drops=Drops(),
        segment_bytes=1000,
        now=clock.time,
        monotonic=clock.monotonic,
    )


def test_a_line_is_in_the_file_as_soon_as_append_returns(journal: Journal) -> None:
    assert journal.append("logs", b'{"a":1}')
    assert lines_in(journal.directory) == [b'{"a":1}']


def test_a_segment_s_name_says_table_time_host_and_process(journal: Journal, clock: FakeClock) -> None:
    journal.append("logs", b"{}")
    [segment] = segments.scan(journal.directory)
    assert (segment.table, segment.pid, segment.created_ms) == ("logs", os.getpid(), int(clock.time() * 1000))
    assert ".web-1." in segment.name


def test_a_host_s_odd_name_makes_no_odd_file_name() -> None:
    name = segments.name_of("logs", unix_ms=0, host="../ho st:ü", pid=1, token="ab")
    assert "/" not in name
    assert name == "logs.0000000000000.---ho-st--.1.ab.jsonl"


def test_each_table_has_segments_of_its_own(journal: Journal) -> None:
    journal.append("logs", b"{}")
    journal.append("requests", b"{}")
    assert [segment.table for segment in segments.scan(journal.directory)] == ["logs", "requests"]


def test_a_segment_that_is_large_enough_is_followed_by_another(journal: Journal) -> None:
    for _ in range(5):
        journal.append("logs", b"x" * 400)
    sizes = [segment.size for segment in segments.scan(journal.directory)]
    assert sorted(sizes) == [802, 1203]
    assert len(lines_in(journal.directory)) == 5


def test_a_segment_that_is_old_enough_is_followed_by_another(journal: Journal, clock: FakeClock) -> None:
    journal.append("logs", b"one")
    clock.advance(ROTATE_AFTER_S + 1)
    journal.append("logs", b"two")
    assert len(segments.scan(journal.directory)) == 2


def test_a_clock_that_jumps_backwards_disturbs_nothing(journal: Journal, clock: FakeClock) -> None:
    for jump in (0, -86400, 3600, -10):
        clock.jump(jump)
        for _ in range(4):
            assert journal.append("logs", b"x" * 400)
            clock.advance(1)
    assert len(lines_in(journal.directory)) == 16


def test_a_segment_is_open_while_its_writer_has_it_and_closed_after(
    journal: Journal, clock: FakeClock
) -> None:
    journal.append("logs", b"{}")
    [segment] = segments.scan(journal.directory)
    assert not segments.is_closed(segment, now=clock.time())
    journal.close()
    assert segments.is_closed(segment, now=clock.time())


def test_a_journal_that_was_closed_opens_a_new_segment(journal: Journal) -> None:
    journal.append("logs", b"one")
    journal.close()
    assert journal.append("logs", b"two")
    assert lines_in(journal.directory) in ([b"one", b"two"], [b"two", b"one"])


def test_lines_of_many_threads_are_all_there_and_whole(journal: Journal) -> None:
    def write(thread: int) -> None:
        for number in range(200):
            assert journal.append("logs", json.dumps([thread, number, "x" * 50]).encode())

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [tuple(json.loads(line)[:2]) for line in lines_in(journal.directory)]
    assert sorted(found) == [(thread, number) for thread in range(8) for number in range(200)]


def test_a_descriptor_lives_as_long_as_a_thread_may_write_to_it(journal: Journal) -> None:
    journal.append("logs", b"one")
    held = journal._tables["logs"].segment
    assert held is not None
    for _ in range(10):
        journal.append("logs", b"x" * 999)
    os.fstat(held.descriptor)


def test_rotation_keeps_no_descriptors(journal: Journal) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        journal.append("logs", b"x" * 999)
    assert len(os.listdir("/proc/self/fd")) <= before + 2
    journal.close()
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_forked_process_writes_segments_of_its_own(journal: Journal) -> None:
    journal.append("logs", b"parent before")
    child = os.fork()
    if child == 0:
        is_written = journal.append("logs", b"child") and journal.append("logs", b"child again")
        os._exit(0 if is_written else 1)
    assert os.waitpid(child, 0)[1] == 0
    journal.append("logs", b"parent after")
    contents = sorted(path.read_bytes() for path in journal.directory.glob("*.jsonl"))
    assert contents == [b"child\nchild again\n", b"parent before\nparent after\n"]


def test_a_forked_process_does_not_hold_its_parent_s_segment_open(journal: Journal) -> None:
    journal.append("logs", b"parent")
    [segment] = segments.scan(journal.directory)
    is_forked, to_end = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(is_forked[1], b"x")
        os.read(to_end[0], 1)
        os._exit(0)
    os.read(is_forked[0], 1)
    journal.close()
    is_closed = segments.is_closed(segment, now=0)
    os.write(to_end[1], b"x")
    os.waitpid(child, 0)
    for descriptor in (*is_forked, *to_end):
        os.close(descriptor)
    assert is_closed


def test_a_process_that_is_killed_leaves_a_closed_segment(journal: Journal) -> None:
    child = os.fork()
    if child == 0:
        journal.append("logs", b"last words")
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    [segment] = segments.scan(journal.directory)
    assert segments.is_closed(segment, now=0)
    assert lines_in(journal.directory) == [b"last words"]


def test_no_half_named_file_is_left(journal: Journal) -> None:
    journal.append("logs", b"{}")
    assert all(name.endswith(".jsonl") for name in names_in(journal.directory))
