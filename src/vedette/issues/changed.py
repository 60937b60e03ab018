"""What is told of an issue that changed."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.changes.queries import Change
from vedette.issues.models import IssueRow
from vedette.store.paging import time_of

SUBJECT = "issue"
ASSIGNED, UNASSIGNED, MERGED, SPLIT = "assigned", "unassigned", "merged", "split"
"""What a change says after which an issue is in the same state as before."""


def change_of(
    issue: IssueRow,
    *,
    at_us: int,
    before: str,
    reason: str,
    after: str = "",
    actor: str = "",
    details: Mapping[str, str] | None = None,
) -> Change:
    """Return that *issue* went from *before* to *after*, by default to the state that it is in."""
    return Change(
        at=time_of(at_us),
        service=issue.service,
        subject=SUBJECT,
        subject_id=str(issue.id),
        title=issue.title,
        before=before,
        after=after or issue.status,
        reason=reason,
        actor=actor,
        details=details or {},
    )
