"""What is done to projects and their keys; each function raises `django.db.Error` where the state database is away."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import QuerySet

from vedette.catalogue.database import ALIAS
from vedette.projects.models import KeyRow, ProjectRow
from vedette.projects.queries import Key, list_keys

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
KEY_BYTES = 16
LONGEST_NAME = 200
MOST_KEYS = 20


class NoKeyError(Exception):
    """There is no such key that is active."""


class ServiceNameError(ValueError):
    """This cannot be the name of a service; the message says why, for the person who chose it."""


class ProjectExistsError(Exception):
    """The service has a project; `project` is its number."""

    def __init__(self, service: str, project: int) -> None:
        super().__init__(f"{service} has a project")
        self.project = project


def add_project(name: str, *, at: dt.datetime) -> Key:
    """Make a project for the service called *name*, and return its first key.

    Raises:
        ServiceNameError: If it cannot be called so.
        ProjectExistsError: If there is one.
    """
    service = name.strip()
    if not service:
        raise ServiceNameError("Give the service a name.")
    if len(service) > LONGEST_NAME:
        raise ServiceNameError(f"A service's name has at most {LONGEST_NAME} characters.")
    if not service.isprintable():
        raise ServiceNameError("A service's name has no line breaks and no characters that cannot be seen.")
    with transaction.atomic(using=ALIAS):
        project, is_new = _project_of(service, at=at)
        if not is_new:
            raise ProjectExistsError(service, project.pk)
        return _new_key(project, at=at)


def open_project(service: str, *, at: dt.datetime) -> Key:
    """Return the newest active key of *service*; its project, and a key, are made where there is none."""
    with transaction.atomic(using=ALIAS):
        project = _project(service, at=at)
        active = list_keys(service, is_active=True)
        return active[-1] if active else _new_key(project, at=at)


def make_key(service: str, *, at: dt.datetime) -> Key:
    """Make one more key for *service*, beside those that it has."""
    with transaction.atomic(using=ALIAS):
        return _new_key(_project(service, at=at), at=at)


def rotate(service: str, *, at: dt.datetime) -> Key:
    """Make a new key for *service* and switch all its others off."""
    with transaction.atomic(using=ALIAS):
        project = _project(service, at=at)
        _active().filter(project=project).update(disabled_us=_us(at))
        return _new_key(project, at=at)


def switch_off(public: str, *, at: dt.datetime) -> None:
    """Switch a key off: what is sent with it is refused from now on, within a few seconds everywhere.

    Raises:
        NoKeyError: If no active key is called *public*.
    """
    if not _active().filter(public=public).update(disabled_us=_us(at)):
        raise NoKeyError(f"there is no active key {public}")


def _active() -> QuerySet[KeyRow]:
    return KeyRow.objects.using(ALIAS).filter(disabled_us=None)


def _project(service: str, *, at: dt.datetime) -> ProjectRow:
    return _project_of(service, at=at)[0]


def _project_of(service: str, *, at: dt.datetime) -> tuple[ProjectRow, bool]:
    return ProjectRow.objects.using(ALIAS).get_or_create(service=service, defaults={"created_us": _us(at)})


def _new_key(project: ProjectRow, *, at: dt.datetime) -> Key:
    row = KeyRow.objects.using(ALIAS).create(
        public=secrets.token_hex(KEY_BYTES), project=project, created_us=_us(at)
    )
    return Key(public=row.public, project=project.pk, service=project.service, created_at=at)


def _us(time: dt.datetime) -> int:
    return (time - _EPOCH) // dt.timedelta(microseconds=1)
