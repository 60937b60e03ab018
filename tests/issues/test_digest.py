"""Errors become issues: each event in one, counted once, whatever comes in which order."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.ground import NOON, Ground
from tests.issues.ground import DAY, an_error, ground_in
from vedette.catalogue.database import ALIAS
from vedette.changes.queries import list_changes
from vedette.issues import queries
from vedette.issues.queries import Issue, IssueFilters

pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return ground_in(tmp_path)


def issues(ground: Ground) -> list[Issue]:
    page = queries.list_issues(ground.store, range=DAY, filters=IssueFilters(status=""))
    return [row.issue for row in page.rows]


def test_events_of_one_fault_are_one_issue(ground: Ground) -> None:
    ground.record([an_error(number) for number in range(3)])
    ground.drain_all()
    (issue,) = issues(ground)
    assert (issue.title, issue.type, issue.events, issue.short_id) == (
        "ValueError: no 0", "ValueError", 3, f"SHOP-{issue.id}",
    )  # fmt: skip
    assert (issue.first_at, issue.last_at) == (NOON, NOON + dt.timedelta(seconds=2))


def test_an_issue_goes_on_in_the_next_batch(ground: Ground) -> None:
    for number in range(3):
        ground.record([an_error(number, release=f"r{number}")])
        ground.drain_all()
    (issue,) = issues(ground)
    assert (issue.events, issue.first_release, issue.last_release) == (3, "r0", "r2")


def test_a_stored_event_bears_the_fingerprint_of_its_issue(ground: Ground) -> None:
    ground.record([an_error(0)])
    ground.drain_all()
    ((fingerprint,),) = ground.ask("SELECT fingerprint FROM errors")
    (issue,) = issues(ground)
    assert [each.hash for each in queries.list_hashes(issue.id)] == [fingerprint]
    assert queries.find_issues_by_fingerprint("shop", [fingerprint]) == {fingerprint: issue}


def test_services_have_issues_of_their_own(ground: Ground) -> None:
    ground.record([an_error(0), an_error(1, service="cart")])
    ground.drain_all()
    assert sorted(issue.service for issue in issues(ground)) == ["cart", "shop"]


def test_a_new_issue_is_told_once(ground: Ground) -> None:
    ground.record([an_error(0), an_error(1)])
    ground.drain_all()
    ground.record([an_error(2)])
    ground.drain_all()
    (issue,) = issues(ground)
    (change,) = list_changes("issue", str(issue.id))
    assert (change.before, change.after, change.reason, change.at) == ("", "unresolved", "first seen", NOON)


def test_a_batch_takes_as_many_statements_however_many_events(ground: Ground) -> None:
    ground.record([an_error(number, f"Error{number}") for number in range(3)])
    ground.drain_all()

    def statements(count: int) -> int:
        ground.record([an_error(number, f"Error{number % 3}") for number in range(count)])
        with CaptureQueriesContext(connections[ALIAS]) as captured:
            ground.drain_all()
        return len(captured)

    assert statements(3) == statements(300)
