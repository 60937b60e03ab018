"""What is known of projects and their keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.catalogue.database import ALIAS
from vedette.projects.models import KeyRow, ProjectRow

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A DSN's key, and the project that it lets in to; `last_used_at` is when it last did, to a minute."""

    public: str
    project: int
    service: str
    created_at: dt.datetime
    disabled_at: dt.datetime | None = None
    last_used_at: dt.datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether what is sent with it is taken."""
        return self.disabled_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project, and its keys, the oldest first."""

    id: int
    service: str
    created_at: dt.datetime
    keys: tuple[Key, ...] = ()

    @property
    def active_keys(self) -> tuple[Key, ...]:
        """The keys that let in."""
        return tuple(key for key in self.keys if key.is_active)


def list_projects() -> list[Project]:
    """Return all projects by the name of their service.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    keys: dict[int, list[Key]] = {}
    for key in list_keys():
        keys.setdefault(key.project, []).append(key)
    rows = ProjectRow.objects.using(ALIAS).order_by("service")
    return [_project(row, tuple(keys.get(row.pk, ()))) for row in rows]


def find_project(id: int) -> Project | None:
    """Return the project with this number, None where there is none; raises as `list_projects` does."""
    row = ProjectRow.objects.using(ALIAS).filter(pk=id).first() if id <= _LARGEST_ID else None
    return None if row is None else _project(row, tuple(list_keys(row.service)))


def list_keys(service: str | None = None, *, is_active: bool | None = None) -> list[Key]:
    """Return the keys, of one *service* or of all, the oldest first.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    rows = KeyRow.objects.using(ALIAS).order_by("project_id", "id")
    if service is not None:
        rows = rows.filter(project__service=service)
    if is_active is not None:
        rows = rows.filter(disabled_us__isnull=is_active)
    found = rows.values_list(
        "public", "project_id", "project__service", "created_us", "disabled_us", "last_used_us"
    )
    return [
        Key(
            public=public,
            project=project,
            service=named,
            created_at=_time(created_us),
            disabled_at=_optional(disabled_us),
            last_used_at=_optional(last_used_us),
        )
        for public, project, named, created_us, disabled_us, last_used_us in found
    ]


def _project(row: ProjectRow, keys: tuple[Key, ...]) -> Project:
    return Project(id=row.pk, service=row.service, created_at=_time(row.created_us), keys=keys)


def _optional(us: int | None) -> dt.datetime | None:
    return None if us is None else _time(us)


def _time(us: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=us)
