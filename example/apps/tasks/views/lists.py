"""The list of tasks."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.client import UserRequest
from apps.tasks import queries

_PAGE_SIZE = 50


@require_safe
@login_required
def task_list(request: UserRequest) -> HttpResponse:
    """List tasks by tag, state and lateness; a filter that makes no sense is named and left out."""
    today = timezone.localdate()
    problem = ""
    try:
        filters = queries.Filters.parse(request.GET.dict())
    except queries.UnableToFilter as error:
        filters, problem = queries.Filters(), str(error)
    tasks = queries.list_tasks(request.user, filters=filters, today=today)
    context = {
        "page": Paginator(tasks, _PAGE_SIZE).get_page(request.GET.get("page")),
        "tags": queries.list_tags(request.user),
        "filters": filters,
        "problem": problem,
        "today": today,
    }
    return render(request, "tasks/list.html", context, status=400 if problem else 200)
