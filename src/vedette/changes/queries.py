"""What has changed, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vedette.catalogue.database import ALIAS
from vedette.changes.models import ChangeRow
from vedette.store.paging import micros_of, time_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something went from one state to another.

    `subject` says what kind of thing it is (``issue``, ``release``), `subject_id` which one, `title` how people call it;
    `before` is ``""`` for what is new.  `actor` is the user's name, ``""`` where Vedette itself did it.  `details` are texts
    that belong to the change, such as the release in which an error came back.
    """

    at: dt.datetime
    service: str
    subject: str
    subject_id: str
    title: str
    before: str
    after: str
    reason: str
    actor: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def list_changes(subject: str, subject_id: str, *, limit: int = 200) -> list[Change]:
    """Return the last *limit* changes of one thing, the newest first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = ChangeRow.objects.using(ALIAS).filter(subject=subject, subject_id=subject_id).order_by("-id")
    return [_change(row) for row in rows[:limit]]


def list_changes_between(
    subject: str, *, start: dt.datetime, end: dt.datetime, after: Sequence[str] = (), limit: int = 500
) -> list[Change]:
    """Return the changes of all things of a kind from *start* until *end*, the newest first; *after* chooses the new states.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = ChangeRow.objects.using(ALIAS).filter(
        subject=subject, at_us__gte=micros_of(start), at_us__lt=micros_of(end)
    )
    if after:
        rows = rows.filter(after__in=list(after))
    return [_change(row) for row in rows.order_by("-at_us", "-id")[:limit]]


def list_changes_with(
    subject: str,
    *,
    service: str,
    before: str,
    after: str,
    detail: str,
    values: Sequence[str],
    limit: int = 5000,
) -> list[Change]:
    """Return the changes from one state to another of which a detail is one of *values*, the newest first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = ChangeRow.objects.using(ALIAS).filter(
        subject=subject,
        service=service,
        before=before,
        after=after,
        **{f"details__{detail}__in": list(values)},
    )
    return [_change(row) for row in rows.order_by("-id")[:limit]]


def _change(row: ChangeRow) -> Change:
    return Change(
        at=time_of(row.at_us),
        service=row.service,
        subject=row.subject,
        subject_id=row.subject_id,
        title=row.title,
        before=row.before,
        after=row.after,
        reason=row.reason,
        actor=row.actor,
        details=row.details,
    )
