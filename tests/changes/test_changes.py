"""Changes: what is written in a transaction is told exactly where the transaction was made."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from vedette.catalogue.database import ALIAS
from vedette.changes.operations import forget_surplus, write
from vedette.changes.queries import Change, list_changes, list_changes_between
from vedette.store.catalogue import LeaseLostError

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


def test_of_too_many_changes_of_one_thing_the_oldest_go() -> None:
    write(*(a_change(number) for number in range(5)), a_change(9, subject_id="8"))
    forget_surplus(fence=lambda: None, most_of_one=2)
    forget_surplus(fence=lambda: None, most_of_one=2)
    assert list_changes("issue", "7") == [a_change(4), a_change(3)]
    assert list_changes("issue", "8") == [a_change(9, subject_id="8")]


def test_who_does_not_lead_forgets_no_change() -> None:
    def refuse() -> None:
        raise LeaseLostError

    write(a_change(1), a_change(2))
    with pytest.raises(LeaseLostError):
        forget_surplus(fence=refuse, most_of_one=1)
    assert len(list_changes("issue", "7")) == 2
