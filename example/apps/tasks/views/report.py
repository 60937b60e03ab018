"""The yearly report: how fast tasks get done, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncMonth
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.client import UserRequest
from apps.tasks.models import Task

_MOST_RECENT = 20


@dataclass(frozen=True, kw_only=True)
class Month:
    """What a person finished in a month."""

    start: datetime
    finished: int
    late: int
    share_percent: int


@require_safe
@login_required
def report(request: UserRequest) -> HttpResponse:
    """Show a person's year, and how the last finished tasks compare with everybody's."""
    today = timezone.localdate()
    tasks = Task.objects.filter(owner=request.user, done_at__year=today.year)
    context = {
        "year": today.year,
        "months": _months(tasks),
        "compared": _compared_with_everybody(today),
    }
    return render(request, "tasks/report.html", context)


def _months(tasks: QuerySet[Task]) -> list[Month]:
    rows = list(
        tasks.annotate(month=TruncMonth("done_at"))
        .values("month")
        .annotate(
            finished=Count("pk"),
            late=Count("pk", filter=Q(due_on__lt=F("done_at__date"))),
        )
        .order_by("month")
    )
    most = max((row["finished"] for row in rows), default=0)
    return [
        Month(
            start=row["month"],
            finished=row["finished"],
            late=row["late"],
            share_percent=round(100 * row["finished"] / most),
        )
        for row in rows
    ]


def _compared_with_everybody(today: date) -> QuerySet[Task]:
    """Return the last finished tasks of the site, each with the number done in the same month.

    On purpose, for the demonstration: this reads innocently and is slow. The subquery computes
    the month of every task of the site, once for each of the rows shown; no index can serve it.
    One grouped query for the months, joined in Python, would do.
    """
    same_month = (
        Task.objects.annotate(month=TruncMonth("done_at"))
        .filter(month=OuterRef("month"))
        .order_by()
        .values("month")
        .annotate(total=Count("pk"))
        .values("total")
    )
    return (
        Task.objects.filter(done_at__year=today.year)
        .annotate(month=TruncMonth("done_at"))
        .annotate(in_month=Subquery(same_month))
        .order_by("-done_at")[:_MOST_RECENT]
    )
