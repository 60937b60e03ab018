"""The calls that tell of releases, as `sentry-cli releases` and `sentry-cli deploys` make them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from vedette.api import answers, bodies
from vedette.api.access import Answer, Call
from vedette.api.projects import service_of
from vedette.catalogue.database import ALIAS
from vedette.ingest.refusal import RefusedError
from vedette.releases import operations
from vedette.releases.operations import NoReleaseError
from vedette.releases.queries import (
    Release,
    find_previous_with_commits,
    find_releases,
    list_commits,
    list_deploys_of,
    list_releases,
)

MOST_LISTED = 100
STATUSES = (None, "open", "archived")


def listed(call: Call, org: str, project: str = "") -> Answer:
    """Answer with the newest releases, of a project or of all; `query` is a part of their version.

    Those that were archived are answered where `status` asks for them.
    """
    service, *_ = _services(call, [project]) or [""]
    found = list_releases(
        service=service,
        words=call.request.GET.get("query", "").replace("\0", ""),
        environment=call.request.GET.get("environment", "").replace("\0", ""),
        is_archived=call.request.GET.get("status") == "archived",
        limit=MOST_LISTED,
    )
    return Answer(answers.releases(found.releases))


def announced(call: Call, org: str, project: str = "") -> Answer:
    """Announce a release, or tell more of one that is known (then the status is 208, as Sentry has it)."""
    sent = bodies.read(call.request, bodies.SentRelease)
    if not sent.version:
        raise RefusedError(400, "a release needs a version")
    _check_status(sent)
    services = _services(call, [project] if project else bodies.projects_of(sent.projects))
    known = find_releases(sent.version, services=services)
    if not services:
        if not known:
            raise RefusedError(400, "a release needs projects")
        services = [release.service for release in known]
    with transaction.atomic(using=ALIAS):
        for service in services:
            operations.announce(
                service,
                sent.version,
                at=call.at,
                ref=sent.ref or "",
                url=sent.url or "",
                started_at=bodies.time_of(sent.date_started),
                actor=call.actor,
            )
            _tell(call, service, sent.version, sent)
    status = 208 if len(known) == len(services) else 201
    return Answer(_one(sent.version, services), status=status)


def shown(call: Call, org: str, version: str, project: str = "") -> Answer:
    """Answer with one release."""
    services = [release.service for release in _known(call, version, project)]
    return Answer(_one(version, services))


def changed(call: Call, org: str, version: str, project: str = "") -> Answer:
    """Tell more of a release: finalize it, give it commits."""
    sent = bodies.read(call.request, bodies.SentRelease)
    _check_status(sent)
    wanted = [project] if project else bodies.projects_of(sent.projects)
    services = [release.service for release in _known(call, version, *wanted)]
    with transaction.atomic(using=ALIAS):
        for service in services:
            if sent.ref or sent.url:
                operations.announce(
                    service, version, at=call.at, ref=sent.ref or "", url=sent.url or "", actor=call.actor
                )
            _tell(call, service, version, sent)
    return Answer(_one(version, services))


def deleted(call: Call, org: str, version: str, project: str = "") -> Answer:
    """Forget a release, in all its projects."""
    with transaction.atomic(using=ALIAS):
        for release in _known(call, version, project):
            operations.delete(release.service, version, at=call.at, actor=call.actor)
    return Answer(None, status=204)


def commits(call: Call, org: str, version: str, project: str = "") -> Answer:
    """Answer with a release's commits, the newest first."""
    found = [commit for release in _known(call, version, project) for commit in list_commits(release.id)]
    return Answer([answers.commit(commit) for commit in found])


def previous_with_commits(call: Call, org: str, version: str) -> Answer:
    """Answer with the release before of which commits are known; with ``{}`` where there is none."""
    for release in find_releases(version, services=call.within(())):
        before = find_previous_with_commits(release.service, version)
        if before is not None:
            return Answer(answers.releases([before])[0])
    return Answer({})


def deploys(call: Call, org: str, version: str) -> Answer:
    """Answer with a release's deploys, the last one first."""
    ids = [release.id for release in _known(call, version)]
    found = [deploy for rows in list_deploys_of(ids).values() for deploy in rows]
    found.sort(key=lambda deploy: (deploy.finished_at, deploy.id), reverse=True)
    return Answer([answers.deploy(deploy) for deploy in found])


def deployed(call: Call, org: str, version: str) -> Answer:
    """Say that a release went to an environment, in all its projects unless some are named."""
    sent = bodies.read(call.request, bodies.SentDeploy)
    found = _known(call, version, *bodies.projects_of(sent.projects))
    with transaction.atomic(using=ALIAS):
        made = [
            operations.add_deploy(
                release.service,
                version,
                environment=sent.environment,
                at=call.at,
                name=sent.name or "",
                url=sent.url or "",
                started_at=bodies.time_of(sent.date_started),
                finished_at=bodies.time_of(sent.date_finished),
                actor=call.actor,
            )
            for release in found
        ]
    return Answer(answers.deploy(made[0]), status=201)


def _tell(call: Call, service: str, version: str, sent: bodies.SentRelease) -> None:
    if sent.date_released is not None:
        released_at = bodies.time_of(sent.date_released)
        operations.finalize(service, version, at=call.at, released_at=released_at, actor=call.actor)
    found = bodies.commits_of(sent)
    if found is not None:
        call.parts.set_commits(service, version, found, at=call.at, actor=call.actor)
    if sent.status is not None:
        put = operations.archive if sent.status == "archived" else operations.restore
        put(service, version, at=call.at, actor=call.actor)


def _check_status(sent: bodies.SentRelease) -> None:
    if sent.status not in STATUSES:
        raise RefusedError(400, "a release's status is open or archived")


def _services(call: Call, projects: Sequence[str]) -> list[str]:
    return call.within([service_of(project) for project in projects if project])


def _known(call: Call, version: str, *projects: str) -> list[Release]:
    found = find_releases(version, services=_services(call, projects))
    if not found:
        raise NoReleaseError(f"there is no release {version}" + (" of this project" if any(projects) else ""))
    return found


def _one(version: str, services: list[str]) -> object:
    return answers.releases(find_releases(version, services=services))[0]
