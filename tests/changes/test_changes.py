"""Changes: what is written in a transaction is told exactly where the transaction was made."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from vedette.catalogue.database import ALIAS
from vedette.changes.operations import write
from vedette.changes.queries import Change, list_changes, list_changes_between

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)

pytestmark = pytest.mark.usefixtures("state")


def a_change(number: int = 0, *, subject_id: str = "7", after: str = "resolved") -> Change:
    return Change(
        at=NOON + dt.timedelta(minutes=number),
        service="shop",
        subject="issue",
        subject_id=subject_id,
        title="ValueError: no",
        before="unresolved",
        after=after,
        reason="resolved by hand",
        actor="grace",
        details={"release": "2.0"},
    )


def test_a_change_is_told_as_it_was_written() -> None:
    write(a_change())
    assert list_changes("issue", "7") == [a_change()]


def test_changes_of_one_thing_come_newest_first_and_others_stay_out() -> None:
    write(a_change(1), a_change(2, subject_id="8"), a_change(3))
    assert list_changes("issue", "7") == [a_change(3), a_change(1)]
    assert list_changes("issue", "7", limit=1) == [a_change(3)]


def test_changes_of_a_time_are_chosen_by_their_new_state() -> None:
    write(a_change(1), a_change(2, after="ignored"), a_change(60))
    start, end = NOON, NOON + dt.timedelta(hours=1)
    assert list_changes_between("issue", start=start, end=end) == [a_change(2, after="ignored"), a_change(1)]
    assert list_changes_between("issue", start=start, end=end, after=["resolved"]) == [a_change(1)]


def test_a_change_of_a_transaction_that_was_undone_is_not_told() -> None:
    with pytest.raises(RuntimeError), transaction.atomic(using=ALIAS):
        write(a_change())
        raise RuntimeError
    assert list_changes("issue", "7") == []
