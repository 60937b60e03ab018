"""What is said of an issue's state: as a sentence, and as marks in a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from vedette.issues.queries import IGNORED, RESOLVED, Issue
from vedette.releases.queries import short


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside an issue's title, and what it means."""

    text: str
    meaning: str
    is_bad: bool = False


def marks_of(issue: Issue, *, now: dt.datetime) -> tuple[Mark, ...]:
    """Return the marks of *issue*."""
    return tuple(_marks(issue, now))


def _marks(issue: Issue, now: dt.datetime) -> Iterator[Mark]:
    if issue.is_regressed:
        yield Mark("regressed", "It was resolved, and came back", is_bad=True)
    if issue.is_new(now=now):
        yield Mark("new", "First seen within a day")
    if not issue.is_handled:
        yield Mark("unhandled", "Nothing caught it before it ended the request", is_bad=True)
    if issue.status in {RESOLVED, IGNORED}:
        yield Mark(state_of(issue), "What was done about it")


def state_of(issue: Issue) -> str:
    """Return the state of *issue* in words, with what it waits for."""
    if issue.status == RESOLVED:
        return f"resolved{_resolution(issue)}"
    if issue.status == IGNORED:
        return f"ignored {' or '.join(_waits(issue)) or 'for good'}"
    return "came back after it was resolved" if issue.is_regressed else "unresolved"


def _resolution(issue: Issue) -> str:
    if issue.resolved_in:
        return f" in {short(issue.resolved_in)}"
    if issue.resolved_after:
        return f" in the next release after {short(issue.resolved_after)}"
    return f" in commit {issue.resolved_commit[:7]}" if issue.resolved_commit else ""


def _waits(issue: Issue) -> Iterator[str]:
    if issue.ignored_until is not None:
        yield f"until {issue.ignored_until:%b} {issue.ignored_until.day}, {issue.ignored_until:%H:%M} UTC"
    if issue.ignored_until_events is not None:
        left = max(0, issue.ignored_until_events - issue.events)
        yield f"until {left:,} more event{'s' * (left != 1)}"
    if issue.ignored_until_users is not None:
        yield f"until it affects {issue.ignored_until_users:,} more user{'s' * (issue.ignored_until_users != 1)}"
