"""An issue as pages and commands see it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from vedette.catalogue.database import ALIAS, chunks
from vedette.issues.models import IssueHashRow, IssueRow
from vedette.store.paging import time_of

NEW_FOR = dt.timedelta(hours=24)
MOST_HASHES = 500
_MOST = 2**63 - 1
_ODD = re.compile(r"[^A-Z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Errors that are one problem.

    `title`, `culprit`, `type` and `value` are those of the event it was made of, so that it keeps its name; `level` and
    `is_handled` are those of its latest event.  `events` counts all that were ever seen, also those that are not stored any
    more.  What it waits for is ``""`` or None where it waits for nothing of the kind: `resolved_in` a release,
    `resolved_after` one newer than this, `resolved_commit` one that holds the commit; `ignored_until_events` the `events` at
    which it wakes, `ignored_until_users` the number of people affected since it was ignored.
    """

    id: int
    short_id: str
    service: str
    title: str
    culprit: str
    type: str
    value: str
    level: str
    platform: str
    is_handled: bool
    status: str
    is_regressed: bool
    assignee: str
    first_at: dt.datetime
    last_at: dt.datetime
    first_release: str
    last_release: str
    events: int
    last_event_id: str
    status_at: dt.datetime | None
    resolved_in: str
    resolved_after: str
    resolved_commit: str
    ignored_until: dt.datetime | None
    ignored_until_events: int | None
    ignored_until_users: int | None

    def is_new(self, *, now: dt.datetime) -> bool:
        """Tell whether it was first seen within the last day."""
        return now - self.first_at < NEW_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueHash:
    """A hash by which events belong to an issue, and what those have in common, in a sentence.

    `events` counts those that are known by this hash first; 0 where it is a second name that leads here as well.
    """

    hash: str
    reason: str
    title: str
    events: int
    first_at: dt.datetime
    last_at: dt.datetime
    last_event_id: str


def get_issue(id: int) -> Issue | None:
    """Return the issue numbered *id*; None where there is none (any more).

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    return get_issues([id]).get(id)


def get_issues(ids: Iterable[int]) -> dict[int, Issue]:
    """Return those of the issues *ids* that there are, by id.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    found: dict[int, Issue] = {}
    for chunk in chunks(sorted({id for id in ids if 0 < id <= _MOST})):
        rows = IssueRow.objects.using(ALIAS).filter(id__in=chunk)
        found |= {row.id: issue_of(row) for row in rows}
    return found


def list_hashes(id: int) -> list[IssueHash]:
    """Return the first `MOST_HASHES` hashes of the issue numbered *id*, those of most events first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = IssueHashRow.objects.using(ALIAS).filter(issue=id).order_by("-events", "id")
    return [
        IssueHash(
            hash=row.hash,
            reason=row.reason,
            title=row.title,
            events=row.events,
            first_at=time_of(row.first_us),
            last_at=time_of(row.last_us),
            last_event_id=row.last_event_id,
        )
        for row in rows.defer("value")[:MOST_HASHES]
    ]


def count_hashes(id: int) -> int:
    """Return how many hashes the issue numbered *id* has.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    return IssueHashRow.objects.using(ALIAS).filter(issue=id).count()


def find_issues_by_fingerprint(service: str, fingerprints: Iterable[str]) -> dict[str, Issue]:
    """Return the issues to which errors of *service* with these fingerprints belong, by fingerprint.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    found: dict[str, Issue] = {}
    for chunk in chunks(sorted({each for each in fingerprints if each})):
        rows = IssueHashRow.objects.using(ALIAS).filter(service=service, hash__in=chunk)
        found |= {row.hash: issue_of(row.issue) for row in rows.select_related("issue")}
    return found


def short_id_of(service: str, id: int) -> str:
    """Return how people call the issue numbered *id*: ``SHOP-12``."""
    return f"{_ODD.sub('-', service.upper()).strip('-') or 'ISSUE'}-{id}"


def issue_of(row: IssueRow) -> Issue:
    """Return the issue in *row*."""
    return Issue(
        id=row.id,
        short_id=short_id_of(row.service, row.id),
        service=row.service,
        title=row.title,
        culprit=row.culprit,
        type=row.type,
        value=row.value,
        level=row.level,
        platform=row.platform,
        is_handled=row.is_handled,
        status=row.status,
        is_regressed=row.is_regressed,
        assignee=row.assignee,
        first_at=time_of(row.first_us),
        last_at=time_of(row.last_us),
        first_release=row.first_release,
        last_release=row.last_release,
        events=row.events,
        last_event_id=row.last_event_id,
        status_at=None if row.status_us is None else time_of(row.status_us),
        resolved_in=row.resolved_in,
        resolved_after=row.resolved_after,
        resolved_commit=row.resolved_commit,
        ignored_until=None if row.ignored_until_us is None else time_of(row.ignored_until_us),
        ignored_until_events=row.ignored_until_events,
        ignored_until_users=row.ignored_until_users,
    )
