"""Work that is done every so often."""

from __future__ import annotations

import pytest

from vedette.background.periodic import LONGEST_PAUSE_S, Periodic
from vedette.testing import FakeClock


def fail() -> None:
    raise OSError("the disk is away")


def test_it_is_due_at_once_and_then_every_so_often() -> None:
    clock, done = FakeClock(), []
    work = Periodic(lambda: done.append(clock.elapsed_s), 60.0, clock.monotonic)
    for _ in range(121):
        if work.is_due:
            work.run()
        clock.advance(1)

    assert done == [1000.0, 1060.0, 1120.0]


def test_each_failure_doubles_the_pause_up_to_the_longest() -> None:
    clock = FakeClock()
    work = Periodic(fail, 60.0, clock.monotonic)
    pauses = []
    for _ in range(50):
        with pytest.raises(OSError, match="away"):
            work.run()
        pauses.append(work.due_at - clock.elapsed_s)

    assert pauses[:4] == [120.0, 240.0, 480.0, LONGEST_PAUSE_S]
    assert set(pauses[4:]) == {LONGEST_PAUSE_S}


def test_success_makes_it_as_frequent_as_before() -> None:
    clock = FakeClock()
    work = Periodic(fail, 60.0, clock.monotonic)
    with pytest.raises(OSError, match="away"):
        work.run()
    work.do = lambda: None
    work.run()

    assert work.due_at == clock.elapsed_s + 60


def test_rare_work_that_fails_is_not_tried_sooner() -> None:
    clock = FakeClock()
    work = Periodic(fail, 3600.0, clock.monotonic)
    with pytest.raises(OSError, match="away"):
        work.run()

    assert work.due_at == clock.elapsed_s + 3600
