"""What people do about issues, and what the next events make of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.ground import NOON, Ground
from tests.issues.ground import an_error, ground_in
from vedette.changes.queries import list_changes
from vedette.issues import operations, queries
from vedette.issues.digest import IssueDigest
from vedette.issues.models import IssueRow, IssueUserRow
from vedette.issues.operations import (
    NoIssueError,
    UnableToComment,
    UnableToIgnore,
    UnableToMerge,
    UnableToResolve,
    UnableToSplit,
)
from vedette.issues.queries import Issue

pytestmark = pytest.mark.usefixtures("state")
LATER = NOON + dt.timedelta(hours=1)
BY_GRACE: dict[str, Any] = {"actor": "grace", "now": LATER}


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return ground_in(tmp_path, IssueDigest(is_newer=lambda service, release, than: release > than))


def happen(ground: Ground, *numbers: int, kind: str = "ValueError", **values: Any) -> Issue:
    """Let errors happen, and return the issue that the last of them is in."""
    ground.record([an_error(number, kind, **values) for number in numbers])
    ground.drain_all()
    return the_issue(kind)


def the_issue(kind: str = "ValueError") -> Issue:
    found = queries.get_issue(IssueRow.objects.using("vedette").get(type=kind).id)
    assert found is not None
    return found


def after(seconds: float) -> dict[str, Any]:
    return {"time": LATER + dt.timedelta(seconds=seconds)}


def reasons(issue: Issue) -> list[str]:
    return [change.reason for change in list_changes("issue", str(issue.id))]


def test_what_is_resolved_comes_back_with_a_later_event(ground: Ground) -> None:
    issue = happen(ground, 0)
    assert operations.resolve([issue.id], **BY_GRACE) == 1
    assert (the_issue().status, the_issue().status_at) == ("resolved", LATER)
    assert happen(ground, 1, **after(0)).status == "resolved", "it happened before"
    found = happen(ground, 2, **after(1), release="2.0")
    assert (found.status, found.is_regressed, found.status_at) == ("unresolved", True, after(1)["time"])
    assert reasons(found) == ["came back in 2.0", "resolved by hand", "first seen"]
    assert list_changes("issue", str(issue.id))[1].actor == "grace"


def test_resolving_what_is_resolved_so_changes_nothing(ground: Ground) -> None:
    issue = happen(ground, 0)
    operations.resolve([issue.id], **BY_GRACE)
    assert operations.resolve([issue.id], **BY_GRACE) == 0
    assert len(reasons(issue)) == 2


@pytest.mark.parametrize(
    ("release", "status"),
    [("1.9", "resolved"), ("2.0", "unresolved"), ("2.1", "unresolved"), ("", "unresolved")],
)
def test_what_is_resolved_in_a_release_waits_for_it(ground: Ground, release: str, status: str) -> None:
    issue = happen(ground, 0, release="1.9")
    operations.resolve([issue.id], in_release="2.0", **BY_GRACE)
    assert happen(ground, 1, **after(1), release=release).status == status


@pytest.mark.parametrize(
    ("release", "status"),
    [("1.9", "resolved"), ("2.0", "resolved"), ("2.1", "unresolved"), ("", "unresolved")],
)
def test_what_is_resolved_in_the_next_release_waits_for_a_newer_one(
    ground: Ground, release: str, status: str
) -> None:
    issue = happen(ground, 0, release="2.0")
    operations.resolve([issue.id], in_next_release=True, **BY_GRACE)
    assert the_issue().resolved_after == "2.0"
    assert happen(ground, 1, **after(1), release=release).status == status


def test_there_is_no_next_release_of_a_service_without_releases(ground: Ground) -> None:
    issue = happen(ground, 0)
    with pytest.raises(UnableToResolve, match="No release of shop"):
        operations.resolve([issue.id], in_next_release=True, **BY_GRACE)


def test_what_waits_for_a_commit_is_resolved_in_the_release_that_holds_it(ground: Ground) -> None:
    issue = happen(ground, 0, release="1.9")
    operations.resolve([issue.id], in_commit="ABCDEF1", **BY_GRACE)
    assert happen(ground, 1, **after(1), release="1.9").status == "resolved"
    found = operations.resolve_in_commits(
        "shop", release="2.0", commits={"abcdef123456": "Mend it"}, now=LATER
    )
    assert found == [issue.id]
    assert the_issue().resolved_in == "2.0"
    assert happen(ground, 2, **after(2), release="1.9").status == "resolved"
    assert happen(ground, 3, **after(3), release="2.0").status == "unresolved"


def test_a_commit_that_is_out_already_is_waited_for_no_more(ground: Ground) -> None:
    issue = happen(ground, 0, release="1.9")

    def release_with(service: str, sha: str) -> str:
        return "2.0" if (service, sha) == ("shop", "abcdef1") else ""

    operations.resolve([issue.id], in_commit="abcdef1", release_with=release_with, **BY_GRACE)
    assert reasons(issue)[0] == "resolved in commit abcdef1, which 2.0 holds"
    assert happen(ground, 1, **after(1), release="1.9").status == "resolved"
    assert happen(ground, 2, **after(2), release="2.0").status == "unresolved"


def test_a_commit_fixes_what_its_message_says_once(ground: Ground) -> None:
    issue, other = happen(ground, 0), happen(ground, 1, kind="KeyError")
    commits = {
        "abcdef123456": f"Fixes {issue.short_id.lower()} and #{other.id}",
        "b" * 40: "fixes CART-1, #999999",
    }
    operations.resolve_in_commits("shop", release="2.0", commits=commits, now=LATER)
    assert {the_issue().status, the_issue("KeyError").status} == {"resolved"}
    assert happen(ground, 2, **after(1), release="2.0").status == "unresolved"
    assert operations.resolve_in_commits("shop", release="2.0", commits=commits, now=LATER) == []
    assert the_issue().status == "unresolved"


@pytest.mark.parametrize("text", ["", "abc", "not hexadecimal"])
def test_a_commit_has_a_name_of_hex_digits(ground: Ground, text: str) -> None:
    issue = happen(ground, 0)
    if not text:
        with pytest.raises(UnableToResolve):
            operations.resolve([issue.id], in_release="1", in_next_release=True, **BY_GRACE)
    else:
        with pytest.raises(UnableToResolve, match="hex digits"):
            operations.resolve([issue.id], in_commit=text, **BY_GRACE)


def test_what_came_back_and_is_ignored_is_marked_as_regressed_no_more(ground: Ground) -> None:
    issue = happen(ground, 0)
    operations.resolve([issue.id], **BY_GRACE)
    assert happen(ground, 1, **after(1)).is_regressed
    operations.ignore([issue.id], **BY_GRACE)
    assert (the_issue().status, the_issue().is_regressed) == ("ignored", False)


def test_what_is_ignored_for_good_stays_so(ground: Ground) -> None:
    operations.ignore([happen(ground, 0).id], **BY_GRACE)
    assert happen(ground, *range(1, 50), **after(1)).status == "ignored"


def test_what_is_ignored_until_a_time_wakes_with_an_event_then(ground: Ground) -> None:
    operations.ignore([happen(ground, 0).id], until=LATER + dt.timedelta(minutes=1), **BY_GRACE)
    assert happen(ground, 1, **after(59)).status == "ignored"
    found = happen(ground, 2, **after(60))
    assert (found.status, found.is_regressed, found.ignored_until) == ("unresolved", False, None)


def test_what_is_ignored_for_some_events_wakes_after_them(ground: Ground) -> None:
    operations.ignore([happen(ground, 0).id], events=3, **BY_GRACE)
    assert happen(ground, 1, 2, **after(1)).status == "ignored"
    assert happen(ground, 3, **after(2)).status == "unresolved"


def test_what_is_ignored_for_some_users_wakes_with_the_last_of_them(ground: Ground) -> None:
    operations.ignore([happen(ground, 0).id], users=2, **BY_GRACE)
    assert happen(ground, 1, 2, 3, **after(1), user_id="7").status == "ignored"
    assert happen(ground, 4, **after(2)).status == "ignored"
    assert happen(ground, 5, **after(3), user_id="8").status == "unresolved"
    assert not IssueUserRow.objects.using("vedette").exists()


def test_ignoring_makes_sense_or_is_refused(ground: Ground) -> None:
    issue = happen(ground, 0)
    with pytest.raises(UnableToIgnore):
        operations.ignore([issue.id], until=LATER, **BY_GRACE)
    with pytest.raises(UnableToIgnore):
        operations.ignore([issue.id], events=0, **BY_GRACE)
    with pytest.raises(UnableToIgnore):
        operations.ignore([issue.id], users=10**30, **BY_GRACE)


def test_what_was_done_by_hand_is_undone_by_hand(ground: Ground) -> None:
    issue = happen(ground, 0)
    operations.ignore([issue.id], users=3, **BY_GRACE)
    assert operations.unresolve([issue.id], **BY_GRACE) == 1
    assert operations.unresolve([issue.id], **BY_GRACE) == 0
    assert (the_issue().status, the_issue().ignored_until_users) == ("unresolved", None)


def test_issues_are_assigned_and_taken_away_again(ground: Ground) -> None:
    one, two = happen(ground, 0), happen(ground, 1, kind="KeyError")
    assert operations.assign([one.id, two.id], to="ada", **BY_GRACE) == 2
    assert operations.assign([one.id], to="ada", **BY_GRACE) == 0
    assert operations.assign([one.id], to="", **BY_GRACE) == 1
    assert (the_issue().assignee, the_issue("KeyError").assignee) == ("", "ada")
    assert reasons(one)[:2] == ["no longer assigned to ada", "assigned to ada"]


def test_a_comment_says_something(ground: Ground) -> None:
    issue = happen(ground, 0)
    for text in ("  ", "x" * 10_001):
        with pytest.raises(UnableToComment):
            operations.comment(issue.id, text=text, author="grace", now=LATER)


def test_what_is_done_to_no_issue_is_refused(ground: Ground) -> None:
    for id_ in (12345, -1, 10**30):
        with pytest.raises(NoIssueError):
            operations.resolve([id_], **BY_GRACE)
        assert queries.get_issue(id_) is None
    issue = happen(ground, 0)
    assert operations.resolve([issue.id, 12345], **BY_GRACE) == 1, "the others may have been merged meanwhile"


def test_merged_issues_are_one_and_stay_so(ground: Ground) -> None:
    one, two = happen(ground, 0, 1, release="1.0"), happen(ground, 5, kind="KeyError", release="2.0")
    operations.comment(two.id, text="The same", author="ada", now=LATER)
    operations.merge([two.id], into=one.id, **BY_GRACE)
    found = the_issue()
    assert (found.events, found.first_release, found.last_release) == (3, "1.0", "2.0")
    assert queries.get_issue(two.id) is None
    assert reasons(found)[0] == f"{two.short_id} became part of it"
    assert len(reasons(found)) == 3
    ground.record([an_error(6, "KeyError")])
    ground.drain_all()
    assert the_issue().events == 4


def test_only_issues_of_one_service_are_merged(ground: Ground) -> None:
    one, two = happen(ground, 0), happen(ground, 1, kind="KeyError", service="cart")
    for ids in ([two.id], [one.id], []):
        with pytest.raises(UnableToMerge):
            operations.merge(ids, into=one.id, **BY_GRACE)
    with pytest.raises(NoIssueError):
        operations.merge([12345], into=one.id, **BY_GRACE)
    assert the_issue().events == 1


def test_what_was_merged_is_taken_apart_as_it_was(ground: Ground) -> None:
    one, two = happen(ground, 0, 1, release="1.0"), happen(ground, 5, kind="KeyError", release="2.0")
    hashes = [each.hash for each in queries.list_hashes(two.id)]
    operations.merge([two.id], into=one.id, **BY_GRACE)
    new = queries.get_issue(operations.split(one.id, hashes=hashes, **BY_GRACE))
    assert new is not None
    for name in ("title", "type", "value", "events", "first_at", "last_at", "first_release", "last_event_id"):
        assert getattr(new, name) == getattr(two, name)
        assert getattr(the_issue(), name) == getattr(one, name)


def test_a_split_leaves_events_on_both_sides(ground: Ground) -> None:
    issue = happen(ground, 0)
    hashes = [each.hash for each in queries.list_hashes(issue.id)]
    for wanted in (hashes, [], ["0" * 32]):
        with pytest.raises(UnableToSplit):
            operations.split(issue.id, hashes=wanted, **BY_GRACE)
