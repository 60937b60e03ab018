"""Deploys: when which release went where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from vedette.catalogue.database import ALIAS
from vedette.releases.models import DeployRow, ReleaseSeenRow
from vedette.releases.records import Deploy, deploy_of
from vedette.store.paging import micros_of, time_of


def list_deploys(
    *, start: dt.datetime, end: dt.datetime, service: str = "", environment: str = "", limit: int = 500
) -> list[Deploy]:
    """Return the deploys that were finished from *start* until *end*, the last one first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = _among(service, environment).filter(
        finished_us__gte=micros_of(start), finished_us__lt=micros_of(end)
    )
    return [deploy_of(row) for row in rows.order_by("-finished_us", "-id")[:limit]]


def list_deploys_of(releases: Iterable[int]) -> dict[int, list[Deploy]]:
    """Return the deploys of each of *releases* (ids), by id, the last one first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    found: dict[int, list[Deploy]] = {}
    for row in _rows().filter(release__in=list(releases)).order_by("-finished_us", "-id"):
        found.setdefault(row.release_id, []).append(deploy_of(row))
    return found


def find_deploy_before(time: dt.datetime, *, service: str, environment: str = "") -> Deploy | None:
    """Return the last deploy of *service* that was finished by *time*; None where there was none.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = _among(service, environment).filter(finished_us__lte=micros_of(time))
    row = rows.order_by("-finished_us", "-id").first()
    return None if row is None else deploy_of(row)


def find_last_arrival(*, before: dt.datetime, service: str = "", environment: str = "") -> dt.datetime | None:
    """Return when a release last went somewhere before *before*: deployed, or first seen where nobody told of a deploy.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    until = micros_of(before)
    deploy = _among(service, environment).filter(finished_us__lt=until).order_by("-finished_us").first()
    told = _among(service, environment).values("release_id")
    seen = ReleaseSeenRow.objects.using(ALIAS).filter(first_us__lt=until).exclude(release__in=told)
    if service:
        seen = seen.filter(release__service=service)
    if environment:
        seen = seen.filter(environment=environment)
    first = seen.order_by("-first_us").first()
    found = [
        us
        for us in (deploy.finished_us if deploy else None, first.first_us if first else None)
        if us is not None
    ]
    return time_of(max(found)) if found else None


def _rows() -> QuerySet[DeployRow]:
    return DeployRow.objects.using(ALIAS).select_related("release")


def _among(service: str, environment: str) -> QuerySet[DeployRow]:
    rows = _rows()
    if service:
        rows = rows.filter(release__service=service)
    return rows.filter(environment=environment) if environment else rows
