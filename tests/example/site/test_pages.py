"""The pages a person works in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.tasks.models import Tag, Task
from apps.tasks.operations import finish_task

Add = Callable[..., Task]
YESTERDAY = timezone.localdate() - timedelta(days=1)
ALL_PAGES = ("/", "/tasks/", "/tasks/add/", "/tasks/graph/", "/tasks/board/", "/tasks/report/")


def test_a_form_adds_a_task_with_tags_and_order(page: Client, add: Add) -> None:
    first = add("Measure")
    form = {
        "title": "Saw",
        "notes": "",
        "due_on": "2030-02-03",
        "tags": "Home,  the Shelf ",
        "after": [first.pk],
    }
    assert page.post("/tasks/add/", form).headers["Location"] == "/tasks/"
    task = Task.objects.get(title="Saw")
    assert task.due_on == date(2030, 2, 3)
    assert [tag.name for tag in task.tags.all()] == ["home", "the shelf"]
    assert list(task.after.all()) == [first]


def test_a_form_with_a_mistake_keeps_what_was_typed(page: Client) -> None:
    answer = page.post("/tasks/add/", {"title": "Saw", "due_on": "tomorrow", "tags": "", "notes": ""})
    assert answer.status_code == 422
    assert 'value="Saw"' in answer.text
    assert not Task.objects.exists()


def test_the_form_of_a_task_shows_what_is_stored(page: Client, add: Add) -> None:
    first = add("Measure")
    task = add("Saw", due_on=date(2030, 2, 3), tags=["home"], after=[first.pk])
    shown = page.get(f"/tasks/{task.pk}/").text
    assert 'value="2030-02-03"' in shown
    assert 'value="home"' in shown
    assert re.search(rf'value="{first.pk}"[^>]*checked', shown)


def test_an_order_in_a_circle_is_refused_beside_its_field(page: Client, add: Add) -> None:
    first = add("Measure")
    second = add("Saw", after=[first.pk])
    answer = page.post(
        f"/tasks/{first.pk}/", {"title": "Measure", "notes": "", "tags": "", "after": [second.pk]}
    )
    assert answer.status_code == 422
    assert "in a circle: “Measure” → “Saw” → “Measure”" in answer.text
    assert not first.after.exists()


def test_finish_and_reopen(page: Client, add: Add) -> None:
    task = add()
    page.post(f"/tasks/{task.pk}/finish/", {"next": "/tasks/?state=all"})
    task.refresh_from_db()
    assert task.is_done
    page.post(f"/tasks/{task.pk}/reopen/")
    task.refresh_from_db()
    assert not task.is_done


def test_finishing_leads_back_to_this_site_alone(page: Client, add: Add) -> None:
    task = add()
    assert page.post(f"/tasks/{task.pk}/finish/", {"next": "/"}).headers["Location"] == "/"
    away = page.post(f"/tasks/{task.pk}/finish/", {"next": "https://evil.example/"})
    assert away.headers["Location"] == "/tasks/"


def test_a_get_never_finishes_or_deletes(page: Client, add: Add) -> None:
    task = add()
    assert page.get(f"/tasks/{task.pk}/finish/").status_code == 405
    assert page.get(f"/tasks/{task.pk}/delete/").status_code == 200
    task.refresh_from_db()
    assert not task.is_done


def test_deleting_removes_the_tags_that_nothing_else_has(page: Client, add: Add) -> None:
    task = add(tags=["home", "garden"])
    add("Another", tags=["garden"])
    page.post(f"/tasks/{task.pk}/delete/")
    assert [tag.name for tag in Tag.objects.all()] == ["garden"]


@pytest.mark.parametrize("what", ["", "finish/", "reopen/", "delete/"])
def test_the_task_of_somebody_else_is_not_found(page: Client, bob: User, add: Add, what: str) -> None:
    task = add(owner=bob)
    assert page.post(f"/tasks/{task.pk}/{what}", {"title": "Mine now"}).status_code == 404
    task.refresh_from_db()
    assert task.title == "Buy wood"


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"Late", "Tagged"}),
        ("?state=done", {"Done"}),
        ("?state=all", {"Late", "Tagged", "Done"}),
        ("?overdue=1", {"Late"}),
        ("?tag=home", {"Tagged"}),
        ("?tag=Home&state=all", {"Tagged", "Done"}),
    ],
)
def test_the_list_is_filtered(page: Client, add: Add, query: str, titles: set[str]) -> None:
    add("Late", due_on=YESTERDAY)
    add("Tagged", tags=["home"])
    finish_task(add("Done", due_on=YESTERDAY, tags=["home"]), at=timezone.now())
    assert {task.title for task in page.get(f"/tasks/{query}").context["page"]} == titles


@pytest.mark.parametrize("query", ["?state=maybe", "?overdue=perhaps"])
def test_a_filter_that_makes_no_sense_is_named(page: Client, add: Add, query: str) -> None:
    add("Late")
    answer = page.get(f"/tasks/{query}")
    assert answer.status_code == 400
    assert "The filter is left out" in answer.text
    assert "Late" in answer.text


def test_the_list_takes_the_same_number_of_queries_however_long(
    page: Client, add: Add, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        add(f"Task {number}", tags=["home"])
    with django_assert_num_queries(6):
        page.get("/tasks/")
    for number in range(9):
        add(f"More {number}", tags=["garden"])
    with django_assert_num_queries(6):
        page.get("/tasks/")


def test_the_first_page_offers_what_waits_for_nothing(page: Client, add: Add) -> None:
    done = add("Measure")
    finish_task(done, at=timezone.now())
    ready = add("Saw", after=[done.pk])
    add("Paint", after=[ready.pk])
    assert [task.title for task in page.get("/").context["day"].next_tasks] == ["Saw"]


def test_the_graph_draws_each_task_of_the_order_once_per_width(page: Client, add: Add) -> None:
    first = add("Measure <the> shelf")
    add("Saw", after=[first.pk])
    add("Loose")
    shown = page.get("/tasks/graph/").text
    assert shown.count("<svg") == 2
    assert shown.count('class="line"') == 2
    assert shown.count("<title>Measure &lt;the&gt; shelf: ready</title>") == 2
    assert shown.count("Saw: waiting") == 2
    assert "<li><a" in shown


def test_pages_without_tasks_say_what_to_do(page: Client) -> None:
    for address in ALL_PAGES:
        assert page.get(address).status_code == 200


def test_no_page_has_a_script_or_style_of_its_own(page: Client, add: Add) -> None:
    first = add("Measure", due_on=YESTERDAY, tags=["home"])
    add("Saw", after=[first.pk])
    for address in (*ALL_PAGES, f"/tasks/{first.pk}/", "/accounts/login/", "/accounts/signup/"):
        answer = page.get(address)
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", answer.text)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_an_unknown_address_is_a_page_of_the_site(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "Nothing here" in answer.text
