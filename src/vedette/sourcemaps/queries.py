"""What is known of uploaded bundles; each function raises `django.db.Error` where the state database cannot be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q

from vedette.catalogue.database import ALIAS
from vedette.sourcemaps.bundle import MOST_TEXT, Kind
from vedette.sourcemaps.models import BundleFileRow, BundleReleaseRow, BundleRow
from vedette.store.paging import micros_of

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_CHUNK = 300
MOST_LISTED = 100
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that was uploaded, with the releases of services that it belongs to."""

    id: int
    checksum: str
    bytes: int
    files: int
    maps: int
    created_at: dt.datetime
    used_at: dt.datetime | None
    actor: str
    releases: tuple[tuple[str, str, str], ...]

    @property
    def services(self) -> tuple[str, ...]:
        """The services that it belongs to."""
        return tuple(dict.fromkeys(service for service, _, _ in self.releases))

    @property
    def versions(self) -> tuple[str, ...]:
        """The releases that it belongs to; none where its maps are known by their debug ids alone."""
        return tuple(dict.fromkeys(release for _, release, _ in self.releases if release))


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What there is of a service or a release."""

    bundles: tuple[Bundle, ...]
    count: int
    bytes: int
    maps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a bundle."""

    bundle: int
    checksum: str
    entry: str
    kind: str
    url: str
    debug_id: str
    reference: str


def has_bundles() -> bool:
    """Tell whether anything was uploaded."""
    return BundleRow.objects.using(ALIAS).exists()


def list_bundles(*, service: str | None = None, release: str | None = None) -> Uploaded:
    """Return what was uploaded for a service or a release, the latest first; of all where none is named."""
    rows = BundleRow.objects.using(ALIAS).order_by("-created_us", "-id")
    if service is not None or release is not None:
        wanted = {"service": service, "release": release}
        named = {name: value for name, value in wanted.items() if value is not None}
        owners = BundleReleaseRow.objects.using(ALIAS).filter(**named).order_by().values("bundle")
        rows = rows.filter(id__in=owners)
    sizes = list(rows.values_list("bytes", "maps"))
    found = rows.prefetch_related("releases")[:MOST_LISTED]
    return Uploaded(
        bundles=tuple(map(_bundle, found)),
        count=len(sizes),
        bytes=sum(size for size, _ in sizes),
        maps=sum(maps for _, maps in sizes),
    )


def count_old(*, before: dt.datetime) -> int:
    """Return how many bundles were uploaded and last needed before a time."""
    return BundleRow.objects.using(ALIAS).filter(used_us__lt=micros_of(before)).count()


def find_bundle(id: int) -> Bundle | None:
    """Return a bundle; None where there is none (any more)."""
    row = BundleRow.objects.using(ALIAS).filter(id=id).first()
    return None if row is None else _bundle(row)


def find_by_debug_ids(ids: Collection[str]) -> dict[tuple[str, str], tuple[File, ...]]:
    """Return the files with those debug ids by id and kind, the one that was uploaded last first."""
    found: dict[tuple[str, str], list[File]] = {}
    for chunk in _chunks(_askable(ids)):
        rows = BundleFileRow.objects.using(ALIAS).filter(debug_id__in=chunk)
        for row in rows.select_related("bundle").order_by("-bundle__created_us", "-id"):
            found.setdefault((row.debug_id, row.kind), []).append(_file(row))
    return {key: tuple(files) for key, files in found.items()}


def find_owners(bundles: Collection[int]) -> dict[int, set[str]]:
    """Return the services that each of *bundles* belongs to."""
    found: dict[int, set[str]] = {}
    for chunk in _chunks(bundles):
        rows = BundleReleaseRow.objects.using(ALIAS).filter(bundle__in=chunk)
        for bundle, service in rows.values_list("bundle", "service"):
            found.setdefault(bundle, set()).add(service)
    return found


def find_by_urls(
    service: str, *, release: str, dist: str, urls: Collection[str], kind: Kind | None = None
) -> dict[str, File]:
    """Return the files of a release by their URL; those of its *dist* before those of none."""
    if len(_askable((service, release, dist))) < 3:
        return {}
    owners = BundleReleaseRow.objects.using(ALIAS).filter(
        Q(dist=dist) | Q(dist=""), service=service, release=release
    )
    bundles = dict(owners.order_by("dist", "bundle__created_us", "bundle").values_list("bundle", "dist"))
    place = {bundle: number for number, bundle in enumerate(bundles)}
    found: list[File] = []
    for chunk in _chunks(_askable(urls)) if bundles else ():
        for some in _chunks(bundles):
            rows = BundleFileRow.objects.using(ALIAS).filter(bundle__in=some, url__in=chunk)
            rows = rows.filter(kind=kind) if kind else rows
            found += map(_file, rows.select_related("bundle").order_by("id"))
    found.sort(key=lambda file: place[file.bundle])
    return {file.url: file for file in found}


def has_files_of(service: str, release: str) -> bool:
    """Tell whether anything was uploaded for a release."""
    if len(_askable((service, release))) < 2:
        return False
    return BundleReleaseRow.objects.using(ALIAS).filter(service=service, release=release).exists()


def _askable(texts: Iterable[str]) -> list[str]:
    """Return the *texts* that can be in the database at all: PostgreSQL refuses to be asked of a NUL."""
    return [text for text in texts if "\0" not in text and len(text) <= MOST_TEXT]


def _chunks(values: Iterable[_Value]) -> Iterable[Sequence[_Value]]:
    whole = list(values)
    return (whole[start : start + _CHUNK] for start in range(0, len(whole), _CHUNK))


def _file(row: BundleFileRow) -> File:
    return File(
        bundle=row.bundle.id,
        checksum=row.bundle.checksum,
        entry=row.entry,
        kind=row.kind,
        url=row.url,
        debug_id=row.debug_id,
        reference=row.reference,
    )


def _bundle(row: BundleRow) -> Bundle:
    return Bundle(
        id=row.id,
        checksum=row.checksum,
        bytes=row.bytes,
        files=row.files,
        maps=row.maps,
        created_at=_time(row.created_us),
        used_at=_time(row.used_us) if row.used_us > row.created_us else None,
        actor=row.actor,
        releases=tuple(sorted((each.service, each.release, each.dist) for each in row.releases.all())),
    )


def _time(us: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=us)
