"""Projects and their keys."""

from __future__ import annotations

import datetime as dt

import pytest

from vedette.projects import operations
from vedette.projects.queries import list_keys

pytestmark = pytest.mark.usefixtures("state")
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LATER = NOON + dt.timedelta(hours=1)


def test_a_service_has_one_project_and_keeps_its_key() -> None:
    first = operations.open_project("shop", at=NOON)

    assert operations.open_project("shop", at=LATER) == first
    assert operations.open_project("mail", at=NOON).project != first.project


def test_a_project_s_number_is_what_browsers_can_send_to() -> None:
    key = operations.open_project("shop", at=NOON)

    assert key.project > 0
    assert (len(key.public), key.public.isalnum()) == (32, True)


def test_a_new_key_stands_beside_the_old_one() -> None:
    old, new = operations.open_project("shop", at=NOON), operations.make_key("shop", at=LATER)

    assert list_keys("shop", is_active=True) == [old, new]


def test_rotating_switches_all_the_old_keys_off() -> None:
    old, older = operations.open_project("shop", at=NOON), operations.make_key("shop", at=NOON)
    other = operations.open_project("mail", at=NOON)
    new = operations.rotate("shop", at=LATER)

    assert [key.public for key in list_keys(is_active=True)] == [new.public, other.public]
    off = list_keys("shop", is_active=False)
    assert {(key.public, key.disabled_at) for key in off} == {(old.public, LATER), (older.public, LATER)}
    assert new.project == old.project


def test_a_key_is_switched_off_once() -> None:
    key = operations.open_project("shop", at=NOON)
    operations.switch_off(key.public, at=LATER)

    assert list_keys(is_active=True) == []
    with pytest.raises(operations.NoKeyError, match=key.public):
        operations.switch_off(key.public, at=LATER)


def test_after_its_only_key_was_switched_off_a_service_gets_a_new_one() -> None:
    key = operations.open_project("shop", at=NOON)
    operations.switch_off(key.public, at=LATER)

    again = operations.open_project("shop", at=LATER)

    assert (again.project, again.public != key.public) == (key.project, True)


def test_rows_say_what_they_are() -> None:
    from vedette.projects.models import KeyRow, ProjectRow

    key = operations.open_project("shop", at=NOON)

    assert str(ProjectRow.objects.using("vedette").get()) == f"{key.project}: shop"
    assert str(KeyRow.objects.using("vedette").get()) == key.public
