"""The JSON API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.tasks.models import Task

Add = Callable[..., Task]
TASKS = "/api/v1/tasks/"


def _send(client: Client, method: str, address: str, body: object) -> Any:
    return getattr(client, method)(address, body, content_type="application/json")


def test_adding_showing_changing_and_deleting(page: Client) -> None:
    added = _send(page, "post", TASKS, {"title": "Saw", "due_on": "2030-02-03", "tags": ["Home"]})
    assert added.status_code == 201
    address = added.headers["Location"]
    shown = page.get(address).json()
    assert (shown["title"], shown["due_on"], shown["tags"], shown["done"]) == (
        "Saw",
        "2030-02-03",
        ["home"],
        False,
    )
    changed = _send(page, "patch", address, {"done": True, "due_on": None}).json()
    assert (changed["done"], changed["due_on"], changed["title"]) == (True, None, "Saw")
    assert changed["done_at"]
    assert page.delete(address).status_code == 204
    assert page.get(address).status_code == 404


def test_the_list_goes_page_by_page_without_holes(page: Client, add: Add) -> None:
    added = [add(f"Task {number}").pk for number in range(5)]
    seen: list[int] = []
    following: int | None = 2**62
    while following:
        answer = page.get(TASKS, {"limit": 2, "before_id": following}).json()
        seen += [task["id"] for task in answer["tasks"]]
        following = answer["next_before_id"]
    assert seen == added[::-1]


def test_the_list_has_the_filters_of_the_page(page: Client, add: Add) -> None:
    add("Tagged", tags=["home"])
    add("Plain")
    assert [task["title"] for task in page.get(TASKS, {"tag": "home"}).json()["tasks"]] == ["Tagged"]
    assert page.get(TASKS, {"state": "done"}).json()["tasks"] == []


def test_only_own_tasks_exist(page: Client, bob: User, add: Add) -> None:
    theirs = add(owner=bob)
    assert page.get(TASKS).json()["tasks"] == []
    assert page.get(f"{TASKS}{theirs.pk}/").status_code == 404


def test_whoever_is_not_logged_in_is_told_so(client: Client, db: None) -> None:
    answer = client.get(TASKS)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_logged_in"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": 7}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a" * 201}, "title"),
        ({"title": "Saw", "due_on": "tomorrow"}, "due_on"),
        ({"title": "Saw", "done": "yes"}, "done"),
        ({"title": "Saw", "tags": "home"}, "tags"),
        ({"title": "Saw", "tags": ["x" * 41]}, "tags"),
        ({"title": "Saw", "after": [12345]}, "after"),
        ({"title": "Saw", "after": [2**63]}, "after"),
        ({"title": "Saw", "notes": "x" * 10_001}, "notes"),
    ],
)
def test_a_field_that_does_not_fit_is_named(page: Client, body: object, field: str) -> None:
    answer = _send(page, "post", TASKS, body)
    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"]
    assert not Task.objects.exists()


def test_a_circle_is_refused(page: Client, add: Add) -> None:
    first = add("Measure")
    second = add("Saw", after=[first.pk])
    answer = _send(page, "patch", f"{TASKS}{first.pk}/", {"after": [second.pk]})
    assert "circle" in answer.json()["error"]["fields"]["after"][0]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", "application/json", 400, "bad_json"),
        (b'{"title": "\xff"}', "application/json", 400, "bad_json"),
        ("[]", "application/json", 422, "invalid"),
        ('{"titel": "Saw"}', "application/json", 422, "invalid"),
        ("title=Saw", "application/x-www-form-urlencoded", 415, "not_json"),
        (" " * 3_000_000, "application/json", 413, "too_large"),
    ],
)
def test_a_body_that_cannot_be_read_is_explained(
    page: Client, body: str | bytes, content_type: str, status: int, code: str
) -> None:
    answer = page.post(TASKS, body, content_type=content_type)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=many", "?before_id=-1", f"?before_id={2**64}", "?state=x"]
)
def test_a_filter_that_makes_no_sense_is_explained(page: Client, query: str) -> None:
    assert page.get(TASKS + query).json()["error"]["code"] == "bad_filter"


def test_other_methods_are_refused_with_those_allowed(page: Client) -> None:
    answer = page.put(TASKS)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_an_unknown_address_answers_json(client: Client) -> None:
    assert client.get("/api/v1/nothing/").json()["error"]["code"] == "not_found"
    assert client.get(f"{TASKS}{10**30}/").status_code == 401


def test_an_id_beyond_any_database_is_not_found(page: Client) -> None:
    assert page.get(f"{TASKS}{10**30}/").status_code == 404


def test_a_change_without_a_csrf_token_is_refused_in_json(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    answer = _send(client, "post", TASKS, {"title": "Saw"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "csrf"
