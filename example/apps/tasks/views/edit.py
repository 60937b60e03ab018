"""One task: add, edit, finish, reopen, delete."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.client import UserRequest
from apps.tasks import operations
from apps.tasks.forms import TaskForm
from apps.tasks.models import Task


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: UserRequest) -> HttpResponse:
    """Add a task."""
    return _edit(request, Task(owner=request.user), "Task added.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def task(request: UserRequest, pk: int) -> HttpResponse:
    """Show a task and change it."""
    return _edit(request, _own_task(request, pk), "Task saved.")


@require_POST
@login_required
def finish(request: UserRequest, pk: int) -> HttpResponse:
    """Finish a task."""
    own = _own_task(request, pk)
    operations.finish_task(own, at=timezone.now())
    messages.success(request, _praise(own, timezone.localdate()))
    return _back(request)


@require_POST
@login_required
def reopen(request: UserRequest, pk: int) -> HttpResponse:
    """Open a finished task again."""
    operations.reopen_task(_own_task(request, pk))
    return _back(request)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask, then delete a task."""
    own = _own_task(request, pk)
    if request.method != "POST":
        return render(request, "tasks/delete.html", {"task": own})
    operations.delete_task(own)
    messages.success(request, f"“{own.title}” is deleted.")
    return redirect("tasks")


def _edit(request: UserRequest, own: Task, done: str) -> HttpResponse:
    form = TaskForm(request.POST or None, instance=own)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_task(
                form.save(commit=False),
                tags=form.cleaned_data["tags"],
                after=[other.pk for other in form.cleaned_data["after"]],
            )
        except operations.UnableToOrder as error:
            form.add_error("after", str(error))
        else:
            messages.success(request, done)
            return redirect("tasks")
    context = {"form": form, "task": own}
    return render(request, "tasks/edit.html", context, status=422 if form.errors else 200)


def _praise(own: Task, today: date) -> str:
    if not settings.DEMO_RELEASE_2:
        return f"“{own.title}” is done."
    # On purpose, for the demonstration: release 2 forgets that a task may have no due date, and
    # finishing such a one raises TypeError. It is the regression that Vedette is to point at.
    days = (own.due_on - today).days  # type: ignore[operator]
    return f"“{own.title}” is done, {days} days early." if days > 0 else f"“{own.title}” is done."


def _own_task(request: UserRequest, pk: int) -> Task:
    return get_object_or_404(Task.objects.select_related("owner"), owner=request.user, pk=pk)


def _back(request: UserRequest) -> HttpResponse:
    following = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure()):
        return redirect(following)
    return redirect("tasks")
