"""The commits of releases, and which of them are suspected of an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db.models import Count, QuerySet

from vedette.catalogue.database import ALIAS
from vedette.releases.models import CommitRow
from vedette.releases.records import Commit, commit_of

MOST_SUSPECTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A commit that touched files of an error's frames; `files` are those, as the repository names them."""

    commit: Commit
    files: tuple[str, ...]


def list_commits(release: int, *, limit: int = 500) -> list[Commit]:
    """Return the commits of the release *release* (its id), the newest first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    return [commit_of(row) for row in _rows().filter(release=release).order_by("place", "id")[:limit]]


def count_commits(releases: Iterable[int]) -> dict[int, int]:
    """Return how many commits each of *releases* (ids) has; one that has none is left out.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    counted = (
        _rows().filter(release__in=list(releases)).values("release").annotate(number=Count("id")).order_by()
    )
    return {row["release"]: row["number"] for row in counted}


def find_version_with_commit(service: str, sha: str) -> str:
    """Return the release of *service* that brought the commit *sha*, or one whose name begins so; ``""`` where none did.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = _rows().filter(release__service=service, sha__startswith=sha.lower())
    return rows.order_by("release__created_us").values_list("release__version", flat=True).first() or ""


def list_suspects(service: str, version: str, *, paths: Sequence[str]) -> list[Suspect]:
    """Return the commits of a release that touched a file of *paths*, the newest first.

    *paths* are the files of an error's frames, as the SDK names them: absolute, or below wherever the code was started.  A
    file of the repository is meant where one path ends with the other, whole names only.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    wanted = [parts for path in paths if (parts := _parts(path))]
    if not wanted:
        return []
    rows = _rows().filter(release__service=service, release__version=version).order_by("place", "id")
    found = []
    for row in rows.iterator():
        files = tuple(file for file in row.files if _touches(file, wanted))
        if files:
            found.append(Suspect(commit=commit_of(row), files=files))
        if len(found) == MOST_SUSPECTS:
            break
    return found


def _touches(file: str, wanted: Sequence[tuple[str, ...]]) -> bool:
    parts = _parts(file)
    return any(_ends_alike(parts, other) for other in wanted)


def _ends_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    length = min(len(one), len(other))
    # `__init__.py` or `models.py` alone would be any package's.
    is_enough = length > 1 or len(one) == len(other)
    return length > 0 and is_enough and one[-length:] == other[-length:]


def _parts(path: str) -> tuple[str, ...]:
    parts = PurePosixPath(path.replace("\\", "/").removeprefix("./")).parts
    return tuple(part for part in parts if part not in {"/", "..", "."})


def _rows() -> QuerySet[CommitRow]:
    return CommitRow.objects.using(ALIAS)
