"""Releases, where they were seen, and their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from vedette.catalogue.database import ALIAS
from vedette.releases.models import CommitRow, ReleaseRow, ReleaseSeenRow
from vedette.releases.order import Order
from vedette.releases.records import Release, Seen, release_of
from vedette.store.paging import micros_of, time_of

MOST_WORDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """Releases, the one that came last first; `total` counts those that there are, `next` begins the following page."""

    releases: tuple[Release, ...]
    total: int
    next: tuple[int, int] | None


def list_releases(
    *,
    service: str = "",
    environment: str = "",
    words: str = "",
    is_archived: bool | None = False,
    among: Collection[tuple[str, str]] | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> ReleasePage:
    """Return the releases of *service* (of all, where it is ``""``) that were seen in or deployed to *environment*.

    *words*, of which the first ten count, occur in the version.  Those that were archived are left out, unless *is_archived* asks
    for them alone, or is None and asks for all.  *among* names service and version of those that are wanted.  *after* is the
    `next` of the page before.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = _rows().order_by("-created_us", "-id")
    if service:
        rows = rows.filter(service=service)
    if environment:
        rows = rows.filter(
            Q(id__in=_seen().filter(environment=environment).values("release_id"))
            | Q(deploys__environment=environment)
        ).distinct()
    for word in words.split()[:MOST_WORDS]:
        rows = rows.filter(version__icontains=word)
    if is_archived is not None:
        rows = rows.filter(archived_us__isnull=not is_archived)
    if among is not None:
        wanted = Q(pk__in=())
        for named in {named for named, _ in among}:
            wanted |= Q(service=named, version__in=[version for each, version in among if each == named])
        rows = rows.filter(wanted)
    total = rows.count()
    if after is not None:
        rows = rows.filter(Q(created_us__lt=after[0]) | Q(created_us=after[0], id__lt=after[1]))
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return ReleasePage(
        releases=tuple(release_of(row) for row in found[:limit]),
        total=total,
        next=None if last is None else (last.created_us, last.pk),
    )


def get_release(id: int) -> Release | None:
    """Return the release *id*; None where there is none.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    row = _rows().filter(id=id).first()
    return None if row is None else release_of(row)


def list_archived(ids: Iterable[int]) -> set[int]:
    """Return those of the releases *ids* that were archived.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    return set(_rows().filter(id__in=list(ids), archived_us__isnull=False).values_list("id", flat=True))


def find_releases(version: str, *, services: Sequence[str] = ()) -> list[Release]:
    """Return the releases called *version*, one for each of *services* (of all, where none is named) that has it.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = _rows().filter(version=version).order_by("service")
    if services:
        rows = rows.filter(service__in=services)
    return [release_of(row) for row in rows]


def list_services() -> list[str]:
    """Return the services that have releases.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    return list(_rows().order_by("service").values_list("service", flat=True).distinct())


def list_seen(releases: Iterable[int]) -> dict[int, list[Seen]]:
    """Return where each of *releases* (ids) was seen, by id; the environment in which it was seen first comes first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    found: dict[int, list[Seen]] = {}
    for row in (
        _seen().filter(release__in=list(releases)).select_related("release").order_by("first_us", "id")
    ):
        found.setdefault(row.release_id, []).append(_seen_of(row))
    return found


def list_arrivals(
    *, start: dt.datetime, end: dt.datetime, service: str = "", environment: str = "", limit: int = 500
) -> list[Seen]:
    """Return what was first seen in an environment from *start* until *end*, the last one first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = _seen().filter(first_us__gte=micros_of(start), first_us__lt=micros_of(end))
    if service:
        rows = rows.filter(release__service=service)
    if environment:
        rows = rows.filter(environment=environment)
    return [_seen_of(row) for row in rows.select_related("release").order_by("-first_us", "-id")[:limit]]


def order(service: str) -> Order:
    """Return the order of the releases of *service*.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = (
        _rows()
        .filter(service=service)
        .values_list("version", "finalized_us", "first_us", "announced_us", "created_us")
    )
    return Order({version: next(us for us in dates if us is not None) for version, *dates in rows.iterator()})


def previous_of(release: Release, *, environment: str = "") -> Release | None:
    """Return the release before *release* in the order of its service, of those of which there are records.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    known = order(release.service)
    rows = _rows().filter(service=release.service, first_us__isnull=False).exclude(version=release.version)
    if environment:
        rows = rows.filter(seen__environment=environment)
    here = known.key(release.version)
    before = [version for version in rows.values_list("version", flat=True) if known.key(version) < here]
    if not before:
        return None
    return release_of(_rows().get(service=release.service, version=max(before, key=known.key)))


def find_newest(service: str) -> Release | None:
    """Return the newest release of *service*; None where it has none.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    known = order(service)
    if not known.dates:
        return None
    return release_of(_rows().get(service=service, version=known.sorted(known.dates)[-1]))


def find_newest_version(service: str) -> str:
    """Return the version of the newest release of *service*; ``""`` where it has none.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    newest = find_newest(service)
    return "" if newest is None else newest.version


def find_previous_with_commits(service: str, version: str) -> Release | None:
    """Return the release of *service* before *version* of which commits are known; any other where *version* is not known.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    known = order(service)
    with_commits = CommitRow.objects.using(ALIAS).filter(release__service=service)
    versions = set(with_commits.values_list("release__version", flat=True)) - {version}
    if version in known.dates:
        versions = {each for each in versions if known.is_newer(version, than=each)}
    if not versions:
        return None
    return release_of(_rows().get(service=service, version=known.sorted(versions)[-1]))


def _rows() -> QuerySet[ReleaseRow]:
    return ReleaseRow.objects.using(ALIAS)


def _seen() -> QuerySet[ReleaseSeenRow]:
    return ReleaseSeenRow.objects.using(ALIAS)


def _seen_of(row: ReleaseSeenRow) -> Seen:
    return Seen(
        release_id=row.release_id,
        service=row.release.service,
        version=row.release.version,
        environment=row.environment,
        first_at=time_of(row.first_us),
        last_at=time_of(row.last_us),
    )
