"""`manage.py seed_tasks`: a year of tasks, so that no page of the demonstration is empty."""

from __future__ import annotations

import argparse
import random
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from apps.tasks.models import Tag, Task
from apps.tasks.wording import NAMES, TAGS, TITLES


class Command(BaseCommand):
    """Make people with a year of tasks behind them, and some ahead of them."""

    help = "Fill the site with people and a year of their tasks (development only)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--people", type=int, default=12, help="how many people (12)")
        parser.add_argument("--tasks", type=int, default=110, help="tasks of each (110)")
        parser.add_argument("--seed", type=int, default=1, help="of the random choices (1)")
        parser.add_argument("--for", dest="owner", help="also give tasks to this user")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill the site; people who have tasks already keep theirs.

        Raises CommandError outside of development.
        """
        if not settings.DEBUG:
            raise CommandError("seed_tasks is for development.")
        choices = random.Random(options["seed"])
        names = [*NAMES[: options["people"]], *filter(None, [options["owner"]])]
        for name in names:
            with transaction.atomic():
                made = _seed_person(name, options["tasks"], choices, timezone.now())
            if made:
                self.stdout.write(f"{name}: {made} tasks")


def _seed_person(name: str, count: int, choices: random.Random, now: datetime) -> int:
    # Nobody can log in as one of these people.
    owner, _ = User.objects.get_or_create(username=name, defaults={"password": make_password(None)})
    if owner.tasks.exists():
        return 0
    words = choices.sample(TAGS, 5)
    tags = [Tag.objects.get_or_create(owner=owner, name=word)[0] for word in words]
    tasks = Task.objects.bulk_create(_task(owner, choices, now) for _ in range(count))
    _give_tags(tasks, tags, choices)
    _give_order([task for task in tasks if not task.is_done], choices)
    # bulk_create stamps rows with the present: put the past back.
    for task in tasks:
        begun = (task.done_at or now) - timedelta(hours=choices.expovariate(1 / 90))
        Task.objects.filter(pk=task.pk).update(created_at=begun)
    return len(tasks)


def _task(owner: User, choices: random.Random, now: datetime) -> Task:
    if choices.random() < 0.8:
        # More lately than long ago, as with anybody who has taken to a habit.
        done_at = now - timedelta(days=365 * choices.random() ** 2)
        due_on = (done_at + timedelta(days=choices.gauss(2, 4))).date()
    else:
        done_at = None
        due_on = (now + timedelta(days=choices.gauss(9, 7))).date()
    has_date = choices.random() < 0.8
    return Task(
        owner=owner, title=choices.choice(TITLES), done_at=done_at, due_on=due_on if has_date else None
    )


def _give_tags(tasks: list[Task], tags: list[Tag], choices: random.Random) -> None:
    through = Task.tags.through
    through.objects.bulk_create(
        through(task_id=task.pk, tag_id=tag.pk)
        for task in tasks
        for tag in choices.sample(tags, choices.choice([0, 1, 1, 2]))
    )


def _give_order(tasks: list[Task], choices: random.Random) -> None:
    # Five tasks make a small project, and one waits for earlier ones alone: no cycle can arise.
    through = Task.after.through
    projects = [tasks[start : start + 5] for start in range(0, len(tasks), 5)]
    through.objects.bulk_create(
        through(from_task_id=task.pk, to_task_id=earlier.pk)
        for project in projects
        for place, task in enumerate(project)
        for earlier in choices.sample(project[:place], min(place, choices.choice([0, 1, 1, 2])))
    )
