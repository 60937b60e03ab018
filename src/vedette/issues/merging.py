"""Issues that become one, and one that becomes two.  Each is one transaction, in which it is told as well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from vedette.catalogue.database import ALIAS, chunks
from vedette.changes import operations as changes
from vedette.issues.changed import MERGED, SPLIT, SUBJECT, change_of
from vedette.issues.issue import short_id_of
from vedette.issues.locking import locked_with_hashes
from vedette.issues.models import CommentRow, IssueHashRow, IssueRow
from vedette.issues.statuses import UNRESOLVED
from vedette.store.paging import micros_of


class UnableToMerge(ValueError):
    """These issues cannot become one; the message says why."""


class UnableToSplit(ValueError):
    """The issue cannot be taken apart so; the message says why."""


def merge(ids: Iterable[int], *, into: int, actor: str, now: dt.datetime) -> None:
    """Make issues one with *into*, which keeps its name and its state; the others are no more.

    Raises:
        NoIssueError: If one of them is no issue.
        UnableToMerge: If they are of several services, or there is none but *into*.
        django.db.Error: If the state database is away.
    """
    others = sorted(set(ids) - {into})
    if not others:
        raise UnableToMerge("It takes two issues to make them one.")
    with transaction.atomic(using=ALIAS):
        _, locked = locked_with_hashes([into, *others])
        rows = {row.id: row for row in locked}
        target, merged = rows[into], [rows[id_] for id_ in others]
        if any(row.service != target.service for row in merged):
            raise UnableToMerge("Issues of different services cannot be one.")
        for chunk in chunks(others):
            IssueHashRow.objects.using(ALIAS).filter(issue__in=chunk).update(issue=target)
            CommentRow.objects.using(ALIAS).filter(issue__in=chunk).update(issue=target)
            IssueRow.objects.using(ALIAS).filter(id__in=chunk).delete()
        changes.move(SUBJECT, map(str, others), to=str(into))
        _recount(target)
        names = ", ".join(short_id_of(row.service, row.id) for row in merged)
        _tell(target, MERGED, f"{names} became part of it", actor=actor, now=now)


def split(id: int, *, hashes: Iterable[str], actor: str, now: dt.datetime) -> int:
    """Take the events of *hashes* out of an issue; return the number of the new issue that they are.

    Raises:
        NoIssueError: If *id* is no issue.
        UnableToSplit: If *hashes* are not its own, or one of the two would be left without events.
        django.db.Error: If the state database is away.
    """
    wanted = set(hashes)
    with transaction.atomic(using=ALIAS):
        own, (row,) = locked_with_hashes([id])
        moved = [each for each in own if each.hash in wanted]
        if len(moved) < len(wanted):
            raise UnableToSplit("Not all of these are the issue's own.")
        if not any(each.events for each in moved):
            raise UnableToSplit("There are no events to take out.")
        if all(each.hash in wanted for each in own if each.events):
            raise UnableToSplit("Nothing would be left of the issue.")
        first = min((each for each in moved if each.events), key=lambda each: each.first_us)
        made = IssueRow.objects.using(ALIAS).create(
            service=row.service,
            title=first.title,
            culprit=first.culprit,
            type=first.type,
            value=first.value,
            platform=first.platform,
            first_us=first.first_us,
            last_us=first.last_us,
            assignee=row.assignee,
            grouping_version=row.grouping_version,
            status_us=micros_of(now),
        )
        for each in moved:
            each.issue = made
        IssueHashRow.objects.using(ALIAS).bulk_update(moved, ["issue"])
        for issue in (row, made):
            _recount(issue)
        name, new_name = (short_id_of(issue.service, issue.id) for issue in (row, made))
        _tell(made, UNRESOLVED, f"taken out of {name}", actor=actor, now=now, before="")
        _tell(row, SPLIT, f"{new_name} was taken out of it", actor=actor, now=now)
    return made.id


def _recount(row: IssueRow) -> None:
    """Let *row* say of its events what its hashes say of theirs."""
    own = [each for each in IssueHashRow.objects.using(ALIAS).filter(issue=row) if each.events]
    first = min(own, key=lambda each: each.first_us)
    last = max(own, key=lambda each: (each.last_us, each.last_event_id))
    events = sum(each.events for each in own)
    if row.ignored_until_events is not None:
        row.ignored_until_events += events - row.events
    row.events = events
    row.first_us, row.first_release = first.first_us, first.first_release
    row.last_us, row.last_release, row.last_event_id = last.last_us, last.last_release, last.last_event_id
    row.level, row.is_handled = last.level, last.is_handled
    row.save(using=ALIAS)


def _tell(
    row: IssueRow, after: str, reason: str, *, actor: str, now: dt.datetime, before: str | None = None
) -> None:
    before = row.status if before is None else before
    changes.write(
        change_of(row, at_us=micros_of(now), before=before, after=after, reason=reason, actor=actor)
    )
