"""The page that draws the order between a person's tasks."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.client import UserRequest
from apps.tasks.drawing import NARROW, WIDE, Card, draw
from apps.tasks.graph import reduce_edges
from apps.tasks.models import Task
from apps.tasks.operations import get_edges

_MOST_TASKS = 60


@require_safe
@login_required
def graph(request: UserRequest) -> HttpResponse:
    """Draw open tasks and what they waited for, once for a desk and once for a phone."""
    tasks = {task.pk: task for task in Task.objects.filter(owner=request.user)}
    edges = {
        (first, then)
        for first, then in get_edges(request.user.pk)
        if first in tasks and not tasks[then].is_done
    }
    linked = [pk for pk in tasks if any(pk in edge for edge in edges)]
    shown = linked[:_MOST_TASKS]
    drawn = reduce_edges(edge for edge in edges if edge[0] in shown and edge[1] in shown)
    cards = [_card(tasks[pk], drawn, tasks) for pk in shown]
    context = {
        "drawings": [draw(cards, drawn, paper=paper) for paper in (WIDE, NARROW)],
        "loose": [task for pk, task in tasks.items() if pk not in linked and not task.is_done],
        "left_out": len(linked) - len(shown),
    }
    return render(request, "tasks/graph.html", context)


def _card(task: Task, edges: set[tuple[int, int]], tasks: dict[int, Task]) -> Card:
    waits = any(then == task.pk and not tasks[first].is_done for first, then in edges)
    if task.is_done:
        state, note = "done", "done"
    elif task.is_overdue(timezone.localdate()):
        state, note = "overdue", f"was due {task.due_on:%-d %b}"
    else:
        state = "waiting" if waits else "ready"
        note = f"due {task.due_on:%-d %b}" if task.due_on else state
    return Card(pk=task.pk, title=task.title, note=note, state=state, url=task.get_absolute_url())
