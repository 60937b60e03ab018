"""What the site does badly on purpose, for the demonstration, it does as described."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.tasks.models import Task
from apps.tasks.operations import finish_task

Add = Callable[..., Task]


def _count_queries(page: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert page.get(address).status_code == 200
    return len(queries)


def test_each_card_of_the_board_costs_more_queries(page: Client, add: Add) -> None:
    add()
    with_one = _count_queries(page, "/tasks/board/")
    for number in range(5):
        add(f"Task {number}")
    assert _count_queries(page, "/tasks/board/") == with_one + 2 * 5


def test_the_report_goes_over_all_tasks_once_per_row(page: Client, add: Add) -> None:
    finish_task(add(), at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        assert page.get("/tasks/report/").status_code == 200
    assert any(query["sql"].lower().count("trunc(") > 1 for query in queries)


def test_the_calendar_holds_due_dates_with_reminders(page: Client, add: Add) -> None:
    add("Saw; then, paint " + "ü" * 60, due_on=date(2030, 2, 3))
    text = page.get("/tasks/calendar.ics").text
    assert "DTSTART;VALUE=DATE:20300203\r\n" in text
    assert "TRIGGER;VALUE=DATE-TIME:20300202T080000Z" in text
    assert "SUMMARY:Saw\\; then\\, paint" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_calendar_breaks_on_the_first_of_a_month(page: Client, add: Add) -> None:
    add(due_on=date(2030, 3, 1))
    with pytest.raises(ValueError, match="day"):
        page.get("/tasks/calendar.ics")


def test_release_2_says_how_early_a_task_was(page: Client, add: Add, settings: Any) -> None:
    settings.DEMO_RELEASE_2 = True
    task = add(due_on=date(2999, 1, 1))
    assert "days early" in page.post(f"/tasks/{task.pk}/finish/", follow=True).text


def test_release_2_breaks_on_finishing_a_task_without_a_due_date(
    page: Client, add: Add, settings: Any
) -> None:
    task = add()
    settings.DEMO_RELEASE_2 = True
    with pytest.raises(TypeError):
        page.post(f"/tasks/{task.pk}/finish/")
