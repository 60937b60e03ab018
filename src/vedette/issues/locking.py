"""Issues that are being changed: locked until the transaction ends, hashes before issues and each in the order of their ids."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from django.db import transaction

from vedette.catalogue.database import ALIAS, chunks
from vedette.issues.models import IssueHashRow, IssueRow

_MOST = 2**63 - 1
_ATTEMPTS = 10


class NoIssueError(LookupError):
    """There is no such issue (any more)."""


class _LateHashError(Exception):
    """A hash has joined an issue since its hashes were locked: the locks are given back."""


def locked(ids: Iterable[int]) -> list[IssueRow]:
    """Return those of the issues *ids* that there are, locked.

    Raises:
        NoIssueError: If there are none.
        django.db.Error: If the state database is away.
    """
    wanted = _possible(ids)
    return _found(lock_issues(wanted), wanted)


def locked_with_hashes(ids: Iterable[int]) -> tuple[list[IssueHashRow], list[IssueRow]]:
    """Return the issues *ids* and their hashes, locked.

    Raises:
        NoIssueError: If there are not all of them.
        django.db.Error: If the state database is away.
    """
    wanted = _possible(ids)
    hashes, issues = lock_with_hashes(wanted)
    return hashes, _found(issues, wanted, is_each_needed=True)


def lock_issues(ids: Iterable[int]) -> list[IssueRow]:
    """Return those of the issues *ids* that there are, locked; once in a transaction, so that all are locked in one order.

    Raises:
        django.db.Error: If the state database is away.
    """
    rows = IssueRow.objects.using(ALIAS).select_for_update()
    return [row for chunk in chunks(sorted(ids)) for row in rows.filter(id__in=chunk).order_by("id")]


def lock_with_hashes(ids: Iterable[int]) -> tuple[list[IssueHashRow], list[IssueRow]]:
    """Return the hashes of the issues *ids* and those that there are of them, locked in the order in which the digest does.

    Two that take the same locks in another order would wait for each other.  A hash that has joined one of the issues before
    that was locked itself comes too late for the order: then all locks are given back, and taken again.

    Raises:
        django.db.Error: If the state database is away.
    """
    wanted = sorted(ids)
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(_LateHashError), transaction.atomic(using=ALIAS):
            hashes, issues = _lock_hashes(wanted), lock_issues(wanted)
            if _hash_ids(wanted) != {row.id for row in hashes}:
                raise _LateHashError
            return hashes, issues
    return _lock_hashes(wanted), lock_issues(wanted)


def _lock_hashes(ids: list[int]) -> list[IssueHashRow]:
    rows = IssueHashRow.objects.using(ALIAS).select_for_update()
    return [row for chunk in chunks(ids) for row in rows.filter(issue__in=chunk).order_by("id")]


def _hash_ids(ids: list[int]) -> set[int]:
    rows = IssueHashRow.objects.using(ALIAS).values_list("id", flat=True)
    return {id_ for chunk in chunks(ids) for id_ in rows.filter(issue__in=chunk)}


def _possible(ids: Iterable[int]) -> set[int]:
    return {id_ for id_ in ids if 0 < id_ <= _MOST}


def _found(rows: list[IssueRow], wanted: set[int], *, is_each_needed: bool = False) -> list[IssueRow]:
    if not rows or (is_each_needed and len(rows) < len(wanted)):
        missing = sorted(wanted - {row.id for row in rows})
        raise NoIssueError(f"There is no issue {missing[0]}." if missing else "No issue was named.")
    return rows
