"""What had changed when an issue came: the deploy before it, its release, and the commits that touched its code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.issues.queries import Issue
from vedette.releases.queries import Suspect, find_deploy_before, list_arrivals, list_suspects, short
from vedette.web import figures
from vedette.web.event.view import View

SOON = dt.timedelta(hours=24)
"""An issue that comes this long after a deploy may have come with it."""
MOST_SUSPECTS = 5
MOST_ARRIVALS = 50


@dataclass(frozen=True, slots=True)
class Arrival:
    """A release that went somewhere, or was first seen there, shortly before an issue was.

    `version` is the release's whole name, `release` what it is called.  `after` is how long before, ``""`` where it was seen
    by the same event.
    """

    version: str
    release: str
    environment: str
    at: dt.datetime
    after: str
    is_deploy: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """What may have brought an issue."""

    arrival: Arrival | None
    release: str
    suspects: tuple[Suspect, ...]


def of_issue(issue: Issue, *, paths: Sequence[str]) -> Coming:
    """Return what may have brought *issue*; *paths* are the files of the site's own frames.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    suspects = list_suspects(issue.service, issue.first_release, paths=paths) if issue.first_release else []
    return Coming(
        arrival=arrival_before(issue),
        release=short(issue.first_release),
        suspects=tuple(suspects[:MOST_SUSPECTS]),
    )


def own_paths(view: View) -> list[str]:
    """Return the files of the site's own frames in an event, for `of_issue`."""
    traces = [thrown.trace for thrown in view.exceptions] + [view.trace]
    return [
        call.path
        for trace in traces
        if trace is not None
        for run in trace.runs
        for call in run.frames
        if call.is_own and call.path
    ]


def arrival_before(issue: Issue) -> Arrival | None:
    """Return what was deployed last before *issue* was first seen, of its release; None where that was long before.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    start, end = issue.first_at - SOON, issue.first_at + dt.timedelta(microseconds=1)
    deploy = find_deploy_before(issue.first_at, service=issue.service)
    if deploy is not None and deploy.finished_at >= start and _is_of(issue, deploy.version):
        return _arrival(deploy.version, deploy.environment, deploy.finished_at, issue, is_deploy=True)
    arrivals = list_arrivals(start=start, end=end, service=issue.service, limit=MOST_ARRIVALS)
    seen = next((each for each in arrivals if _is_of(issue, each.version)), None)
    if seen is None:
        return None
    return _arrival(seen.version, seen.environment, seen.first_at, issue, is_deploy=False)


def _is_of(issue: Issue, version: str) -> bool:
    # What came to the service is not what brought the issue, where the first event names another release.
    return not issue.first_release or issue.first_release == version


def _arrival(version: str, environment: str, at: dt.datetime, issue: Issue, *, is_deploy: bool) -> Arrival:
    seconds = (issue.first_at - at).total_seconds()
    after = figures.span(seconds) if seconds >= 1 else ""
    return Arrival(version, short(version), environment, at, after, is_deploy)
