"""The drain interrupted between any two steps: afterwards each record is there once, and was digested once."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ground import Ground, a_log, a_request
from vedette.store.catalogue import Commit, LeaseLostError
from vedette.store.engines.embedded.writer import PartWriter
from vedette.testing import MemoryCatalogue


class Crash(BaseException):
    """The process ends here: nobody may catch this and tidy up."""


@dataclass
class Steps:
    """Counts the steps that something takes, and crashes at one of them."""

    crash_at: int = -1
    taken: int = 0
    error: Callable[[], BaseException] = Crash

    def step(self) -> None:
        """Take a step."""
        self.taken += 1
        if self.taken == self.crash_at:
            raise self.error()


@dataclass(slots=True)
class CrashingCatalogue(MemoryCatalogue):
    """A catalogue that may crash before its commit, in it and after it."""

    steps: Steps = field(default_factory=Steps)

    def apply(self, commit: Commit, *, at: dt.datetime, also: Callable[[], None] | None = None) -> None:
        """Make the commit, perhaps."""
        self.steps.step()

        def inside() -> None:
            if also is not None:
                also()
            self.steps.step()

        MemoryCatalogue.apply(self, commit, at=at, also=inside)
        self.steps.step()


class CrashingWriter(PartWriter):
    """A writer that may crash before and after each part."""

    steps: Steps

    def write_lines(self, *args: Any, **options: Any) -> Any:
        """Write a part, perhaps."""
        self.steps.step()
        part = super().write_lines(*args, **options)
        if self.steps.error is Crash:
            self.steps.step()
        return part


def crashing_ground(directory: Path, steps: Steps) -> Ground:
    catalogue = CrashingCatalogue(steps=steps)
    ground = Ground(directory, catalogue=catalogue)
    writer = CrashingWriter(ground.parts_dir, ground.scratch_dir)
    writer.steps = steps
    ground.drain.writer = writer
    return ground


def write_all(ground: Ground) -> None:
    ground.record([a_request(number) for number in range(4)])
    ground.record([a_log(number) for number in range(3)])
    dead = ground.new_recorder()
    dead.record(a_request(4))
    dead.journal.append("requests", b"malformed")
    dead.journal.close()


def drained_twice(ground: Ground, steps: Steps, crash_at: int) -> int:
    """Drain into the crash, then again as the next process does; return how many steps there were."""
    steps.crash_at, steps.taken = crash_at, 0
    with contextlib.suppress(Crash, LeaseLostError, OSError):
        ground.drain_all()
    steps.crash_at = -1
    taken = steps.taken
    ground.drain_all()
    return taken


def assert_everything_once(ground: Ground) -> None:
    assert ground.request_ids() == [f"r{number}" for number in range(5)]
    assert ground.ask("SELECT message FROM logs ORDER BY 1") == [
        (f"message {number}",) for number in range(3)
    ]
    assert ground.ask("SELECT sum(requests) FROM requests_hourly") == [(5,)]
    assert ground.dropped() == {("requests", "malformed"): 1}


@pytest.mark.parametrize("error", [Crash, LeaseLostError, OSError])
def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(
    tmp_path: Path, error: Callable[[], BaseException]
) -> None:
    crash_at, last = 0, 0
    while crash_at <= last:
        steps = Steps(error=error)
        ground = crashing_ground(tmp_path / str(crash_at), steps)
        write_all(ground)
        taken = drained_twice(ground, steps, crash_at)
        last = taken if crash_at == 0 else last
        assert_everything_once(ground)
        ground.recorder.journal.close()
        crash_at += 1
    assert last >= 6, "all steps were crashed at"


@pytest.mark.parametrize("error", [LeaseLostError, OSError])
def test_a_failure_leaves_no_parts_that_nobody_knows(
    tmp_path: Path, error: Callable[[], BaseException]
) -> None:
    for crash_at in range(1, 7):
        steps = Steps(error=error)
        ground = crashing_ground(tmp_path / str(crash_at), steps)
        write_all(ground)
        drained_twice(ground, steps, crash_at)
        files = {str(path.relative_to(ground.parts_dir)) for path in ground.parts_dir.glob("*/*/*")}
        assert files == {part.path for part in ground.catalogue.snapshot().parts}
        ground.recorder.journal.close()


def test_what_a_killed_drain_left_behind_is_removed_in_time(tmp_path: Path) -> None:
    steps = Steps()
    ground = crashing_ground(tmp_path, steps)
    ground.clock.at = dt.datetime.now(dt.UTC)
    write_all(ground)
    drained_twice(ground, steps, 4)
    known = {part.path for part in ground.catalogue.snapshot().parts}
    assert len(list(ground.parts_dir.glob("*/*/*"))) > len(known)
    ground.maintenance.clean_up()
    assert len(list(ground.parts_dir.glob("*/*/*"))) > len(known), "it might be at work still"
    ground.clock.advance(7200)
    ground.maintenance.clean_up()
    assert {str(path.relative_to(ground.parts_dir)) for path in ground.parts_dir.glob("*/*/*")} == known
    assert_everything_once(ground)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_many_processes_crashes_and_rounds_keep_every_record_once(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance = random.Random(seed)
    steps = Steps()
    ground = crashing_ground(tmp_path_factory.mktemp("ground"), steps)
    ground.drain.batch_bytes = chance.choice((300, 2000, 1 << 20))
    recorders, written = [ground.new_recorder() for _ in range(3)], 0
    for _ in range(12):
        for _ in range(chance.randrange(5)):
            assert chance.choice(recorders).record(a_request(written))
            written += 1
        if chance.random() < 0.3:
            recorders.pop(chance.randrange(3)).journal.close()
            recorders.append(ground.new_recorder())
        steps.crash_at, steps.taken = chance.randrange(12), 0
        with contextlib.suppress(Crash):
            ground.drain_all()
        steps.crash_at = -1
        if chance.random() < 0.5:
            assert ground.request_ids() == sorted(f"r{number}" for number in range(written))
    ground.drain_all()
    assert ground.request_ids() == sorted(f"r{number}" for number in range(written))
    for recorder in recorders:
        recorder.journal.close()
