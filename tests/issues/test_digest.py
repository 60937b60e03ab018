"""Errors become issues: each event in one, counted once, whatever comes in which order."""

from __future__ import annotations

import datetime as dt
import functools
import re
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.ground import NOON, Ground
from tests.issues.ground import DAY, an_error, ground_in
from tests.issues.grouping.events import error, raised
from vedette.catalogue.database import ALIAS
from vedette.changes.queries import list_changes
from vedette.issues import queries, sighting
from vedette.issues.digest import IssueDigest
from vedette.issues.grouping.algorithm import group
from vedette.issues.queries import Issue, IssueFilters
from vedette.issues.site_rules import read_rules
from vedette.testing import recorded

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


def test_an_issue_of_an_older_algorithm_is_not_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = ground_in(tmp_path)
    with monkeypatch.context() as before:
        before.setattr(sighting, "group", functools.partial(group, version="2023-01-11"))
        ground.record([an_error(0), an_error(1, "KeyError")])
        ground.drain_all()
    for number in (2, 3):
        ground.drain.sinks = [IssueDigest()]
        ground.record([an_error(number), an_error(number, "Other")])
        ground.drain_all()
    assert {issue.type: issue.events for issue in issues(ground)} == {
        "ValueError": 3,
        "KeyError": 1,
        "Other": 2,
    }
    (issue,) = (each for each in issues(ground) if each.type == "ValueError")
    assert sorted(each.events for each in queries.list_hashes(issue.id)) == [1, 2]


def test_hashes_are_locked_before_issues_whatever_algorithm_made_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = ground_in(tmp_path)
    ground.record([an_error(0)])
    ground.drain_all()
    with monkeypatch.context() as before:
        before.setattr(sighting, "group", functools.partial(group, version="2023-01-11"))
        ground.record([an_error(1, "KeyError")])
        ground.drain_all()
    ground.drain.sinks = [IssueDigest()]
    ground.record([an_error(2), an_error(3, "KeyError")])
    with CaptureQueriesContext(connections[ALIAS]) as queries_:
        ground.drain_all()
    locking = [each["sql"] for each in queries_ if "FOR UPDATE" in each["sql"]]
    tables = [found[0] for sql in locking if (found := re.findall(r"vedette_issue\w*", sql))]
    # SQLite locks the database as a whole.
    wanted = ["vedette_issue_hash", "vedette_issue"] if connections[ALIAS].vendor == "postgresql" else []
    assert tables == wanted


def test_a_rule_of_the_site_comes_before_the_default(tmp_path: Path) -> None:
    rules, _ = read_rules('type:*Error -> {{ environment }} title="All of {{ environment }}"')
    ground = ground_in(tmp_path, IssueDigest(rules=rules))
    for number, kind in enumerate(("KeyError", "TypeError", "Exception")):
        event = raised(error(kind, "no"), environment="staging")
        ground.record([an_error(number, event=event)])
    ground.drain_all()
    assert {issue.title: issue.events for issue in issues(ground)} == {
        "All of staging": 2,
        "Exception: no": 1,
    }


def test_events_that_arrive_late_change_the_past_alone(ground: Ground) -> None:
    ground.record([an_error(10, release="2.0", level="fatal")])
    ground.drain_all()
    ground.record([an_error(5, release="1.0", level="info")])
    ground.drain_all()
    (issue,) = issues(ground)
    assert (issue.first_release, issue.last_release, issue.level) == ("1.0", "2.0", "fatal")
    assert issue.last_event_id == f"{10:032x}"


def test_a_site_tests_its_errors_with_what_is_shipped(tmp_path: Path) -> None:
    with recorded(tmp_path, sinks=[IssueDigest()]) as seen:
        for number in range(2):
            seen.recorder.record(an_error(number))
        seen.drain()
        (row,) = queries.list_issues(seen.store, range=DAY).rows
    assert (row.events, row.issue.title) == (2, "ValueError: no 0")
