"""Real processes: one leads, it is killed, the other takes over; several begin at once on a fresh directory."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

import pytest

from tests.background.workers import eventually
from tests.flows.kill.processes import Background


def leader(directory: Path) -> int:
    """Return the leader's process id, 0 where there is none."""
    try:
        with sqlite3.connect(f"file:{directory / 'state.sqlite3'}?mode=ro", uri=True) as connection:
            row = connection.execute("SELECT holder FROM vedette_lease").fetchone()
    except sqlite3.OperationalError:
        return 0
    finally:
        if "connection" in locals():
            connection.close()
    return int(row[0].split(":")[1]) if row and row[0] else 0


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_who_stands_by_takes_over_from_a_leader_that_was_killed(tmp_path: Path) -> None:
    backgrounds = [Background(tmp_path, "run") for _ in range(2)]
    for background in backgrounds:
        background.ensure()
    try:
        assert eventually(lambda: leader(tmp_path) != 0)
        first = leader(tmp_path)
        for background in backgrounds:
            if background.process is not None and background.process.pid == first:
                background.process.send_signal(signal.SIGKILL)
                background.process.wait()
        assert eventually(lambda: leader(tmp_path) not in {0, first})
    finally:
        for background in backgrounds:
            background.stop()
    assert leader(tmp_path) == 0, "stopped in good order, it gave the lease back"


def test_several_that_begin_at_once_on_a_fresh_directory_all_succeed(tmp_path: Path) -> None:
    background = Background(tmp_path, "tick")
    processes = [background.start("tick") for _ in range(3)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
