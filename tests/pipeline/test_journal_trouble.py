"""The journal on a disk that is full, read-only, taken away: nothing raises, every loss is counted, and it recovers."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ground import Ground, a_log
from tests.pipeline.files import lines_in
from vedette.pipeline.drops import Drops
from vedette.pipeline.journal import Journal
from vedette.testing import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def journal(tmp_path: Path, clock: FakeClock) -> Journal:
    return Journal(tmp_path / "journal", host="h", drops=Drops(), now=clock.time, monotonic=clock.monotonic)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 64 KB."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mounted)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    yield mounted
    subprocess.run(["umount", "-l", str(mounted)], check=True)


def test_a_full_disk_is_counted_and_recovered_from(small_disk: Path, clock: FakeClock) -> None:
    drops = Drops()
    journal = Journal(
        small_disk / "journal", host="h", drops=drops, now=clock.time, monotonic=clock.monotonic
    )
    results = [journal.append("logs", b"x" * 1000) for _ in range(100)]
    assert results[0]
    assert not results[-1]
    torn = sum(1 for path in journal.directory.glob("*") if path.read_bytes()[-1:] not in {b"\n", b""})
    assert drops.pending() == {("logs", "disk_full"): results.count(False) - torn}
    for path in journal.directory.glob("*"):
        path.unlink()
    clock.advance(2)
    assert journal.append("logs", b"again")
    journal.close()


def test_a_disk_that_stays_full_is_not_filled_with_empty_segments(small_disk: Path, clock: FakeClock) -> None:
    journal = Journal(
        small_disk / "journal", host="h", drops=Drops(), now=clock.time, monotonic=clock.monotonic
    )
    while journal.append("logs", b"x" * 1000):
        pass
    for _ in range(5):
        clock.advance(2)
        assert not journal.append("logs", b"x" * 1000)
    empty = [path for path in journal.directory.iterdir() if not path.stat().st_size]
    assert len(empty) == 1
    for path in journal.directory.iterdir():
        if path not in empty:
            path.unlink()
    assert journal.append("logs", b"again")
    assert empty[0].read_bytes() == b"again\n"
    journal.close()


@contextmanager
def small_files() -> Iterator[None]:
    """Let this process write no file beyond 2,500 bytes.

    Not a fixture: it would hold while pytest reports the test, and end pytest where its output is a file.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2500, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_write_that_was_cut_short_tears_one_line_only(journal: Journal) -> None:
    with small_files():
        results = [journal.append("logs", b"%d" % number * 1000) for number in range(4)]
    assert results == [True, True, False, False]
    assert lines_in(journal.directory) == [b"0" * 1000, b"1" * 1000]


def test_what_is_written_after_a_torn_line_is_whole(journal: Journal) -> None:
    with small_files():
        for number in range(3):
            journal.append("logs", b"%d" % number * 1000)
    assert journal.append("logs", b"whole")
    assert lines_in(journal.directory) == [b"0" * 1000, b"1" * 1000, b"2" * 498, b"whole"]


def test_a_torn_line_is_counted_once_and_the_rest_is_stored(ground: Ground) -> None:
    with small_files():
        written = [ground.recorder.record(a_log(number, message="m" * 600)) for number in range(4)]
    assert written == [True, True, True, False]
    ground.record([a_log(5)])
    ground.drain_all()
    assert ground.ask("SELECT count(*) FROM logs") == [(4,)]
    assert ground.dropped() == {("logs", "malformed"): 1}


def test_a_file_in_the_directory_s_place_is_counted(journal: Journal, clock: FakeClock) -> None:
    journal.directory.write_text("not a directory")
    assert not journal.append("logs", b"{}")
    assert not journal.append("logs", b"{}")
    assert journal.drops.pending() == {("logs", "write_failed"): 2}
    journal.directory.unlink()
    clock.advance(2)
    assert journal.append("logs", b"{}")


def test_a_read_only_directory_is_counted_and_recovered_from(tmp_path: Path, clock: FakeClock) -> None:
    mounted = tmp_path / "disk"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", str(mounted)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a read-only file system")
    try:
        drops = Drops()
        journal = Journal(
            mounted / "journal", host="h", drops=drops, now=clock.time, monotonic=clock.monotonic
        )
        assert not journal.append("logs", b"{}")
        assert drops.pending() == {("logs", "unwritable"): 1}
        subprocess.run(["mount", "-o", "remount,rw", str(mounted)], check=True)
        clock.advance(2)
        assert journal.append("logs", b"{}")
        journal.close()
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


def test_whoever_logs_while_a_segment_is_opened_does_not_wait_for_itself(
    tmp_path: Path, clock: FakeClock
) -> None:
    # As a signal's handler may, or what the garbage collector calls: both come between any two steps.
    def now() -> float:
        if not seen:
            seen.append(True)
            journal.append("logs", b"inner")
        return clock.time()

    seen: list[bool] = []
    journal = Journal(tmp_path / "journal", host="h", drops=Drops(), now=now, monotonic=clock.monotonic)
    thread = threading.Thread(target=journal.append, args=("logs", b"outer"), daemon=True)
    thread.start()
    thread.join(20)

    assert not thread.is_alive()
    assert sorted(lines_in(journal.directory)) == [b"inner", b"outer"]
    journal.close()


def test_trouble_is_not_looked_into_at_every_record(journal: Journal, clock: FakeClock) -> None:
    journal.directory.write_text("not a directory")
    journal.append("logs", b"{}")
    journal.directory.unlink()
    assert not journal.append("logs", b"{}")
    clock.advance(2)
    assert journal.append("logs", b"{}")


def test_a_deleted_directory_is_made_again_and_the_loss_counted(journal: Journal, clock: FakeClock) -> None:
    assert journal.append("logs", b"one")
    shutil.rmtree(journal.directory)
    assert journal.append("logs", b"two")
    clock.advance(2)
    assert journal.append("logs", b"three")
    assert lines_in(journal.directory) == [b"three"]
    assert journal.drops.pending() == {("logs", "segment_removed"): 2}


def test_a_deleted_segment_costs_only_what_was_written_since_it_was_looked_at(
    journal: Journal, clock: FakeClock
) -> None:
    journal.append("logs", b"one")
    clock.advance(2)
    journal.append("logs", b"two")
    for path in journal.directory.glob("*"):
        path.unlink()
    journal.append("logs", b"three")
    clock.advance(2)
    journal.append("logs", b"four")
    assert lines_in(journal.directory) == [b"four"]
    assert journal.drops.pending() == {("logs", "segment_removed"): 2}


def test_the_directory_is_closed_to_strangers(journal: Journal) -> None:
    journal.directory = journal.directory / "vedette" / "journal"
    journal.append("logs", b"{}")
    assert journal.directory.parent.stat().st_mode & 0o007 == 0
    assert journal.directory.stat().st_mode & 0o007 == 0
    assert all(path.stat().st_mode & 0o007 == 0 for path in journal.directory.iterdir())
