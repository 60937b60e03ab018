"""What people decide of issues: they are resolved, ignored, or neither.  Each is one transaction, in which it is told as well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from vedette.catalogue.database import ALIAS, chunks
from vedette.changes import operations as changes
from vedette.changes.queries import list_changes
from vedette.issues import mentions
from vedette.issues.changed import SUBJECT, change_of
from vedette.issues.columns import clean
from vedette.issues.locking import lock_issues, locked
from vedette.issues.models import IssueRow, IssueUserRow
from vedette.issues.regression import forget_waits
from vedette.issues.statuses import IGNORED, RESOLVED, UNRESOLVED
from vedette.store.paging import micros_of

MOST_IGNORED = 1_000_000_000
"""The largest number of events or users that an issue may wait for."""
_RELEASE_CHARS = 250
_COMMIT_CHARS = 64
_WAITS_FOR_COMMIT = Q(status=RESOLVED, resolved_in="") & ~Q(resolved_commit="")
_Done = tuple[IssueRow, str, str, Mapping[str, str]]
"""An issue that has entered a state: the state before, why, and the details of the change."""


class UnableToResolve(ValueError):
    """The issue cannot wait for that; the message says why."""


class UnableToIgnore(ValueError):
    """The issue cannot be ignored until then; the message says why."""


def resolve(
    ids: Iterable[int],
    *,
    actor: str,
    now: dt.datetime,
    in_next_release: bool = False,
    in_release: str = "",
    in_commit: str = "",
    newest_release: Callable[[str], str] | None = None,
    release_with: Callable[[str, str], str] | None = None,
) -> int:
    """Resolve issues: now, in the next release, in the release or in the commit that is named; return how many were not yet so.

    *newest_release* knows the newest release of a service; where it does not, it is the one in which an issue of the service
    was seen last.  *release_with* knows the release of a service that already holds a commit, ``""`` where none does.

    Raises:
        NoIssueError: If none of *ids* is an issue.
        UnableToResolve: If more than one of these is given, or the service has no releases.
        django.db.Error: If the state database is away.
    """
    if sum(map(bool, (in_next_release, in_release, in_commit))) > 1:
        raise UnableToResolve("An issue waits for one thing only.")
    in_release, in_commit = clean(in_release.strip(), _RELEASE_CHARS), in_commit.strip().lower()
    if in_commit and not mentions.is_sha(in_commit):
        raise UnableToResolve(f"{in_commit[:80]!r} is not the name of a commit: at least 7 hex digits.")
    with transaction.atomic(using=ALIAS):
        rows = locked(ids)
        services = {row.service for row in rows}
        newest = {each: _newest(each, newest_release) for each in services} if in_next_release else {}
        if without := [service for service, release in newest.items() if not release]:
            raise UnableToResolve(f"No release of {without[0]} is known: there is none to be the next.")
        # A commit that is out already is waited for no more: nobody will announce it again.
        holding = (
            {each: release_with(each, in_commit) for each in services} if release_with and in_commit else {}
        )
        done = []
        for row in rows:
            release, after = holding.get(row.service, in_release), newest.get(row.service, "")
            wanted = (RESOLVED, release, after, in_commit)
            if (row.status, row.resolved_in, row.resolved_after, row.resolved_commit) == wanted:
                continue
            before = _enter(row, RESOLVED, now)
            row.resolved_in, row.resolved_after, row.resolved_commit = wanted[1:]
            done.append((row, before, *_how_resolved(release, after, in_commit)))
        _save(done, actor=actor, now=now)
    return len(done)


def unresolve(ids: Iterable[int], *, actor: str, now: dt.datetime) -> int:
    """Make issues unresolved; return how many were not.

    Raises:
        NoIssueError: If none of *ids* is an issue.
        django.db.Error: If the state database is away.
    """
    with transaction.atomic(using=ALIAS):
        rows = [row for row in locked(ids) if row.status != UNRESOLVED]
        done: list[_Done] = [(row, _enter(row, UNRESOLVED, now), "opened again by hand", {}) for row in rows]
        _save(done, actor=actor, now=now)
    return len(done)


def ignore(
    ids: Iterable[int],
    *,
    actor: str,
    now: dt.datetime,
    until: dt.datetime | None = None,
    events: int | None = None,
    users: int | None = None,
) -> int:
    """Ignore issues: for good, until a time, until so many more events or until so many users more; return how many there are.

    Of several of these the first that comes to pass wakes the issue.

    Raises:
        NoIssueError: If none of *ids* is an issue.
        UnableToIgnore: If *until* has passed, or a number is not positive or too large.
        django.db.Error: If the state database is away.
    """
    if until is not None and until <= now:
        raise UnableToIgnore("That time has passed.")
    if any(number is not None and not 1 <= number <= MOST_IGNORED for number in (events, users)):
        raise UnableToIgnore(f"The number must be from 1 to {MOST_IGNORED:,}.")
    with transaction.atomic(using=ALIAS):
        done = []
        for row in locked(ids):
            before = _enter(row, IGNORED, now)
            row.ignored_until_us = None if until is None else micros_of(until)
            row.ignored_until_events = None if events is None else row.events + events
            row.ignored_until_users = users
            done.append((row, before, *_how_ignored(until, events, users)))
        _save(done, actor=actor, now=now)
    return len(done)


def resolve_in_commits(
    service: str, *, release: str, commits: Mapping[str, str], now: dt.datetime, actor: str = ""
) -> list[int]:
    """Resolve, in *release*, what its *commits* (the messages by name) say they fix, and what waits for one of them.

    Said twice, it takes effect once.  Return the numbers of the issues.

    Raises:
        django.db.Error: If the state database is away.
    """
    release = clean(release, _RELEASE_CHARS)
    fixes = mentions.fixed_in(service, commits)
    with transaction.atomic(using=ALIAS):
        waiting = IssueRow.objects.using(ALIAS).filter(_WAITS_FOR_COMMIT, service=service)
        rows = lock_issues({*fixes, *waiting.values_list("id", flat=True)})
        found = [(row, _fixing_commit(row, fixes, commits)) for row in rows if row.service == service]
        done = [_fixed(row, release, commit, now) for row, commit in found if commit]
        _save(done, actor=actor, now=now)
    return [row.id for row, *_ in done]


def _fixing_commit(row: IssueRow, fixes: Mapping[int, str], commits: Mapping[str, str]) -> str:
    if row.id in fixes and not _is_told(row, fixes[row.id]):
        return fixes[row.id]
    if row.status != RESOLVED or row.resolved_in or not row.resolved_commit:
        return ""
    return next((sha for sha in commits if sha.lower().startswith(row.resolved_commit)), "")


def _fixed(row: IssueRow, release: str, commit: str, now: dt.datetime) -> _Done:
    before = _enter(row, RESOLVED, now)
    row.resolved_in, row.resolved_commit = release, commit[:_COMMIT_CHARS]
    return row, before, f"fixed by {commit[:12]} in {release}", {"release": release, "commit": commit}


def _is_told(row: IssueRow, commit: str) -> bool:
    # Commits are announced again when a job is run again; an issue that has come back since stays open.
    return any(change.details.get("commit") == commit for change in list_changes(SUBJECT, str(row.id)))


def _enter(row: IssueRow, status: str, now: dt.datetime) -> str:
    before = row.status
    forget_waits(row)
    row.status, row.status_us, row.is_regressed = status, micros_of(now), False
    return before


def _save(done: Sequence[_Done], *, actor: str, now: dt.datetime) -> None:
    for chunk in chunks([row.id for row, *_ in done]):
        IssueUserRow.objects.using(ALIAS).filter(issue__in=chunk).delete()
    for row, *_ in done:
        row.save(using=ALIAS)
    if done:
        changes.write(
            *(
                change_of(
                    row, at_us=micros_of(now), before=before, reason=reason, actor=actor, details=details
                )
                for row, before, reason, details in done
            )
        )


def _newest(service: str, newest_release: Callable[[str], str] | None) -> str:
    if newest_release is not None and (release := newest_release(service)):
        return release
    rows = IssueRow.objects.using(ALIAS).filter(service=service).exclude(last_release="")
    return rows.order_by("-last_us").values_list("last_release", flat=True).first() or ""


def _how_resolved(in_release: str, after: str, commit: str) -> tuple[str, Mapping[str, str]]:
    if commit:
        where = f", which {in_release} holds" if in_release else ""
        details = {"commit": commit, **({"release": in_release} if in_release else {})}
        return f"resolved in commit {commit[:12]}{where}", details
    if in_release:
        return f"resolved in {in_release}", {"release": in_release}
    if after:
        return f"resolved in the release after {after}", {"after_release": after}
    return "resolved by hand", {}


def _how_ignored(
    until: dt.datetime | None, events: int | None, users: int | None
) -> tuple[str, Mapping[str, str]]:
    words = []
    if until is not None:
        words.append(f"until {until.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC")
    if events is not None:
        words.append(f"until {events:,} more event{'s' * (events != 1)}")
    if users is not None:
        words.append(f"until it affects {users:,} more user{'s' * (users != 1)}")
    return f"ignored {' or '.join(words) or 'for good'}", {}
