"""What is known of releases, as plain values."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from vedette.releases.models import CommitRow, DeployRow, ReleaseRow
from vedette.store.paging import micros_of, time_of

_SHA = re.compile(r"[0-9a-f]{12,64}")
SHORT_CHARS = 24
SHORT_SHA_CHARS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version of a service: seen in what was recorded, or announced.

    `first_at` and `last_at` are when records of it were first and last seen, None where none was; `last_at` is up to half a
    minute old.  `announced_at` is when it was announced, `finalized_at` when it was said to be released, `archived_at` when it was
    put out of sight: what is known of it stays, and lists leave it out unless they are asked for it.
    """

    id: int
    service: str
    version: str
    ref: str
    url: str
    created_at: dt.datetime
    announced_at: dt.datetime | None
    finalized_at: dt.datetime | None
    archived_at: dt.datetime | None
    first_at: dt.datetime | None
    last_at: dt.datetime | None

    @property
    def short(self) -> str:
        """The version as charts and tables name it."""
        return short(self.version)

    @property
    def came_at(self) -> dt.datetime:
        """When it came, as far as that is known."""
        return self.finalized_at or self.first_at or self.announced_at or self.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """When a release was first and last seen in an environment."""

    release_id: int
    service: str
    version: str
    environment: str
    first_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """A release went to an environment."""

    id: int
    release_id: int
    service: str
    version: str
    environment: str
    name: str
    url: str
    started_at: dt.datetime | None
    finished_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit that a release brought; `files` are the paths that it changed."""

    sha: str
    repository: str = ""
    author: str = ""
    message: str = ""
    at: dt.datetime | None = None
    files: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The beginning of its hash."""
        return self.sha[:SHORT_SHA_CHARS]

    @property
    def title(self) -> str:
        """The first line of its message."""
        return self.message.strip().partition("\n")[0].strip()


def short(version: str) -> str:
    """Return *version* as charts and tables name it: the beginning of a hash, the version without its package."""
    name = version.rpartition("@")[2] or version
    if _SHA.fullmatch(name):
        return name[:SHORT_SHA_CHARS]
    return name if len(name) <= SHORT_CHARS else f"{name[: SHORT_CHARS - 1]}…"


def release_of(row: ReleaseRow) -> Release:
    """Return what *row* says."""
    return Release(
        id=row.pk,
        service=row.service,
        version=row.version,
        ref=row.ref,
        url=row.url,
        created_at=time_of(row.created_us),
        announced_at=optional(row.announced_us),
        finalized_at=optional(row.finalized_us),
        archived_at=optional(row.archived_us),
        first_at=optional(row.first_us),
        last_at=optional(row.last_us),
    )


def deploy_of(row: DeployRow) -> Deploy:
    """Return what *row*, read with its release, says."""
    return Deploy(
        id=row.pk,
        release_id=row.release_id,
        service=row.release.service,
        version=row.release.version,
        environment=row.environment,
        name=row.name,
        url=row.url,
        started_at=optional(row.started_us),
        finished_at=time_of(row.finished_us),
    )


def commit_of(row: CommitRow) -> Commit:
    """Return what *row* says."""
    return Commit(
        sha=row.sha,
        repository=row.repository,
        author=row.author,
        message=row.message,
        at=optional(row.at_us),
        files=tuple(row.files),
    )


def optional(us: int | None) -> dt.datetime | None:
    """Return the time that a table holds as *us*; None where it holds none."""
    return None if us is None else time_of(us)


def us_of(time: dt.datetime | None) -> int | None:
    """Return *time* as the tables hold it; None where there is none."""
    return None if time is None else micros_of(time)


def clean(text: str, chars: int) -> str:
    """Return *text* as a column of *chars* characters can hold it: PostgreSQL takes no NUL, and no half of a character."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:chars]
