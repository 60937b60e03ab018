"""The drain digests while people merge, take apart and resolve: nothing is lost, and neither waits for the other for good."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable

import pytest
from django.db import connections, transaction

from tests.ground import NOON
from tests.issues.ground import an_error
from vedette.catalogue.database import ALIAS
from vedette.issues import locking, operations
from vedette.issues.digest import IssueDigest
from vedette.issues.ledger import Ledger
from vedette.issues.models import IssueHashRow, IssueRow
from vedette.issues.operations import NoIssueError, UnableToMerge, UnableToSplit
from vedette.pipeline.lines import Batch

ROUNDS = 40
EVENTS = 12


def digest_all(chance: random.Random) -> None:
    digest = IssueDigest()
    for round_ in range(ROUNDS):
        batch = Batch("errors", keep_signals=True)
        for number in range(EVENTS):
            batch.add_signal(an_error(round_ * EVENTS + number, f"Error{chance.randrange(8)}"))
        digest.prepare({"errors": batch})
        with transaction.atomic(using=ALIAS):
            digest.digest({"errors": batch})


def change_all(chance: random.Random) -> None:
    for _ in range(ROUNDS):
        ids = list(IssueRow.objects.using(ALIAS).values_list("id", flat=True))
        if len(ids) < 2:
            continue
        one, two = chance.sample(ids, 2)
        hashes = list(IssueHashRow.objects.using(ALIAS).filter(issue=one).values_list("hash", flat=True))
        try:
            operations.resolve(ids[:3], actor="grace", now=NOON)
            if chance.random() < 0.5:
                operations.merge([two], into=one, actor="grace", now=NOON)
            else:
                operations.split(one, hashes=hashes[:1], actor="grace", now=NOON)
        except (NoIssueError, UnableToMerge, UnableToSplit):
            continue  # the other one has just taken it


def start(
    work: Callable[[random.Random], None], seed: int = 0
) -> tuple[list[BaseException], threading.Thread]:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work(random.Random(seed))
        except Exception as error:  # noqa: BLE001 - told by the test
            failures.append(error)
        finally:
            connections[ALIAS].close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return failures, thread


def run_side_by_side(*works: Callable[[random.Random], None]) -> list[BaseException]:
    started = [start(work, seed) for seed, work in enumerate(works)]
    for _, thread in started:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for _, thread in started)
    return [failure for failures, _ in started for failure in failures]


@pytest.mark.usefixtures("state")
def test_counts_stay_right_while_issues_are_changed() -> None:
    assert run_side_by_side(digest_all, change_all, change_all) == []
    hashes = IssueHashRow.objects.using(ALIAS)
    assert sum(hashes.values_list("events", flat=True)) == ROUNDS * EVENTS
    for issue in IssueRow.objects.using(ALIAS).all():
        own = list(hashes.filter(issue=issue))
        assert issue.events == sum(row.events for row in own) > 0
        assert issue.first_us == min(row.first_us for row in own)
        assert issue.last_us == max(row.last_us for row in own)


def errors_of(*kinds: str) -> Batch:
    batch = Batch("errors", keep_signals=True)
    for number, kind in enumerate(kinds):
        batch.add_signal(an_error(number, kind))
    return batch


def digest_one(batch: Batch) -> None:
    digest = IssueDigest()
    digest.prepare({"errors": batch})
    with transaction.atomic(using=ALIAS):
        digest.digest({"errors": batch})


def wait_until_somebody_waits() -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for a lock")


def lock(model: type[IssueRow] | type[IssueHashRow], id: int) -> None:
    model._base_manager.using(ALIAS).select_for_update().get(id=id)


@pytest.mark.usefixtures("postgres_state")
def test_what_a_commit_fixes_and_what_waits_for_one_are_locked_in_one_order() -> None:
    digest_one(errors_of("A", "B"))
    waiting, fixed = IssueRow.objects.using(ALIAS).order_by("id").values_list("id", flat=True)
    operations.resolve([waiting], in_commit="abcdef1", actor="grace", now=NOON)

    def announce(chance: random.Random) -> None:
        commits = {"1234567": f"fixes #{fixed}", "abcdef1": "something else"}
        operations.resolve_in_commits("shop", release="2.0", commits=commits, now=NOON)

    with transaction.atomic(using=ALIAS):
        lock(IssueRow, waiting)
        failures, thread = start(announce)
        wait_until_somebody_waits()
        lock(IssueRow, fixed)
    thread.join(timeout=60)
    assert failures == []
    assert set(IssueRow.objects.using(ALIAS).values_list("resolved_in", flat=True)) == {"2.0"}


@pytest.mark.usefixtures("postgres_state")
def test_many_hashes_are_locked_in_one_order() -> None:
    digest_one(errors_of(*(f"Error{number}" for number in range(700))))
    hashes = IssueHashRow.objects.using(ALIAS)
    first, second, *_ = hashes.order_by("id")
    # What has the lowest id is asked for last, by its name.
    hashes.filter(pk=first.pk).update(hash="f" * 32)

    def count(chance: random.Random) -> None:
        ledger = Ledger()
        with transaction.atomic(using=ALIAS):
            ledger.read([(row.service, row.hash) for row in hashes.all()])

    with transaction.atomic(using=ALIAS):
        lock(IssueHashRow, first.pk)
        failures, thread = start(count)
        wait_until_somebody_waits()
        lock(IssueHashRow, second.pk)
    thread.join(timeout=60)
    assert failures == []


@pytest.mark.usefixtures("postgres_state")
def test_a_hash_that_joins_an_issue_while_that_is_waited_for_is_locked_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digest_one(errors_of("A", "B"))
    issues = dict(IssueRow.objects.using(ALIAS).values_list("type", "id"))

    def let_it_join(chance: random.Random) -> None:
        IssueHashRow.objects.using(ALIAS).filter(issue=issues["B"]).update(issue=issues["A"])

    def lock_late(ids: Iterable[int]) -> list[IssueRow]:
        monkeypatch.undo()
        assert run_side_by_side(let_it_join) == []
        return locking.lock_issues(ids)

    monkeypatch.setattr(locking, "lock_issues", lock_late)
    with transaction.atomic(using=ALIAS):
        hashes, found = locking.lock_with_hashes([issues["A"]])
    assert [row.type for row in hashes] == ["A", "B"]
    assert [row.id for row in found] == [issues["A"]]


@pytest.mark.usefixtures("postgres_state")
def test_two_hosts_that_meet_a_new_error_at_once_make_one_issue_of_it() -> None:
    with transaction.atomic(using=ALIAS):
        digest_one(errors_of("A"))
        failures, thread = start(lambda chance: digest_one(errors_of("A", "A", "B")))
        wait_until_somebody_waits()
    thread.join(timeout=60)
    assert failures == []
    assert dict(IssueRow.objects.using(ALIAS).values_list("type", "events")) == {"A": 3, "B": 1}
