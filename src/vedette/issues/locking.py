"""Issues that are being changed: locked until the transaction ends, hashes before issues and each in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vedette.catalogue.database import ALIAS
from vedette.issues.ledger import chunks
from vedette.issues.models import IssueHashRow, IssueRow

_MOST = 2**63 - 1


class NoIssueError(LookupError):
    """There is no such issue (any more)."""


def locked(ids: Iterable[int], *, is_each_needed: bool = False) -> list[IssueRow]:
    """Return those of the issues *ids* that there are, locked.

    Raises:
        NoIssueError: If there are none, or where *is_each_needed* not all.
        django.db.Error: If the state database is away.
    """
    wanted = sorted({id_ for id_ in ids if 0 < id_ <= _MOST})
    rows = IssueRow.objects.using(ALIAS).select_for_update()
    found = [row for chunk in chunks(wanted) for row in rows.filter(id__in=chunk).order_by("id")]
    if not found or (is_each_needed and len(found) < len(wanted)):
        missing = sorted(set(wanted) - {row.id for row in found})
        raise NoIssueError(f"There is no issue {missing[0]}." if missing else "No issue was named.")
    return found


def lock_hashes(ids: Sequence[int]) -> list[IssueHashRow]:
    """Return the hashes of the issues *ids*, locked; to be called before `locked`, as the digest does.

    Two that take the same locks in another order would wait for each other.

    Raises:
        django.db.Error: If the state database is away.
    """
    rows = IssueHashRow.objects.using(ALIAS).select_for_update()
    return [row for chunk in chunks(ids) for row in rows.filter(issue__in=chunk).order_by("id")]
