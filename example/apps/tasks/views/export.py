"""Due dates as a calendar that a phone can subscribe to (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.client import UserRequest
from apps.tasks.models import Task

_LONGEST_LINE = 74


@require_safe
@login_required
def calendar(request: UserRequest) -> HttpResponse:
    """Return a person's open tasks that have a due date, each with a reminder the day before."""
    tasks = Task.objects.filter(owner=request.user, done_at=None).exclude(due_on=None)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//todo//tasks//EN"]
    now = timezone.now()
    for task in tasks:
        lines.extend(_entry(task, now))
    lines.append("END:VCALENDAR")
    body = "".join(f"{folded}\r\n" for line in lines for folded in _fold(line))
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tasks.ics"'
    return response


def _entry(task: Task, now: datetime) -> Iterator[str]:
    assert task.due_on is not None
    yield "BEGIN:VEVENT"
    yield f"UID:task-{task.pk}@todo.example"
    yield f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{task.due_on:%Y%m%d}"
    yield f"SUMMARY:{_escape(task.title)}"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_escape(task.title)}"
    yield f"TRIGGER;VALUE=DATE-TIME:{_day_before(task.due_on):%Y%m%d}T080000Z"
    yield "END:VALARM"
    yield "END:VEVENT"


def _day_before(day: date) -> date:
    # On purpose, for the demonstration: no month has a day 0, so a task that is due on the first
    # of a month raises ValueError. It should subtract timedelta(days=1).
    return day.replace(day=day.day - 1)


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _fold(line: str) -> Iterator[str]:
    """Break a line of more than 75 bytes; each further piece begins with a space."""
    piece = ""
    for character in line:
        if len((piece + character).encode()) > _LONGEST_LINE:
            yield piece
            piece = " "
        piece += character
    yield piece
