"""Events that nobody foresaw do not hold up those that come after them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ground import Ground
from tests.issues.ground import an_error, ground_in
from vedette.issues import sighting
from vedette.issues.digest import IssueDigest
from vedette.issues.grouping.algorithm import group
from vedette.issues.models import IssueRow
from vedette.pipeline.lines import Batch

KEYS = {
    "platform", "exception", "values", "type", "value", "stacktrace", "frames", "function", "module", "context_line",
    "abs_path", "in_app", "mechanism", "exception_id", "parent_id", "is_exception_group", "threads", "logentry", "message",
    "formatted", "fingerprint", "tags", "csp", "nel", "template", "transaction", "checksum", "main_exception_id", "level",
}  # fmt: skip
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


TEXT = st.text(max_size=8) | st.sampled_from(["\0", "ValueError", "{{ default }}", "%s %d"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(KEYS)) | TEXT, inner, max_size=4)
    ),
    max_leaves=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.lists(st.dictionaries(st.sampled_from(sorted(KEYS)), JSON, max_size=6), min_size=1, max_size=4))
def test_whatever_an_event_holds_it_is_counted_once(events: list[dict[str, Any]]) -> None:
    IssueRow.objects.using("vedette").all().delete()
    batch, digest = Batch("errors", keep_signals=True), IssueDigest()
    for number, event in enumerate(events):
        payload = msgspec.Raw(msgspec.json.encode(event))
        batch.add(msgspec.json.encode(an_error(number, payload=payload, type="", value="")))
    digest.prepare({"errors": batch})
    with transaction.atomic(using="vedette"):
        digest.digest({"errors": batch})
    assert len(batch.signals) == len(batch.lines) == len(events)
    assert sum(IssueRow.objects.using("vedette").values_list("events", flat=True)) == len(events)
