"""What programs send: https://docs.sentry.io/api/releases/create-a-new-release-for-an-organization/."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from django.http import HttpRequest

from vedette.ingest.body import Body
from vedette.ingest.refusal import RefusedError
from vedette.releases.queries import Commit

MOST_BYTES = 5 << 20
MOST_PROJECTS = 20
_Sent = TypeVar("_Sent", bound=msgspec.Struct)


class SentFile(msgspec.Struct):
    """A file that a commit changed."""

    path: str


class SentCommit(msgspec.Struct):
    """A commit of a release."""

    id: str
    repository: str | None = None
    message: str | None = None
    author_name: str | None = None
    author_email: str | None = None
    timestamp: dt.datetime | None = None
    patch_set: list[SentFile] | None = None


class SentRef(msgspec.Struct):
    """The last commit of a release in a repository; of the one before it says nothing that is not known."""

    repository: str
    commit: str


class SentRelease(msgspec.Struct, rename="camel"):
    """A release that is announced, or what is new of one that is known."""

    version: str | None = None
    projects: list[str | int] | None = None
    ref: str | None = None
    url: str | None = None
    date_started: dt.datetime | None = None
    date_released: dt.datetime | None = None
    commits: list[SentCommit] | None = None
    refs: list[SentRef] | None = None
    status: str | None = None


class SentDeploy(msgspec.Struct, rename="camel"):
    """A deploy of a release."""

    environment: str
    name: str | None = None
    url: str | None = None
    date_started: dt.datetime | None = None
    date_finished: dt.datetime | None = None
    projects: list[str | int] | None = None


class SentBundle(msgspec.Struct):
    """A bundle of source maps, by the checksums of its chunks."""

    checksum: str
    chunks: list[str]
    projects: list[str | int] | None = None
    version: str | None = None
    dist: str | None = None


def read(request: HttpRequest, kind: type[_Sent]) -> _Sent:
    """Return the body of *request*.

    Raises:
        RefusedError: If it is none of this kind, or cannot be read.
        WireError: If it is too large, or not compressed as it says.
    """
    body = Body(request, limit=MOST_BYTES).whole()
    try:
        return msgspec.json.decode(bytes(body), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RefusedError(400, f"the body cannot be read: {error}") from None


def time_of(time: dt.datetime | None) -> dt.datetime | None:
    """Return *time* in UTC; one without a zone is."""
    if time is None:
        return None
    try:
        return (time if time.tzinfo else time.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except OverflowError:
        raise RefusedError(400, "a time is beyond the calendar") from None


def commits_of(sent: SentRelease) -> list[Commit] | None:
    """Return the commits that were sent, the newest first; None where nothing was said of them."""
    if sent.commits is not None:
        return [_commit(commit) for commit in sent.commits]
    if sent.refs is not None:
        # A range may be named as one: `previous..head`.
        return [Commit(sha=ref.commit.rpartition("..")[2], repository=ref.repository) for ref in sent.refs]
    return None


def projects_of(projects: Sequence[str | int] | None) -> list[str]:
    """Return the names or numbers of projects.

    Raises:
        RefusedError: If there are very many, or one can be of none.
    """
    if projects is not None and len(projects) > MOST_PROJECTS:
        raise RefusedError(400, f"a release belongs to at most {MOST_PROJECTS} projects")
    names = list(dict.fromkeys(str(project) for project in projects or ()))
    if any("\0" in name for name in names):
        raise RefusedError(400, "no project has such a name")
    return names


def _commit(sent: SentCommit) -> Commit:
    return Commit(
        sha=sent.id,
        repository=sent.repository or "",
        author=sent.author_name or sent.author_email or "",
        message=sent.message or "",
        at=time_of(sent.timestamp),
        files=tuple(file.path for file in sent.patch_set or ()),
    )
