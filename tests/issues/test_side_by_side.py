"""The drain digests while people merge, take apart and resolve: nothing is lost, and neither waits for the other for good."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from tests.ground import NOON
from tests.issues.ground import an_error
from vedette.catalogue.database import ALIAS
from vedette.issues import operations
from vedette.issues.digest import IssueDigest
from vedette.issues.models import IssueHashRow, IssueRow
from vedette.issues.operations import NoIssueError, UnableToMerge, UnableToSplit
from vedette.pipeline.lines import Batch

pytestmark = pytest.mark.usefixtures("state")
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


def run_side_by_side(*works: Callable[[random.Random], None]) -> list[BaseException]:
    failures: list[BaseException] = []

    def run(work: Callable[[random.Random], None], seed: int) -> None:
        try:
            work(random.Random(seed))
        except Exception as error:  # noqa: BLE001 - told by the test
            failures.append(error)
        finally:
            connections[ALIAS].close()

    threads = [threading.Thread(target=run, args=(work, seed)) for seed, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return failures


def test_counts_stay_right_while_issues_are_changed() -> None:
    assert run_side_by_side(digest_all, change_all, change_all) == []
    hashes = IssueHashRow.objects.using(ALIAS)
    assert sum(hashes.values_list("events", flat=True)) == ROUNDS * EVENTS
    for issue in IssueRow.objects.using(ALIAS).all():
        own = list(hashes.filter(issue=issue))
        assert issue.events == sum(row.events for row in own) > 0
        assert issue.first_us == min(row.first_us for row in own)
        assert issue.last_us == max(row.last_us for row in own)
