"""What is done to releases: announced, finalized, given commits, deployed, archived, deleted.

Each function writes its `Change` in the transaction in which it does it, and raises `django.db.Error` where the state database
is away.  *at* is the time at which it happens, *actor* who does it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from django.db import transaction

from vedette.catalogue.database import ALIAS
from vedette.changes import operations as changes
from vedette.changes.queries import Change
from vedette.releases.models import CommitRow, DeployRow, ReleaseRow
from vedette.releases.records import Commit, Deploy, Release, clean, deploy_of, release_of, us_of
from vedette.releases.room import make_room
from vedette.store.paging import micros_of

MOST_COMMITS = 1000
MOST_FILES = 500
MESSAGE_CHARS = 8000
_SHA = re.compile(r"[0-9A-Za-z._-]{1,64}")
_WEB = re.compile(r"https?://\S+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class NoReleaseError(Exception):
    """There is no such release."""


class InvalidReleaseError(Exception):
    """What was told of a release makes no sense; the message says what."""


def announce(
    service: str,
    version: str,
    *,
    at: dt.datetime,
    ref: str = "",
    url: str = "",
    started_at: dt.datetime | None = None,
    actor: str = "",
) -> Release:
    """Announce a release, or tell more of one that is known; `started_at` is when its making began, *at* by default.

    Raises:
        InvalidReleaseError: If the version or the address is none.
    """
    _check_names(service, version)
    _check_address(url)
    with transaction.atomic(using=ALIAS):
        row, is_new = ReleaseRow.objects.using(ALIAS).get_or_create(
            service=service, version=version, defaults={"created_us": micros_of(at)}
        )
        if row.announced_us is None:
            before = "" if is_new else _state(row)
            row.announced_us = micros_of(started_at or at)
            changes.write(
                _change(row, at=at, before=before, after="announced", reason="announced", actor=actor)
            )
        row.ref, row.url = clean(ref, 250) or row.ref, clean(url, 2000) or row.url
        # Not all of it: the drain may be writing when it was last seen.
        row.save(using=ALIAS, update_fields=["announced_us", "ref", "url"])
        if is_new:
            make_room([service])
        return release_of(row)


def finalize(
    service: str, version: str, *, at: dt.datetime, released_at: dt.datetime | None = None, actor: str = ""
) -> Release:
    """Say that a release was released, at *released_at* (*at* by default).

    Raises:
        NoReleaseError: If there is none.
    """
    with transaction.atomic(using=ALIAS):
        row = _get(service, version)
        before, released_us = _state(row), micros_of(released_at or at)
        if row.finalized_us != released_us:
            row.finalized_us = released_us
            row.save(using=ALIAS, update_fields=["finalized_us"])
            changes.write(
                _change(row, at=at, before=before, after="finalized", reason="finalized", actor=actor)
            )
        return release_of(row)


def set_commits(
    service: str, version: str, commits: Sequence[Commit], *, at: dt.datetime, actor: str = ""
) -> list[Commit]:
    """Say which commits a release brings, the newest first, in place of those that it had; return what was kept of them.

    Of more than 1,000 commits the newest are kept, of each commit the first 500 files.

    Raises:
        NoReleaseError: If there is no such release.
        InvalidReleaseError: If a commit has no hash.
    """
    for commit in commits:
        if not _SHA.fullmatch(commit.sha):
            raise InvalidReleaseError(f"{commit.sha[:70]!r} is not the hash of a commit")
    kept = list(
        {(commit.repository, commit.sha): _bounded(commit) for commit in commits[:MOST_COMMITS]}.values()
    )
    with transaction.atomic(using=ALIAS):
        row = _get(service, version)
        CommitRow.objects.using(ALIAS).filter(release=row).delete()
        CommitRow.objects.using(ALIAS).bulk_create(
            [_commit_row(row, commit, place) for place, commit in enumerate(kept)], batch_size=100
        )
        if not row.ref and kept:
            row.ref = kept[0].sha
            row.save(using=ALIAS, update_fields=["ref"])
        changes.write(_change(row, at=at, after="commits", reason=f"{len(kept)} commits", actor=actor))
    return kept


def add_deploy(
    service: str,
    version: str,
    *,
    environment: str,
    at: dt.datetime,
    name: str = "",
    url: str = "",
    started_at: dt.datetime | None = None,
    finished_at: dt.datetime | None = None,
    actor: str = "",
) -> Deploy:
    """Say that a release went to *environment*; it was finished *at* unless *finished_at* says otherwise.

    Raises:
        NoReleaseError: If there is no such release.
        InvalidReleaseError: If the environment or the address is none, or it ended before it began.
    """
    if not environment.strip() or len(environment) > 200 or _CONTROL.search(environment):
        raise InvalidReleaseError("an environment has a name of at most 200 characters")
    _check_address(url)
    finished = finished_at or at
    if started_at is not None and started_at > finished:
        raise InvalidReleaseError("the deploy was finished before it was started")
    with transaction.atomic(using=ALIAS):
        row = _get(service, version)
        deploy = DeployRow.objects.using(ALIAS).create(
            release=row,
            environment=environment,
            name=clean(name, 250),
            url=url,
            started_us=us_of(started_at),
            finished_us=micros_of(finished),
        )
        reason = f"deployed to {environment}"
        changes.write(
            _change(row, at=at, after="deployed", reason=reason, actor=actor, environment=environment)
        )
        return deploy_of(deploy)


def archive(service: str, version: str, *, at: dt.datetime, actor: str = "") -> Release:
    """Put a release out of sight: lists leave it out until it is restored.

    Raises:
        NoReleaseError: If there is none.
    """
    with transaction.atomic(using=ALIAS):
        row = _get(service, version)
        if row.archived_us is None:
            _set_archived(row, micros_of(at), at=at, after="archived", actor=actor)
        return release_of(row)


def restore(service: str, version: str, *, at: dt.datetime, actor: str = "") -> Release:
    """Bring a release that was archived back into lists.

    Raises:
        NoReleaseError: If there is none.
    """
    with transaction.atomic(using=ALIAS):
        row = _get(service, version)
        if row.archived_us is not None:
            _set_archived(row, None, at=at, after="restored", actor=actor)
        return release_of(row)


def _set_archived(row: ReleaseRow, us: int | None, *, at: dt.datetime, after: str, actor: str) -> None:
    before = _state(row)
    row.archived_us = us
    row.save(using=ALIAS, update_fields=["archived_us"])
    changes.write(_change(row, at=at, before=before, after=after, reason=after, actor=actor))


def delete(service: str, version: str, *, at: dt.datetime, actor: str = "") -> None:
    """Forget a release with its deploys and commits; it exists again when a record of it comes.

    Raises:
        NoReleaseError: If there is none.
    """
    with transaction.atomic(using=ALIAS):
        row = _get(service, version)
        changes.write(_change(row, at=at, after="deleted", reason="deleted", actor=actor))
        row.delete(using=ALIAS)


def _get(service: str, version: str) -> ReleaseRow:
    rows = ReleaseRow.objects.using(ALIAS).select_for_update()
    row = rows.filter(service=service, version=version).first()
    if row is None:
        raise NoReleaseError(f"{service} has no release {version}")
    return row


def _state(row: ReleaseRow) -> str:
    if row.archived_us is not None:
        return "archived"
    if row.finalized_us is not None:
        return "finalized"
    return "announced" if row.announced_us is not None else "seen"


def _check_names(service: str, version: str) -> None:
    if not service.strip() or len(service) > 200 or _CONTROL.search(service):
        raise InvalidReleaseError("a service has a name of at most 200 characters")
    if version != version.strip() or not version or version in {".", ".."} or _CONTROL.search(version):
        raise InvalidReleaseError(f"{version[:60]!r} is no version")
    if len(version) > 250:
        raise InvalidReleaseError("a version has at most 250 characters")


def _check_address(url: str) -> None:
    if url and (len(url) > 2000 or not _WEB.fullmatch(url)):
        raise InvalidReleaseError(f"{url[:60]!r} is not an http(s) address")


def _bounded(commit: Commit) -> Commit:
    return Commit(
        sha=commit.sha,
        repository=clean(commit.repository, 250),
        author=clean(commit.author, 250),
        message=clean(commit.message, MESSAGE_CHARS).strip(),
        at=commit.at,
        files=tuple(clean(path, 1000) for path in commit.files[:MOST_FILES]),
    )


def _commit_row(release: ReleaseRow, commit: Commit, place: int) -> CommitRow:
    return CommitRow(
        release=release,
        repository=commit.repository,
        sha=commit.sha,
        author=commit.author,
        message=commit.message,
        at_us=us_of(commit.at),
        files=list(commit.files),
        place=place,
    )


def _change(
    row: ReleaseRow,
    *,
    at: dt.datetime,
    after: str,
    reason: str,
    actor: str,
    before: str = "",
    **details: str,
) -> Change:
    return Change(
        at=at,
        service=row.service,
        subject="release",
        subject_id=str(row.pk),
        title=row.version,
        before=before,
        after=after,
        reason=reason,
        actor=actor,
        details={"version": row.version, **details},
    )
