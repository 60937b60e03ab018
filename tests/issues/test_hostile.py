"""Events that nobody foresaw do not hold up those that come after them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ground import Ground
from tests.issues.ground import an_error, ground_in
from vedette.issues import sighting
from vedette.issues.digest import IssueDigest
from vedette.issues.grouping.algorithm import group
from vedette.issues.models import IssueRow

pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def ungrouped() -> list[int]:
    return []


@pytest.fixture
def ground(tmp_path: Path, ungrouped: list[int]) -> Ground:
    return ground_in(tmp_path, IssueDigest(on_ungrouped=ungrouped.append))


def test_what_grouping_chokes_on_is_grouped_by_type_and_culprit_and_counted(
    ground: Ground, ungrouped: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def choke(event: dict[str, Any], **options: Any) -> Any:
        if "exception" in event:
            raise RecursionError
        return group(event, **options)

    monkeypatch.setattr(sighting, "group", choke)
    ground.record([an_error(number, kind, culprit="shop.pay") for number, kind in enumerate("AAB")])
    ground.record([an_error(9, event={"message": "fine"})])
    ground.drain_all()
    titles = IssueRow.objects.using("vedette").order_by("id").values_list("title", "events", "culprit")
    assert list(titles) == [("A: no 0", 2, "shop.pay"), ("B: no 2", 1, "shop.pay"), ("fine", 1, "")]
    assert ungrouped == [3]


@pytest.mark.parametrize("payload", [b'"text"', b"[1, 2]", b"null", b'{"exception": 7, "tags": [[]]}'])
def test_a_payload_that_is_no_event_is_an_issue_all_the_same(ground: Ground, payload: bytes) -> None:
    ground.record([an_error(0, payload=msgspec.Raw(payload)), an_error(1)])
    ground.drain_all()
    assert sum(IssueRow.objects.using("vedette").values_list("events", flat=True)) == 2


def test_text_that_no_database_takes_is_made_one_that_it_does(ground: Ground) -> None:
    odd = "a\0b" + "x" * 5000
    event = {"exception": {"values": [{"type": odd, "value": odd}]}, "transaction": odd, "platform": odd}
    for _ in range(2):
        ground.record(
            [an_error(0, event=event, service=odd, release=odd, level=odd, user_id=odd, event_id=odd)]
        )
        ground.drain_all()
    issue = IssueRow.objects.using("vedette").get()
    assert (issue.events, issue.service[:3], len(issue.last_release)) == (2, "a�b", 250)
