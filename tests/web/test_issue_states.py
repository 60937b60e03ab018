"""What is said of an issue's state."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from vedette.issues.queries import Issue
from vedette.web.issues.states import marks_of, state_of

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SHA = "3f2a91c" + "0" * 33


def _issue(**changes: Any) -> Issue:
    values: dict[str, Any] = {
        "id": 1,
        "short_id": "SHOP-1",
        "status": "unresolved",
        "is_handled": True,
        "is_regressed": False,
        "events": 12,
        "first_at": NOON - dt.timedelta(days=2),
        "last_at": NOON,
        "status_at": None,
        "ignored_until": None,
        "ignored_until_events": None,
        "ignored_until_users": None,
    }
    texts = dict.fromkeys(Issue.__dataclass_fields__, "")
    return Issue(**{**texts, **values, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "unresolved"),
        ({"is_regressed": True}, "came back after it was resolved"),
        ({"status": "resolved"}, "resolved"),
        ({"status": "resolved", "resolved_in": SHA}, "resolved in 3f2a91c"),
        ({"status": "resolved", "resolved_after": "shop@2.0"}, "resolved in the next release after 2.0"),
        ({"status": "resolved", "resolved_commit": SHA}, "resolved in commit 3f2a91c"),
        ({"status": "ignored"}, "ignored for good"),
        ({"status": "ignored", "ignored_until": NOON}, "ignored until Nov 23, 12:00 UTC"),
        ({"status": "ignored", "ignored_until_events": 13}, "ignored until 1 more event"),
        ({"status": "ignored", "ignored_until_events": 1012}, "ignored until 1,000 more events"),
        ({"status": "ignored", "ignored_until_users": 1}, "ignored until it affects 1 more user"),
        (
            {"status": "ignored", "ignored_until": NOON, "ignored_until_users": 5},
            "ignored until Nov 23, 12:00 UTC or until it affects 5 more users",
        ),
    ],
)
def test_a_state_is_said_in_words(changes: dict[str, Any], words: str) -> None:
    assert state_of(_issue(**changes)) == words


@pytest.mark.parametrize(
    ("changes", "marks"),
    [
        ({}, []),
        ({"first_at": NOON - dt.timedelta(hours=1)}, ["new"]),
        ({"is_handled": False, "is_regressed": True}, ["regressed", "unhandled"]),
        ({"status": "resolved"}, ["resolved"]),
    ],
)
def test_what_stands_out_is_marked(changes: dict[str, Any], marks: list[str]) -> None:
    assert [mark.text for mark in marks_of(_issue(**changes), now=NOON)] == marks
