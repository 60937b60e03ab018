"""The lease: one holder at a time, whatever clocks do and whoever dies."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable

import pytest
from django.db import transaction

from tests.state import forget_connection
from vedette.background.lease import Lease, holder_name
from vedette.background.models import LeaseRow
from vedette.catalogue.database import ALIAS
from vedette.store.catalogue import LeaseLostError
from vedette.testing import FakeClock

pytestmark = pytest.mark.usefixtures("state")
LENGTH_S = 10.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def make(clock: FakeClock) -> Callable[[str], Lease]:
    return lambda holder: Lease("background@h", holder, LENGTH_S, now=clock.time, monotonic=clock.monotonic)


Make = Callable[[str], Lease]


def test_the_first_takes_it_and_the_second_waits(make: Make) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    assert one.acquire()
    assert not two.acquire()
    assert one.acquire(), "its holder keeps it"


def test_leases_of_other_names_are_others(clock: FakeClock) -> None:
    assert Lease("one", "far:1:a", LENGTH_S).acquire()
    assert Lease("two", "far:2:b", LENGTH_S).acquire()


def test_leases_that_nobody_has_held_for_long_are_forgotten(clock: FakeClock) -> None:
    def lease(name: str) -> Lease:
        return Lease(name, "far:1:a", LENGTH_S, now=clock.time, monotonic=clock.monotonic)

    gone, lasting = lease("background@container-1"), lease("background@web")
    assert gone.acquire()
    assert lasting.acquire()
    clock.advance(31 * 86_400)
    assert lasting.acquire()
    assert lease("background@container-2").acquire()
    names = LeaseRow.objects.using(ALIAS).order_by("name").values_list("name", flat=True)
    assert list(names) == ["background@container-2", "background@web"]


def test_a_holder_that_renews_keeps_it_for_ever(make: Make, clock: FakeClock) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    for _ in range(50):
        clock.advance(LENGTH_S * 0.9)
        one.fence()
        assert not two.acquire()


def test_a_holder_that_does_not_renew_loses_it_when_its_time_is_up(make: Make, clock: FakeClock) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    clock.advance(LENGTH_S - 1)
    assert not two.acquire()
    clock.advance(2)
    assert two.acquire()
    with pytest.raises(LeaseLostError):
        one.fence()
    assert not one.acquire()


def test_a_clock_that_jumped_back_does_not_keep_a_dead_holder_s_lease(make: Make, clock: FakeClock) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    clock.jump(-3600)
    assert not two.acquire()
    clock.advance(LENGTH_S / 2)
    assert not two.acquire()
    clock.advance(LENGTH_S / 2 + 1)
    assert two.acquire()


def test_a_clock_that_jumped_back_does_not_take_a_living_holder_s_lease(make: Make, clock: FakeClock) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    clock.jump(-3600)
    for _ in range(20):
        clock.advance(LENGTH_S / 2)
        one.fence()
        assert not two.acquire()


def test_a_clock_that_jumped_forwards_leaves_exactly_one_holder(make: Make, clock: FakeClock) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    clock.jump(3600)
    assert two.acquire()
    with pytest.raises(LeaseLostError):
        one.fence()
    two.fence()


def test_a_holder_that_is_given_back_is_free_at_once(make: Make) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    one.release()
    assert two.acquire()


def test_who_does_not_hold_it_gives_nothing_back(make: Make) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    two.release()
    assert not two.acquire()


def test_a_dead_process_of_this_host_is_not_waited_for(make: Make) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert make(f"h:{ended.pid}:a").acquire()
    assert not make("elsewhere:1:b").acquire(), "only this host knows its processes"
    assert make(f"h:{os.getpid()}:c").acquire()


def test_a_living_process_of_this_host_is_waited_for(make: Make) -> None:
    assert make(f"h:{os.getpid()}:a").acquire()
    assert not make("h:1:b").acquire()


def test_each_process_has_a_name_of_its_own() -> None:
    assert holder_name("h") != holder_name("h")
    assert holder_name("h").startswith(f"h:{os.getpid()}:")


def test_a_deposed_leader_s_change_is_not_made(make: Make, clock: FakeClock) -> None:
    from tests.catalogue.contract import a_part
    from tests.ground import NOON
    from vedette.catalogue.catalogue import StateCatalogue
    from vedette.store.catalogue import Commit

    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    clock.advance(LENGTH_S + 1)
    two.acquire()
    with pytest.raises(LeaseLostError):
        StateCatalogue(fence=one.fence).apply(Commit(added=[a_part("late")]), at=NOON)
    assert list(StateCatalogue(fence=one.fence).snapshot().parts) == []


def test_while_a_change_is_being_made_nobody_takes_the_lease(make: Make, clock: FakeClock) -> None:
    one, two = make("far:1:a"), make("far:2:b")
    one.acquire()
    clock.advance(LENGTH_S + 1)
    taken: list[bool] = []

    def challenge() -> None:
        try:
            taken.append(two.acquire())
        finally:
            forget_connection()

    challenger = threading.Thread(target=challenge)
    with transaction.atomic(using=ALIAS):
        one.fence()
        challenger.start()
        challenger.join(timeout=0.3)
        assert taken in ([], [False])
    challenger.join()
    assert taken == [False]


def test_of_many_who_want_it_at_once_one_gets_it(make: Make, state: str) -> None:
    results: list[bool] = []
    start = threading.Barrier(8)

    def take(number: int) -> None:
        lease = make(f"far:{number}:x")
        start.wait()
        try:
            results.append(lease.acquire())
        finally:
            forget_connection()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]
