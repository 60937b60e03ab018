"""Issues wake when their time comes, and are forgotten when their events are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ground import NOON, Ground
from tests.issues.ground import an_error, ground_in
from vedette.changes.models import ChangeRow
from vedette.changes.queries import list_changes
from vedette.issues import operations
from vedette.issues.models import IssueHashRow, IssueRow, IssueUserRow
from vedette.issues.upkeep import Upkeep
from vedette.store.catalogue import LeaseLostError

pytestmark = pytest.mark.usefixtures("state")
LATER = NOON + dt.timedelta(days=91)


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return ground_in(tmp_path)


def upkeep(*, now: dt.datetime = LATER, fence: Callable[[], None] = lambda: None, **options: Any) -> Upkeep:
    return Upkeep(fence=fence, retention_days={"errors": 90}, now=lambda: now, **options)


def happen(ground: Ground, *kinds: str) -> dict[str, int]:
    ground.record([an_error(number, kind) for number, kind in enumerate(kinds)])
    ground.drain_all()
    return {row.type: row.id for row in IssueRow.objects.using("vedette").all()}


def left() -> set[str]:
    return set(IssueRow.objects.using("vedette").values_list("type", flat=True))


def test_what_was_to_be_ignored_until_now_wakes(ground: Ground) -> None:
    ids = happen(ground, "A", "B", "C")
    at = NOON + dt.timedelta(hours=2)
    operations.ignore([ids["A"]], actor="grace", now=NOON, until=at)
    operations.ignore([ids["B"]], actor="grace", now=NOON, until=at + dt.timedelta(seconds=1))
    operations.ignore([ids["C"]], actor="grace", now=NOON)
    assert upkeep(now=at).wake() == 1
    assert dict(IssueRow.objects.using("vedette").values_list("type", "status")) == {
        "A": "unresolved", "B": "ignored", "C": "ignored",
    }  # fmt: skip
    (change, *_) = list_changes("issue", str(ids["A"]))
    assert (change.before, change.after, change.at, change.actor) == ("ignored", "unresolved", at, "")


def test_what_wakes_with_time_forgets_whom_it_met(ground: Ground) -> None:
    ids = happen(ground, "A")
    at = NOON + dt.timedelta(hours=2)
    operations.ignore([ids["A"]], actor="grace", now=NOON, until=at, users=9)
    ground.record([an_error(9, "A", user_id="7", time=NOON + dt.timedelta(hours=1))])
    ground.drain_all()
    assert IssueUserRow.objects.using("vedette").count() == 1
    upkeep(now=at).wake()
    assert IssueUserRow.objects.using("vedette").count() == 0


def test_issues_go_with_their_events_but_for_those_that_people_care_about(ground: Ground) -> None:
    ids = happen(ground, "Old", "Assigned", "Commented")
    ground.record([an_error(0, "Young", time=LATER - dt.timedelta(days=89))])
    ground.drain_all()
    operations.assign([ids["Assigned"]], to="ada", actor="grace", now=NOON)
    operations.comment(ids["Commented"], text="Hm", author="ada", now=NOON)
    upkeep().run()
    assert left() == {"Assigned", "Commented", "Young"}
    assert IssueHashRow.objects.using("vedette").count() == 3
    assert not ChangeRow.objects.using("vedette").filter(subject_id=str(ids["Old"])).exists()


def test_an_issue_that_was_forgotten_is_a_new_one_when_it_comes_back(ground: Ground) -> None:
    happen(ground, "Old")
    assert upkeep().forget_old() == 1
    ids = happen(ground, "Old")
    assert IssueRow.objects.using("vedette").get(id=ids["Old"]).events == 1


def test_of_too_many_issues_those_seen_longest_ago_go_and_are_counted(ground: Ground) -> None:
    happen(ground, *"ABCDE")
    surplus: list[tuple[str, int]] = []
    keeper = upkeep(now=NOON, most_issues=2, on_surplus=lambda *told: surplus.append(told))
    keeper.run()
    keeper.run()
    assert left() == {"D", "E"}
    assert surplus == [("issues", 3)]


def test_a_service_that_sends_too_many_has_none_of_the_others_forgotten(ground: Ground) -> None:
    ground.record([an_error(number, f"Ours {number}", service="ours") for number in range(2)])
    ground.record([an_error(10 + number, f"Flood {number}", service="theirs") for number in range(7)])
    ground.drain_all()
    upkeep(now=NOON, most_issues=5).run()

    assert left() == {"Ours 0", "Ours 1", "Flood 4", "Flood 5", "Flood 6"}


def test_of_too_many_issues_those_that_somebody_cared_about_go_last(ground: Ground) -> None:
    ids = happen(ground, *"ABCDEFG")
    operations.assign([ids["A"]], to="ada", actor="grace", now=NOON)
    operations.comment(ids["B"], text="Hm", author="ada", now=NOON)
    operations.ignore([ids["C"]], actor="grace", now=NOON)
    operations.resolve([ids["D"]], actor="grace", now=NOON + dt.timedelta(hours=1))
    upkeep(now=NOON, most_issues=5).run()
    assert left() == {"A", "B", "C", "D", "G"}
    upkeep(now=NOON, most_issues=2).run()
    assert left() == {"C", "D"}


def test_a_service_with_too_many_hashes_has_none_of_the_others_forgotten(ground: Ground) -> None:
    ground.record([an_error(number, f"Ours {number}", service="ours") for number in range(2)])
    ground.record([an_error(10 + number, f"Flood {number}", service="theirs") for number in range(4)])
    ground.drain_all()
    for service in ("ours", "theirs"):
        first, *others = IssueRow.objects.using("vedette").filter(service=service).order_by("id")
        operations.merge([row.id for row in others], into=first.id, actor="grace", now=NOON)
    upkeep(now=NOON, most_hashes=4).run()
    hashes = IssueHashRow.objects.using("vedette").values_list("type", flat=True)
    assert set(hashes) == {"Ours 0", "Ours 1", "Flood 2", "Flood 3"}


def test_of_too_many_hashes_those_seen_longest_ago_go_and_are_counted(ground: Ground) -> None:
    ids = happen(ground, *"ABCDE")
    operations.merge([ids["A"], ids["C"], ids["D"]], into=ids["B"], actor="grace", now=NOON)
    operations.ignore([ids["B"]], events=10, actor="grace", now=NOON)
    surplus: list[tuple[str, int]] = []
    keeper = upkeep(now=NOON, most_hashes=1, on_surplus=lambda *told: surplus.append(told))
    keeper.run()
    keeper.run()
    issues = IssueRow.objects.using("vedette")
    assert dict(issues.values_list("id", "events")) == {ids["B"]: 1, ids["E"]: 1}
    assert issues.get(id=ids["B"]).ignored_until_events == 11
    assert set(IssueHashRow.objects.using("vedette").values_list("title", flat=True)) == {
        "D: no 3", "E: no 4",
    }  # fmt: skip
    assert surplus == [("issue_hashes", 3)]


def test_who_is_not_the_leader_changes_nothing(ground: Ground) -> None:
    happen(ground, "Old")

    def refuse() -> None:
        raise LeaseLostError

    with pytest.raises(LeaseLostError):
        upkeep(fence=refuse).run()
    with pytest.raises(LeaseLostError):
        upkeep(fence=refuse).forget_old()
    assert left() == {"Old"}
