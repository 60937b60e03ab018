"""The order between tasks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from apps.tasks.models import Task
from apps.tasks.operations import UnableToOrder, order_task, save_task

Add = Callable[..., Task]


def test_a_task_cannot_wait_for_itself(add: Add) -> None:
    task = add()
    with pytest.raises(UnableToOrder, match="circle"):
        order_task(task, after=[task.pk])


def test_a_long_circle_is_refused_and_named(add: Add) -> None:
    measure = add("Measure")
    saw = add("Saw", after=[measure.pk])
    paint = add("Paint", after=[saw.pk])
    with pytest.raises(UnableToOrder, match="“Measure” → “Saw” → “Paint” → “Measure”"):
        order_task(measure, after=[paint.pk])


def test_a_refused_order_stores_nothing_of_the_task(add: Add) -> None:
    task = add("Measure")
    task.title = "Measure twice"
    with pytest.raises(UnableToOrder):
        save_task(task, tags=["home"], after=[task.pk])
    task.refresh_from_db()
    assert task.title == "Measure"
    assert not task.tags.exists()


def test_a_task_cannot_wait_for_that_of_somebody_else(add: Add, bob: User) -> None:
    theirs = add(owner=bob)
    with pytest.raises(UnableToOrder, match="No such task"):
        order_task(add(), after=[theirs.pk])


def test_an_order_replaces_the_one_before(add: Add) -> None:
    measure, buy = add("Measure"), add("Buy")
    saw = add("Saw", after=[measure.pk])
    order_task(saw, after=[buy.pk])
    assert list(saw.after.all()) == [buy]
