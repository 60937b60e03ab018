"""What has happened to an issue, and what people wrote of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from vedette.catalogue.database import ALIAS
from vedette.changes.queries import Change, list_changes
from vedette.issues.changed import SUBJECT
from vedette.issues.models import CommentRow
from vedette.issues.statuses import IGNORED, RESOLVED, UNRESOLVED
from vedette.store.paging import time_of

MOST_COMMENTS = 200
COMMENT, NEW, REGRESSED, WOKEN, REOPENED = "comment", "new", "regressed", "woken", "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody wrote of an issue."""

    id: int
    at: dt.datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One thing that happened to an issue.

    `kind` is ``comment``, ``new``, ``regressed`` and ``woken`` (an event reopened it), ``resolved``, ``ignored`` and
    ``unresolved`` (somebody did), ``assigned``, ``unassigned``, ``merged`` or ``split``.  `actor` is ``""`` where Vedette itself
    did it; `text` is the comment, or how it came about.
    """

    at: dt.datetime
    kind: str
    actor: str
    text: str
    details: Mapping[str, str] = field(default_factory=dict)


def list_comments(id: int) -> list[Comment]:
    """Return the last comments on the issue numbered *id*, the newest first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = CommentRow.objects.using(ALIAS).filter(issue=id).order_by("-at_us", "-id")[:MOST_COMMENTS]
    return [Comment(id=row.id, at=time_of(row.at_us), author=row.author, text=row.text) for row in rows]


def get_activity(id: int) -> list[Activity]:
    """Return what happened to the issue numbered *id*, and the comments on it, the newest first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    told = [_of_change(change) for change in list_changes(SUBJECT, str(id))]
    told += [
        Activity(at=each.at, kind=COMMENT, actor=each.author, text=each.text) for each in list_comments(id)
    ]
    return sorted(told, key=lambda each: each.at, reverse=True)


def _of_change(change: Change) -> Activity:
    return Activity(
        at=change.at, kind=_kind(change), actor=change.actor, text=change.reason, details=change.details
    )


def _kind(change: Change) -> str:
    if change.after != UNRESOLVED:
        return change.after
    if not change.before:
        return NEW
    if change.actor or change.before not in {RESOLVED, IGNORED}:
        return REOPENED
    return REGRESSED if change.before == RESOLVED else WOKEN
