"""Projects by name and by number."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.state import forget_connection
from vedette.projects import operations
from vedette.projects.queries import find_project, list_projects

pytestmark = pytest.mark.usefixtures("state")
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def test_a_project_is_added_with_a_key_that_lets_in() -> None:
    key = operations.add_project(" shop ", at=NOON)

    (project,) = list_projects()
    assert (project.id, project.service, project.created_at) == (key.project, "shop", NOON)
    assert project.active_keys == (key,)
    assert find_project(key.project) == project


def test_a_service_has_one_project() -> None:
    key = operations.add_project("shop", at=NOON)

    with pytest.raises(operations.ProjectExistsError, match="shop") as refused:
        operations.add_project("shop ", at=NOON)
    assert refused.value.project == key.project
    assert len(list_projects()[0].keys) == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\u202eb", "a\0b"])
def test_a_name_is_something_that_can_be_read(name: str) -> None:
    with pytest.raises(operations.ServiceNameError):
        operations.add_project(name, at=NOON)
    assert list_projects() == []


def test_projects_stand_in_the_order_of_their_names_each_with_its_own_keys() -> None:
    shop, mail = operations.add_project("shop", at=NOON), operations.add_project("mail", at=NOON)
    operations.switch_off(shop.public, at=NOON)

    found = list_projects()
    assert [(each.service, [key.public for key in each.keys]) for each in found] == [
        ("mail", [mail.public]),
        ("shop", [shop.public]),
    ]
    assert [len(each.active_keys) for each in found] == [1, 0]


@pytest.mark.parametrize("id", [0, 2, 2**63, 10**30])
def test_a_number_of_no_project_finds_none(id: int) -> None:
    operations.add_project("shop", at=NOON)

    assert find_project(id) is None


def test_two_who_add_the_same_service_at_once_make_one_project() -> None:
    def add(_: int) -> bool:
        try:
            operations.add_project("shop", at=NOON)
        except operations.ProjectExistsError:
            return False
        finally:
            forget_connection()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == [False, False, False, True]
    assert len(list_projects()[0].keys) == 1
