"""What is done to uploads; each function raises `django.db.Error` where the state database is away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q

from vedette.catalogue.database import ALIAS
from vedette.sourcemaps import bundle as bundles
from vedette.sourcemaps.files import Files
from vedette.sourcemaps.models import BundleFileRow, BundleReleaseRow, BundleRow
from vedette.store.paging import micros_of

MOST_CHUNKS = 4096
_AT_ONCE = 500
_DAY_US = 86_400_000_000


class NoBundleError(Exception):
    """There is no such bundle."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """What came of putting a bundle together: kept, unless chunks are missing."""

    missing: tuple[str, ...] = ()


def assemble(
    files: Files,
    checksum: str,
    *,
    chunks: Sequence[str],
    services: Sequence[str],
    release: str = "",
    dist: str = "",
    at: dt.datetime,
    actor: str = "",
) -> Assembled:
    """Put the *chunks* of a bundle together and keep it for *services*; what is kept already only gets what it belongs to.

    Where a service or a release is not named, the bundle's manifest names it.

    Raises:
        InvalidBundleError, ChecksumError, FullError: If it cannot be kept.
        OSError: If it cannot be written.
    """
    known = BundleRow.objects.using(ALIAS).filter(checksum=checksum).first()
    if known is not None and files.has_bundle(checksum):
        with transaction.atomic(using=ALIAS):
            _belong(known, services, release, dist)
        files.drop_chunks(chunks)
        return Assembled()
    if missing := files.missing_chunks(chunks):
        return Assembled(tuple(missing))
    with files.assembled(checksum, chunks) as partial:
        with partial.open("rb") as opened:
            contents = bundles.read_contents(opened)
        if not contents.items:
            raise bundles.InvalidBundleError("there is neither a source map nor a script in the bundle")
        size = files.keep_bundle(partial, checksum)
    with transaction.atomic(using=ALIAS):
        row = _added(checksum, contents, size, at, actor)
        named = services or ([contents.project] if contents.project else [])
        _belong(row, named, release or contents.release, dist or contents.dist)
    files.drop_chunks(chunks)
    trim(files)
    return Assembled()


def remove(files: Files, id: int) -> None:
    """Remove a bundle: what comes from now on stays minified; what was mapped stays as it is.

    Raises:
        NoBundleError: If there is none.
    """
    row = BundleRow.objects.using(ALIAS).filter(id=id).first()
    if row is None:
        raise NoBundleError(f"there is no bundle {id}")
    _remove(files, row)


def trim(files: Files) -> int:
    """Remove the bundles that were needed longest ago, where there is more than may be kept; return how many."""
    rows = list(BundleRow.objects.using(ALIAS).order_by("-used_us", "-id").only("id", "checksum", "bytes"))
    total = removed = 0
    for row in rows:
        total += row.bytes
        if total > files.max_bundles:
            _remove(files, row)
            removed += 1
    return removed


def forget_old(files: Files, *, before: dt.datetime) -> int:
    """Remove the bundles that were uploaded and last needed before a time; return how many."""
    rows = list(BundleRow.objects.using(ALIAS).filter(used_us__lt=micros_of(before)))
    for row in rows:
        _remove(files, row)
    return len(rows)


def tidy(files: Files) -> None:
    """Bring files and rows together again: remove what killed uploads left, and rows whose file is gone."""
    rows = dict(BundleRow.objects.using(ALIAS).values_list("checksum", "id"))
    for checksum, id in rows.items():
        if not files.has_bundle(checksum):
            BundleRow.objects.using(ALIAS).filter(id=id).delete()
    files.tidy(known=rows)
    files.trim_compiled()


def note_use(ids: Collection[int], *, at: dt.datetime) -> None:
    """Remember that bundles were needed: a write a day for each."""
    at_us = micros_of(at)
    due = Q(used_us__lt=at_us - _DAY_US) | Q(used_us=F("created_us"), created_us__lt=at_us)
    BundleRow.objects.using(ALIAS).filter(due, id__in=list(ids)[:_AT_ONCE]).update(used_us=at_us)


def _remove(files: Files, row: BundleRow) -> None:
    # The row goes first: a file without a row is not found, and removed later.
    BundleRow.objects.using(ALIAS).filter(id=row.id).delete()
    files.remove_bundle(row.checksum)


def _added(checksum: str, contents: bundles.Contents, size: int, at: dt.datetime, actor: str) -> BundleRow:
    at_us = micros_of(at)
    row, is_new = BundleRow.objects.using(ALIAS).get_or_create(
        checksum=checksum,
        defaults={
            "bytes": size,
            "files": len(contents.items),
            "maps": sum(item.kind == "source_map" for item in contents.items),
            "created_us": at_us,
            "used_us": at_us,
            "actor": actor[:150],
        },
    )
    if is_new:
        BundleFileRow.objects.using(ALIAS).bulk_create(
            (
                BundleFileRow(
                    bundle=row,
                    entry=item.entry,
                    kind=item.kind,
                    url=item.url,
                    debug_id=item.debug_id,
                    reference=item.reference,
                    size=item.size,
                )
                for item in contents.items
            ),
            batch_size=_AT_ONCE,
        )
    return row


def _belong(row: BundleRow, services: Sequence[str], release: str, dist: str) -> None:
    release, dist = (text.replace("\0", "") for text in (release, dist))
    for service in services:
        BundleReleaseRow.objects.using(ALIAS).get_or_create(
            bundle=row, service=service.replace("\0", "")[:200], release=release[:250], dist=dist[:64]
        )
