"""Who looks after issues, and what people write of them.  Each is one transaction, in which it is told as well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from vedette.catalogue.database import ALIAS
from vedette.changes import operations as changes
from vedette.issues.changed import ASSIGNED, UNASSIGNED, change_of
from vedette.issues.columns import clean
from vedette.issues.locking import locked
from vedette.issues.models import CommentRow
from vedette.store.paging import micros_of

MOST_COMMENT_CHARS = 10_000


class UnableToComment(ValueError):
    """That is no comment; the message says why."""


def assign(ids: Iterable[int], *, to: str, actor: str, now: dt.datetime) -> int:
    """Assign issues to the user named *to*, or to nobody (``""``); return how many were not yet.

    Raises:
        NoIssueError: If none of *ids* is an issue.
        django.db.Error: If the state database is away.
    """
    to = clean(to.strip(), 150)
    with transaction.atomic(using=ALIAS):
        told = []
        for row in locked(ids):
            if row.assignee != to:
                before, row.assignee = row.assignee, to
                row.save(using=ALIAS, update_fields=["assignee"])
                told.append(
                    change_of(
                        row,
                        at_us=micros_of(now),
                        before=row.status,
                        after=ASSIGNED if to else UNASSIGNED,
                        reason=f"assigned to {to}" if to else f"no longer assigned to {before}",
                        actor=actor,
                        details={"assignee": to, "before": before},
                    )
                )
        if told:
            changes.write(*told)
    return len(told)


def comment(id: int, *, text: str, author: str, now: dt.datetime) -> None:
    """Write of an issue.

    Raises:
        NoIssueError: If *id* is no issue.
        UnableToComment: If *text* is empty or too long.
        django.db.Error: If the state database is away.
    """
    text = text.strip()
    if not text:
        raise UnableToComment("There is nothing in it.")
    if len(text) > MOST_COMMENT_CHARS:
        raise UnableToComment(f"It is longer than {MOST_COMMENT_CHARS:,} characters.")
    with transaction.atomic(using=ALIAS):
        (row,) = locked([id])
        CommentRow.objects.using(ALIAS).create(
            issue=row, at_us=micros_of(now), author=author[:150], text=clean(text, MOST_COMMENT_CHARS)
        )
