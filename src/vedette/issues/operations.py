"""What people do about issues.  Each is one transaction, in which it is told as well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from vedette.catalogue.database import ALIAS
from vedette.changes import operations as changes
from vedette.changes.queries import list_changes
from vedette.issues import mentions
from vedette.issues.changed import SUBJECT, change_of
from vedette.issues.issue import short_id_of
from vedette.issues.ledger import chunks, clean
from vedette.issues.models import CommentRow, IssueHashRow, IssueRow, IssueUserRow
from vedette.issues.regression import forget_waits
from vedette.issues.statuses import IGNORED, RESOLVED, UNRESOLVED
from vedette.store.paging import micros_of

MOST_COMMENT_CHARS = 10_000
ASSIGNED, UNASSIGNED, MERGED, SPLIT = "assigned", "unassigned", "merged", "split"
"""What a change says after which an issue is in the same state as before."""
_RELEASE_CHARS = 250
_COMMIT_CHARS = 64
_MOST = 2**63 - 1


class NoIssueError(LookupError):
    """There is no such issue (any more)."""


class UnableToResolve(ValueError):
    """The issue cannot wait for that; the message says why."""


class UnableToIgnore(ValueError):
    """The issue cannot be ignored until then; the message says why."""


class UnableToMerge(ValueError):
    """These issues cannot become one; the message says why."""


class UnableToSplit(ValueError):
    """The issue cannot be taken apart so; the message says why."""


class UnableToComment(ValueError):
    """That is no comment; the message says why."""


def resolve(
    ids: Iterable[int],
    *,
    actor: str,
    now: dt.datetime,
    in_next_release: bool = False,
    in_release: str = "",
    in_commit: str = "",
    newest_release: Callable[[str], str] | None = None,
) -> int:
    """Resolve issues: now, in the next release, in the release or in the commit that is named; return how many were not yet so.

    *newest_release* knows the newest release of a service; by default it is the one in which an issue of the service was
    seen last.

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
    find_newest = newest_release or _newest_seen
    with transaction.atomic(using=ALIAS):
        rows = _locked(ids)
        newest = {service: find_newest(service) for service in {row.service for row in rows}}
        if in_next_release and (without := [service for service in newest if not newest[service]]):
            raise UnableToResolve(f"No release of {without[0]} is known: there is none to be the next.")
        done = []
        for row in rows:
            after = newest[row.service] if in_next_release else ""
            wanted = (RESOLVED, in_release, after, in_commit)
            if (row.status, row.resolved_in, row.resolved_after, row.resolved_commit) == wanted:
                continue
            before = _enter(row, RESOLVED, now)
            row.is_regressed = False
            row.resolved_in, row.resolved_after, row.resolved_commit = wanted[1:]
            done.append((row, before, *_how_resolved(in_release, after, in_commit)))
        _save(done, actor=actor, now=now)
    return len(done)


