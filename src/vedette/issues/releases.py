"""What a release brought: issues that were new in it, came back in it, or are resolved in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count

from vedette.catalogue.database import ALIAS, chunks
from vedette.changes.queries import list_changes_with
from vedette.issues.changed import SUBJECT
from vedette.issues.issue import Issue, get_issues, issue_of
from vedette.issues.models import IssueRow
from vedette.issues.statuses import RESOLVED, UNRESOLVED

Kind = Literal["new", "regressed", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseIssues:
    """How many issues were first seen in a release, came back in it, and are resolved in it."""

    new: int = 0
    regressed: int = 0
    resolved: int = 0


def count_release_issues(service: str, versions: Iterable[str]) -> dict[str, ReleaseIssues]:
    """Return for each of *versions* of *service* what it brought.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    wanted = sorted({version for version in versions if version})
    new = _counted(service, "first_release", wanted)
    resolved = _counted(service, "resolved_in", wanted)
    regressed: dict[str, set[str]] = {}
    for change in list_changes_with(
        SUBJECT, service=service, before=RESOLVED, after=UNRESOLVED, detail="release", values=wanted
    ):
        if not change.actor:
            regressed.setdefault(change.details["release"], set()).add(change.subject_id)
    return {
        version: ReleaseIssues(
            new=new.get(version, 0),
            regressed=len(regressed.get(version, ())),
            resolved=resolved.get(version, 0),
        )
        for version in wanted
    }


def list_release_issues(service: str, version: str, *, kind: Kind, limit: int = 100) -> list[Issue]:
    """Return the issues that were new, came back or are resolved in a release, those seen last first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = IssueRow.objects.using(ALIAS).filter(service=service).order_by("-last_us", "-id")
    if kind == "new":
        return [issue_of(row) for row in rows.filter(first_release=version)[:limit]]
    if kind == "resolved":
        return [issue_of(row) for row in rows.filter(resolved_in=version, status=RESOLVED)[:limit]]
    changes = list_changes_with(
        SUBJECT, service=service, before=RESOLVED, after=UNRESOLVED, detail="release", values=[version]
    )
    found = get_issues(int(change.subject_id) for change in changes if not change.actor).values()
    return sorted(found, key=lambda issue: (issue.last_at, issue.id), reverse=True)[:limit]


def _counted(service: str, field: str, versions: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(versions):
        rows = IssueRow.objects.using(ALIAS).filter(service=service, **{f"{field}__in": chunk})
        if field == "resolved_in":
            rows = rows.filter(status=RESOLVED)
        found |= dict(rows.values_list(field).annotate(issues=Count("id")))
    return found
