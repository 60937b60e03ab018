"""Rows of issues that may be new are made before the state database is locked, and are what would be made then."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connections
from django.test.utils import CaptureQueriesContext

from tests.issues.ground import an_error, ground_in
from vedette.catalogue import rows
from vedette.catalogue.database import ALIAS
from vedette.issues import drafts, ledger
from vedette.issues.digest import IssueDigest
from vedette.issues.drafts import Drafts
from vedette.issues.models import IssueHashRow, IssueRow
from vedette.issues.sighting import Grouper, Sighting
from vedette.pipeline.lines import Batch
from vedette.record.signals import Error


def sightings(*errors: Error) -> list[Sighting]:
    return [Grouper().sight(error) for error in errors]


def stored() -> list[tuple[object, ...]]:
    found = IssueHashRow.objects.using(ALIAS).order_by("issue__title", "hash")
    return list(
        found.values_list("hash", "title", "reason", "events", "first_us", "issue__title", "issue__events")
    )


def test_a_draft_is_made_for_the_first_sighting_of_each_hash() -> None:
    later, first, other = sightings(an_error(2), an_error(1), an_error(3, "KeyError"))
    made = Drafts()
    made.make([later, first, other])
    assert set(made._made) == {id(first), id(other)}


def test_what_is_known_gets_no_draft() -> None:
    known, new = sightings(an_error(1), an_error(2, "KeyError"))
    made = Drafts()
    made.forget([known])
    made.make([known, new])
    assert set(made._made) == {id(new)}


def test_the_memory_of_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_KNOWN", 10)
    made = Drafts()
    for number in range(50):
        made.forget(sightings(an_error(number, f"Error{number}")))
        assert len(made._known) <= 11


def test_a_draft_is_given_once() -> None:
    (sighting,) = sightings(an_error(1))
    made = Drafts()
    made.make([sighting])
    assert made.take(sighting).issue is not made.take(sighting).issue


@pytest.mark.usefixtures("state")
def test_issues_are_the_same_with_drafts_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = [an_error(number, f"Error{'abcdefg'[number % 7]}") for number in range(40)]
    found = []
    for is_drafted in (True, False):
        if not is_drafted:
            monkeypatch.setattr(Drafts, "make", lambda self, sightings: None)
        ground = ground_in(tmp_path / str(is_drafted))
        ground.record(errors)
        ground.drain_all()
        found.append(stored())
        IssueRow.objects.using(ALIAS).all().delete()
    assert found[0] == found[1]
    assert len(found[0]) >= 7


@pytest.mark.usefixtures("state")
def test_who_must_begin_anew_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = IssueDigest()
    batch = Batch("errors", keep_signals=True)
    for number in range(6):
        batch.add_signal(an_error(number, f"Error{'abc'[number % 3]}"))
    digest.prepare({"errors": batch})
    insert, failures = rows.insert, [IntegrityError("another host was first")]

    def fail_once(hashes: list[IssueHashRow]) -> None:
        if failures:
            raise failures.pop()
        insert(hashes)

    monkeypatch.setattr(ledger, "insert", fail_once)
    digest.digest({"errors": batch})
    assert {(row[3], row[6]) for row in stored()} == {(2, 2)}
    assert IssueRow.objects.using(ALIAS).count() == 3


@pytest.mark.usefixtures("state")
def test_new_issues_take_few_statements(tmp_path: Path) -> None:
    ground = ground_in(tmp_path)
    ground.record([an_error(number, f"Error{number:c}") for number in range(100, 400)])
    with CaptureQueriesContext(connections[ALIAS]) as queries:
        ground.drain_all()
    assert IssueRow.objects.using(ALIAS).count() == 300
    assert len(queries) < 40
