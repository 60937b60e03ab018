"""What is answered, in Sentry's words: its serializers' members, as far as anybody reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vedette.issues.queries import count_release_issues
from vedette.projects.queries import Project
from vedette.releases.queries import (
    Commit,
    Deploy,
    Release,
    Seen,
    count_commits,
    list_commits,
    list_deploys_of,
    list_seen,
)

ORGANIZATION = "vedette"


def releases(found: Sequence[Release]) -> list[dict[str, Any]]:
    """Return *found* as Sentry has them: one of all projects that share a version.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    ids = [release.id for release in found]
    commits, deploys, seen = count_commits(ids), list_deploys_of(ids), list_seen(ids)
    versions: dict[str, list[Release]] = {}
    for release in found:
        versions.setdefault(release.version, []).append(release)
    new = {
        service: count_release_issues(service, [each.version for each in found if each.service == service])
        for service in {release.service for release in found}
    }
    return [
        _release(
            group,
            new={each.service: new[each.service][each.version].new for each in group},
            commits=sum(commits.get(each.id, 0) for each in group),
            deploys=[deploy for each in group for deploy in deploys.get(each.id, ())],
            seen=[where for each in group for where in seen.get(each.id, ())],
        )
        for group in versions.values()
    ]


def _release(
    group: Sequence[Release],
    *,
    new: Mapping[str, int],
    commits: int,
    deploys: Sequence[Deploy],
    seen: Sequence[Seen],
) -> dict[str, Any]:
    first, *_ = group
    last_commits = list_commits(first.id, limit=1) if commits else []
    last_deploy = max(deploys, key=lambda deploy: deploy.finished_at, default=None)
    return {
        "id": first.id,
        "version": first.version,
        "shortVersion": first.short,
        "status": "archived" if all(each.archived_at for each in group) else "open",
        "ref": first.ref or None,
        "url": first.url or None,
        "dateCreated": _time(min(each.created_at for each in group)),
        "dateStarted": _time(_first(each.announced_at for each in group)),
        "dateReleased": _time(_first(each.finalized_at for each in group)),
        "firstEvent": _time(_first(each.first_at for each in group)),
        "lastEvent": _time(max((each.last_at for each in group if each.last_at), default=None)),
        "newGroups": sum(new.values()),
        "commitCount": commits,
        "lastCommit": commit(last_commits[0]) if last_commits else None,
        "deployCount": len(deploys),
        "lastDeploy": None if last_deploy is None else deploy(last_deploy),
        "environments": list(dict.fromkeys(where.environment for where in seen)),
        "authors": [],
        "data": {},
        "owner": None,
        "projects": [
            {"id": each.id, "slug": each.service, "name": each.service, "newGroups": new[each.service]}
            for each in group
        ],
    }


def commit(found: Commit) -> dict[str, Any]:
    """Return a commit."""
    return {
        "id": found.sha,
        "message": found.message or None,
        "dateCreated": _time(found.at),
        "repository": {"name": found.repository} if found.repository else None,
        "author": {"name": found.author} if found.author else None,
    }


def deploy(found: Deploy) -> dict[str, Any]:
    """Return a deploy."""
    return {
        "id": str(found.id),
        "environment": found.environment,
        "name": found.name or None,
        "url": found.url or None,
        "dateStarted": _time(found.started_at),
        "dateFinished": _time(found.finished_at),
    }


def organization() -> dict[str, Any]:
    """Return the one organization that there is, whatever callers call it."""
    return {
        "id": "1",
        "slug": ORGANIZATION,
        "name": "Vedette",
        "dateCreated": _time(dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
        "isEarlyAdopter": False,
        "require2FA": False,
        "requireEmailVerification": False,
        "features": [],
    }


def project(found: Project) -> dict[str, Any]:
    """Return a project."""
    return {
        "id": str(found.id),
        "slug": found.service,
        "name": found.service,
        "dateCreated": _time(found.created_at),
        "team": None,
        "teams": [],
    }


def _first(times: Iterable[dt.datetime | None]) -> dt.datetime | None:
    return min((time for time in times if time is not None), default=None)


def _time(time: dt.datetime | None) -> str | None:
    return None if time is None else time.isoformat().replace("+00:00", "Z")
