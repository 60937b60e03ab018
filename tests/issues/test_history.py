"""What is told of issues: what happened to each, and what a release brought."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.ground import NOON, Ground
from tests.issues.ground import DAY, an_error, ground_in
from vedette.issues import operations, queries
from vedette.issues.figures import OTHERS
from vedette.issues.models import IssueRow
from vedette.issues.queries import FilterError, IssueFilters, ReleaseIssues

pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return ground_in(tmp_path)


def at(minutes: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


def happen(ground: Ground, kind: str, *, minutes: int = 0, **values: Any) -> int:
    ground.record([an_error(minutes, kind, time=at(minutes), **values)])
    ground.drain_all()
    return IssueRow.objects.using("vedette").get(type=kind).id


def test_the_activity_of_an_issue_is_what_changed_and_what_was_written(ground: Ground) -> None:
    id_ = happen(ground, "A", release="1.0", environment="production")
    operations.resolve([id_], actor="grace", now=at(1))
    happen(ground, "A", minutes=2, release="2.0")
    operations.comment(id_, text=" Again. ", author="ada", now=at(3))
    operations.ignore([id_], actor="grace", now=at(4), events=1)
    happen(ground, "A", minutes=5)
    operations.assign([id_], to="ada", actor="grace", now=at(6))
    operations.resolve([id_], actor="ada", now=at(7))
    operations.unresolve([id_], actor="grace", now=at(8))

    told = queries.get_activity(id_)
    assert [(each.kind, each.actor, each.at) for each in told] == [
        ("unresolved", "grace", at(8)),
        ("resolved", "ada", at(7)),
        ("assigned", "grace", at(6)),
        ("woken", "", at(5)),
        ("ignored", "grace", at(4)),
        ("comment", "ada", at(3)),
        ("regressed", "", at(2)),
        ("resolved", "grace", at(1)),
        ("new", "", at(0)),
    ]
    assert told[5].text == "Again."
    assert told[-1].details == {"event_id": "0" * 32, "release": "1.0", "environment": "production"}
    assert [each.text for each in queries.list_comments(id_)] == ["Again."]
    assert [each.text for each in told if each.kind == "ignored"] == ["ignored until 1 more event"]


def test_comments_and_changes_of_others_stay_out(ground: Ground) -> None:
    one, two = happen(ground, "A"), happen(ground, "B")
    operations.comment(two, text="B", author="ada", now=NOON)
    assert [each.kind for each in queries.get_activity(one)] == ["new"]
    assert queries.list_comments(one) == []


def test_a_release_brought_what_was_new_came_back_or_is_resolved_in_it(ground: Ground) -> None:
    one, two = happen(ground, "A", release="1.0"), happen(ground, "B", release="1.0")
    three = happen(ground, "C", release="2.0")
    happen(ground, "D", release="2.0", service="cart")
    operations.resolve([one], actor="grace", now=at(1))
    happen(ground, "A", minutes=2, release="2.0")
    operations.resolve([one], actor="grace", now=at(3))
    happen(ground, "A", minutes=4, release="2.0")
    operations.resolve([two], actor="grace", now=at(5), in_release="2.0")

    assert queries.count_release_issues("shop", ["1.0", "2.0", "3.0", ""]) == {
        "1.0": ReleaseIssues(new=2),
        "2.0": ReleaseIssues(new=1, regressed=1, resolved=1),
        "3.0": ReleaseIssues(),
    }
    found = {
        kind: queries.list_release_issues("shop", "2.0", kind=kind)
        for kind in ("new", "regressed", "resolved")
    }
    assert {kind: [issue.id for issue in issues] for kind, issues in found.items()} == {
        "new": [three],
        "regressed": [one],
        "resolved": [two],
    }


def test_what_was_opened_by_hand_did_not_come_back(ground: Ground) -> None:
    id_ = happen(ground, "A", release="1.0")
    operations.resolve([id_], actor="grace", now=at(1), in_release="1.0")
    operations.unresolve([id_], actor="grace", now=at(2))
    assert queries.count_release_issues("shop", ["1.0"]) == {"1.0": ReleaseIssues(new=1)}


def test_of_many_releases_the_rarest_are_told_together(ground: Ground) -> None:
    for number in range(12):
        for _ in range(12 - number):
            ground.record([an_error(number, "A", release=f"{number}.0")])
    ground.drain_all()
    issue = queries.get_issue(IssueRow.objects.using("vedette").get().id)
    assert issue is not None
    series = queries.get_figures(ground.store, issue, range=DAY)
    totals = {release: sum(counts) for release, counts in series.by_release}
    assert totals == {**{f"{number}.0": 12 - number for number in range(7)}, OTHERS: 15}
    assert series.events == sum(series.counts) == 78


@pytest.mark.parametrize("words", ["größe", "GRÖßE ungültig", "Ungültig"])
def test_words_are_found_whatever_their_case(ground: Ground, words: str) -> None:
    event = {"logentry": {"message": "Größe ungültig"}}
    ground.record([an_error(0, event=event), an_error(1, event={"logentry": {"message": "gross"}})])
    ground.drain_all()
    page = queries.list_issues(ground.store, range=DAY, filters=IssueFilters(words=words))
    assert [row.issue.title for row in page.rows] == ["Größe ungültig"]


def test_a_filter_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(FilterError, match="none of"):
        IssueFilters(status="lost")
