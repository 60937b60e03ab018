"""Everything that changes tasks: one function, one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from apps.tasks.graph import Edge, path_between
from apps.tasks.models import Tag, Task

logger = logging.getLogger("apps.tasks")


class UnableToOrder(Exception):
    """The order asked for has a task that waits for itself, or for somebody else's task."""


def save_task(task: Task, *, tags: Iterable[str] | None = None, after: Iterable[int] | None = None) -> Task:
    """Store a task with its tags and its place in the order; None leaves either as it is.

    Raises UnableToOrder, and then nothing is stored.
    """
    is_new = task.pk is None
    with transaction.atomic():
        task.full_clean(exclude=["owner"])
        task.save()
        if tags is not None:
            task.tags.set(_get_or_create_tags(task.owner, tags))
        if after is not None:
            order_task(task, after=after)
    verb = "created" if is_new else "changed"
    logger.info("Task %s", verb, extra={"task_id": task.pk, "change": verb})
    return task


def order_task(task: Task, *, after: Iterable[int]) -> None:
    """Let a task wait for exactly these tasks.

    Raises UnableToOrder where that would close a cycle or name a task of somebody else.
    """
    wanted = set(after)
    with transaction.atomic():
        # Two requests that each add half of a cycle must not pass each other.
        User.objects.select_for_update().get(pk=task.owner_id)
        titles = dict(Task.objects.filter(owner=task.owner_id).values_list("pk", "title"))
        if strangers := wanted - titles.keys():
            raise UnableToOrder(f"No such task: {', '.join(map(str, sorted(strangers)))}.")
        edges = get_edges(task.owner_id)
        for other in sorted(wanted):
            if path := path_between(edges, start=task.pk, goal=other):
                way = " → ".join(f"“{titles[pk]}”" for pk in [*path, task.pk])
                raise UnableToOrder(f"The order would go round in a circle: {way}.")
        task.after.set(wanted)


def finish_task(task: Task, *, at: datetime) -> None:
    """Mark a task as done; one that is done already keeps its moment."""
    if task.done_at is None:
        task.done_at = at
        task.save(update_fields=["done_at", "updated_at"])
        logger.info("Task finished", extra={"task_id": task.pk, "change": "finished"})


def reopen_task(task: Task) -> None:
    """Mark a task as not done."""
    if task.done_at is not None:
        task.done_at = None
        task.save(update_fields=["done_at", "updated_at"])
        logger.info("Task reopened", extra={"task_id": task.pk, "change": "reopened"})


def delete_task(task: Task) -> None:
    """Delete a task, and the tags that only it had."""
    pk = task.pk
    with transaction.atomic():
        task.delete()
        Tag.objects.filter(owner=task.owner_id, tasks=None).delete()
    logger.info("Task deleted", extra={"task_id": pk, "change": "deleted"})


def get_edges(owner_id: int) -> set[Edge]:
    """Return a person's order: (first, then) for each pair of tasks that wait for each other."""
    through = Task.after.through.objects.filter(from_task__owner=owner_id)
    return set(through.values_list("to_task_id", "from_task_id"))


def _get_or_create_tags(owner: User, names: Iterable[str]) -> list[Tag]:
    return [Tag.objects.get_or_create(owner=owner, name=name)[0] for name in sorted(set(names))]
