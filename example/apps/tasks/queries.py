"""Everything that reads tasks for a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet

from apps.tasks.models import MOST_URGENT_FIRST, Tag, Task

State = Literal["open", "done", "all"]


class UnableToFilter(ValueError):
    """A filter has a value that makes no sense."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of tasks is narrowed to."""

    state: State = "open"
    tag: str = ""
    overdue: bool = False

    @classmethod
    def parse(cls, values: Mapping[str, str], *, default: State = "open") -> Filters:
        """Read filters from a query string.

        Raises UnableToFilter.
        """
        state = values.get("state") or default
        if state not in get_args(State):
            raise UnableToFilter(f"state is one of {', '.join(get_args(State))}, not {state!r}.")
        overdue = values.get("overdue", "")
        if overdue not in {"", "0", "1", "false", "true"}:
            raise UnableToFilter(f"overdue is 1 or 0, not {overdue!r}.")
        return cls(
            state=state,  # type: ignore[arg-type]
            tag=values.get("tag", "").strip().lower(),
            overdue=overdue in {"1", "true"},
        )


@dataclass(frozen=True, kw_only=True)
class Day:
    """A person's day at a glance."""

    open_count: int
    overdue_count: int
    finished_this_week: int
    next_tasks: list[Task]


def list_tasks(owner: User, *, filters: Filters, today: date) -> QuerySet[Task]:
    """List a person's tasks with their tags and the number of open tasks each waits for."""
    tasks = Task.objects.filter(owner=owner)
    if filters.overdue:
        tasks = tasks.filter(done_at=None, due_on__lt=today)
    elif filters.state == "open":
        tasks = tasks.filter(done_at=None)
    elif filters.state == "done":
        tasks = tasks.exclude(done_at=None)
    if filters.tag:
        tasks = tasks.filter(tags__name=filters.tag)
    waiting = Count("after", filter=Q(after__done_at=None), distinct=True)
    # Django drops a model's own order from a query that counts: say it again.
    ordered = tasks.annotate(waiting_for=waiting).order_by(*MOST_URGENT_FIRST)
    return ordered.prefetch_related("tags")


def list_tags(owner: User) -> QuerySet[Tag]:
    """List a person's tags with the number of open tasks on each, those in use first."""
    open_count = Count("tasks", filter=Q(tasks__done_at=None))
    return Tag.objects.filter(owner=owner).annotate(open_count=open_count).order_by("name")


def get_day(owner: User, *, today: date) -> Day:
    """Return a person's day: counts, and the next tasks that wait for no other."""
    counts = Task.objects.filter(owner=owner).aggregate(
        open=Count("pk", filter=Q(done_at=None)),
        overdue=Count("pk", filter=Q(done_at=None, due_on__lt=today)),
        finished=Count("pk", filter=Q(done_at__date__gt=today - timedelta(days=7))),
    )
    open_tasks = list_tasks(owner, filters=Filters(), today=today)
    next_tasks = open_tasks.exclude(after__in=Task.objects.filter(owner=owner, done_at=None))
    return Day(
        open_count=counts["open"],
        overdue_count=counts["overdue"],
        finished_this_week=counts["finished"],
        next_tasks=list(next_tasks[:5]),
    )
