"""When an event reopens an issue that was resolved, or wakes one that is ignored."""

from __future__ import annotations

from collections.abc import Callable

from vedette.issues.models import IssueRow
from vedette.issues.statuses import UNRESOLVED

IsNewer = Callable[[str, str, str], bool]
"""Tells of (service, release, than) whether *release* came after *than*."""


def is_another(service: str, release: str, than: str) -> bool:
    """Take any other release for a newer one, where nobody knows their order."""
    return release != than


def is_reopened(issue: IssueRow, *, release: str, time_us: int, is_newer: IsNewer) -> bool:
    """Tell whether an event of *release* at *time_us* shows that a resolved *issue* is not.

    What happened before the resolution shows nothing.  A resolution that waits for a release holds until an event of that
    release or a newer one (`resolved_in`), or of one newer than the newest of then (`resolved_after`); one that waits for a
    commit, until a release holds it.  An event that names no release may be of any.
    """
    if issue.status_us is not None and time_us <= issue.status_us:
        return False
    if not release:
        return True
    if issue.resolved_in:
        return release == issue.resolved_in or is_newer(issue.service, release, issue.resolved_in)
    if issue.resolved_after:
        return release != issue.resolved_after and is_newer(issue.service, release, issue.resolved_after)
    return not issue.resolved_commit


def why_woken(issue: IssueRow, *, time_us: int, users: int = 0) -> str:
    """Return why *issue*, which is ignored, is so no more after an event at *time_us*; ``""`` where it still is."""
    if issue.ignored_until_us is not None and time_us >= issue.ignored_until_us:
        return "it was to be ignored until then"
    if issue.ignored_until_events is not None and issue.events >= issue.ignored_until_events:
        return "it had as many events more as it was to be ignored for"
    if issue.ignored_until_users is not None and users >= issue.ignored_until_users:
        return "it affected as many users as it was to be ignored for"
    return ""


def reopen(issue: IssueRow, *, at_us: int, is_regressed: bool) -> None:
    """Make *issue* unresolved, and forget what it waited for."""
    forget_waits(issue)
    issue.status = UNRESOLVED
    issue.status_us = at_us
    issue.is_regressed = is_regressed


def forget_waits(issue: IssueRow) -> None:
    """Let *issue* wait for no release, commit, time, event or user."""
    issue.resolved_in = issue.resolved_after = issue.resolved_commit = ""
    issue.ignored_until_us = issue.ignored_until_events = issue.ignored_until_users = None
