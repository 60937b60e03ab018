"""The board: open tasks in columns by how soon they are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.client import UserRequest
from apps.tasks.models import Task

_MOST_CARDS = 60


@dataclass(frozen=True)
class Column:
    """One column of the board."""

    title: str
    tasks: list[Task]


@require_safe
@login_required
def board(request: UserRequest) -> HttpResponse:
    """Show open tasks as cards.

    On purpose, for the demonstration: the template asks each card for its tags and its owner, and
    nothing was fetched beforehand, so that every card costs two queries more. The cure is
    `.select_related("owner").prefetch_related("tags")`; Vedette names the line to put it on.
    """
    tasks = Task.objects.filter(owner=request.user, done_at=None)[:_MOST_CARDS]
    columns = _columns(list(tasks), timezone.localdate())
    return render(request, "tasks/board.html", {"columns": columns})


def _columns(tasks: list[Task], today: date) -> list[Column]:
    columns = {title: Column(title, []) for title in ("Overdue", "Today", "This week", "Later", "Some day")}
    for task in tasks:
        columns[_column_of(task.due_on, today)].tasks.append(task)
    return list(columns.values())


def _column_of(due_on: date | None, today: date) -> str:
    if due_on is None:
        return "Some day"
    if due_on < today:
        return "Overdue"
    if due_on == today:
        return "Today"
    return "This week" if due_on <= today + timedelta(days=7) else "Later"