def unresolve(ids: Iterable[int], *, actor: str, now: dt.datetime) -> int:
    """Make issues unresolved; return how many were not.

    Raises:
        NoIssueError: If none of *ids* is an issue.
        django.db.Error: If the state database is away.
    """
    with transaction.atomic(using=ALIAS):
        rows = [row for row in _locked(ids) if row.status != UNRESOLVED]
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
        UnableToIgnore: If *until* has passed, or a number is not positive.
        django.db.Error: If the state database is away.
    """
    if until is not None and until <= now:
        raise UnableToIgnore("That time has passed.")
    if any(number is not None and number < 1 for number in (events, users)):
        raise UnableToIgnore("The number must be 1 or more.")
    with transaction.atomic(using=ALIAS):
        done = []
        for row in _locked(ids):
            before = _enter(row, IGNORED, now)
            row.ignored_until_us = None if until is None else micros_of(until)
            row.ignored_until_events = None if events is None else row.events + events
            row.ignored_until_users = users
            done.append((row, before, *_how_ignored(until, events, users)))
        _save(done, actor=actor, now=now)
    return len(done)


def assign(ids: Iterable[int], *, to: str, actor: str, now: dt.datetime) -> int:
    """Assign issues to the user named *to*, or to nobody (``""``); return how many were not yet.

    Raises:
        NoIssueError: If none of *ids* is an issue.
        django.db.Error: If the state database is away.
    """
    to = clean(to.strip(), 150)
    with transaction.atomic(using=ALIAS):
        told = []
        for row in _locked(ids):
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
        (row,) = _locked([id])
        CommentRow.objects.using(ALIAS).create(
            issue=row, at_us=micros_of(now), author=author[:150], text=clean(text, MOST_COMMENT_CHARS)
        )


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
        _lock_hashes([into, *others])
        rows = {row.id: row for row in _locked([into, *others], is_each_needed=True)}
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
        own = _lock_hashes([id])
        (row,) = _locked([id])
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
        rows = IssueRow.objects.using(ALIAS).select_for_update().filter(service=service)
        waiting = Q(status=RESOLVED, resolved_in="") & ~Q(resolved_commit="")
        found = [row for chunk in chunks(sorted(fixes)) for row in rows.filter(id__in=chunk).order_by("id")]
        done = [_fixed(row, release, fixes[row.id], now) for row in found if not _is_told(row, fixes[row.id])]
        for row in rows.filter(waiting).exclude(id__in=[row.id for row, *_ in done]).order_by("id"):
            commit = next((sha for sha in commits if sha.lower().startswith(row.resolved_commit)), "")
            if commit:
                done.append(_fixed(row, release, commit, now))
        _save(done, actor=actor, now=now)
    return [row.id for row, *_ in done]


_Done = tuple[IssueRow, str, str, Mapping[str, str]]
"""An issue that has entered a state: the state before, why, and the details of the change."""


def _fixed(row: IssueRow, release: str, commit: str, now: dt.datetime) -> _Done:
    before = _enter(row, RESOLVED, now)
    row.is_regressed = False
    row.resolved_in, row.resolved_commit = release, commit[:_COMMIT_CHARS]
    return row, before, f"fixed by {commit[:12]} in {release}", {"release": release, "commit": commit}


def _is_told(row: IssueRow, commit: str) -> bool:
    # Commits are announced again when a job is run again; an issue that has come back since stays open.
    return any(change.details.get("commit") == commit for change in list_changes(SUBJECT, str(row.id)))


def _locked(ids: Iterable[int], *, is_each_needed: bool = False) -> list[IssueRow]:
    wanted = sorted({id_ for id_ in ids if 0 < id_ <= _MOST})
    rows = IssueRow.objects.using(ALIAS).select_for_update()
    found = [row for chunk in chunks(wanted) for row in rows.filter(id__in=chunk).order_by("id")]
    if not found or (is_each_needed and len(found) < len(wanted)):
        missing = sorted(set(wanted) - {row.id for row in found})
        raise NoIssueError(f"There is no issue {missing[0]}." if missing else "No issue was named.")
    return found


def _lock_hashes(ids: Sequence[int]) -> list[IssueHashRow]:
    # Before the issues, as the digest does: two that take the same locks in another order would wait for each other.
    rows = IssueHashRow.objects.using(ALIAS).select_for_update()
    return [row for chunk in chunks(ids) for row in rows.filter(issue__in=chunk).order_by("id")]


def _enter(row: IssueRow, status: str, now: dt.datetime) -> str:
    before = row.status
    forget_waits(row)
    row.status, row.status_us = status, micros_of(now)
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


def _tell(
    row: IssueRow, after: str, reason: str, *, actor: str, now: dt.datetime, before: str | None = None
) -> None:
    before = row.status if before is None else before
    changes.write(
        change_of(row, at_us=micros_of(now), before=before, after=after, reason=reason, actor=actor)
    )


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


def _newest_seen(service: str) -> str:
    rows = IssueRow.objects.using(ALIAS).filter(service=service).exclude(last_release="")
    return rows.order_by("-last_us").values_list("last_release", flat=True).first() or ""


def _how_resolved(in_release: str, after: str, commit: str) -> tuple[str, Mapping[str, str]]:
    if in_release:
        return f"resolved in {in_release}", {"release": in_release}
    if after:
        return f"resolved in the release after {after}", {"after_release": after}
    if commit:
        return f"resolved in commit {commit[:12]}", {"commit": commit}
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
