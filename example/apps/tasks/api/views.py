"""The API's two addresses: all tasks, and one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from msgspec import UNSET

from apps.core.client import UserRequest
from apps.tasks import operations, queries
from apps.tasks.api.body import Body, read_body, to_json
from apps.tasks.api.errors import Problem, answers_problems
from apps.tasks.models import Task
from apps.tasks.tag_names import UnableToReadTags, parse_tags

_MOST_TASKS = 200


@answers_problems
def tasks(request: HttpRequest) -> HttpResponse:
    """List tasks (GET) or add one (POST)."""
    known = _require(request, "GET", "HEAD", "POST")
    return _add(known) if known.method == "POST" else _list(known)


@answers_problems
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a task (GET), change it (PATCH) or delete it (DELETE)."""
    known = _require(request, "GET", "HEAD", "PATCH", "DELETE")
    own = _get_own(known, pk)
    if known.method == "DELETE":
        operations.delete_task(own)
        return HttpResponse(status=204)
    if known.method == "PATCH":
        _apply(own, read_body(known))
        own = _get_own(known, pk)
    return JsonResponse(to_json(own))


@answers_problems
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer an address that the API does not have."""
    raise Problem(404, code="not_found", message=f"There is nothing at {request.path}.")


def _require(request: HttpRequest, *methods: str) -> UserRequest:
    if request.method not in methods:
        allow = ", ".join(methods)
        message = f"Use {allow}, not {request.method}."
        raise Problem(405, code="method_not_allowed", message=message, allow=allow)
    if not request.user.is_authenticated:
        message = f"Log in at {reverse('login')} first."
        raise Problem(401, code="not_logged_in", message=message)
    return request  # type: ignore[return-value]


def _get_own(request: UserRequest, pk: int) -> Task:
    tasks = Task.objects.select_related("owner").prefetch_related("tags", "after")
    # SQLite and PostgreSQL both refuse to compare with an integer beyond 64 bits.
    found = tasks.filter(owner=request.user, pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Problem(404, code="not_found", message=f"You have no task {pk}.")
    return found


def _list(request: UserRequest) -> HttpResponse:
    try:
        filters = queries.Filters.parse(request.GET.dict(), default="all")
        before = int(request.GET.get("before_id", 2**63 - 1))
        limit = int(request.GET.get("limit", 50))
        if not (1 <= limit <= _MOST_TASKS and 1 <= before < 2**63):
            raise ValueError(f"limit is 1 to {_MOST_TASKS}, before_id a task's id.")
    except ValueError as error:
        raise Problem(400, code="bad_filter", message=str(error)) from error
    found = queries.list_tasks(request.user, filters=filters, today=timezone.localdate())
    # Pages go by key, newest first: an offset would skip tasks while others are deleted.
    page = list(found.filter(pk__lt=before).prefetch_related("after").order_by("-pk")[: limit + 1])
    more = len(page) > limit
    page = page[:limit]
    following = page[-1].pk if more else None
    return JsonResponse({"tasks": [to_json(task) for task in page], "next_before_id": following})


def _add(request: UserRequest) -> HttpResponse:
    body = read_body(request)
    if body.title is UNSET:
        raise Problem(422, code="invalid", message="A task has a title.", fields={"title": ["Missing."]})
    own = Task(owner=request.user)
    _apply(own, body)
    headers = {"Location": reverse("api-task", args=[own.pk])}
    return JsonResponse(to_json(_get_own(request, own.pk)), status=201, headers=headers)


def _apply(own: Task, body: Body) -> None:
    """Change a task as the body says.

    Raises Problem for what only the database can tell.
    """
    for name in ("title", "notes", "due_on"):
        if (value := getattr(body, name)) is not UNSET:
            setattr(own, name, value)
    if body.done is not UNSET and body.done != own.is_done:
        own.done_at = timezone.now() if body.done else None
    try:
        tags = None if body.tags is UNSET else parse_tags(body.tags)
        after = None if body.after is UNSET else body.after
        operations.save_task(own, tags=tags, after=after)
    except UnableToReadTags as error:
        raise _invalid("tags", str(error)) from error
    except operations.UnableToOrder as error:
        raise _invalid("after", str(error)) from error
    except ValidationError as error:
        message = "Some fields do not fit."
        raise Problem(422, code="invalid", message=message, fields=error.message_dict) from error


def _invalid(field: str, message: str) -> Problem:
    return Problem(422, code="invalid", message=message, fields={field: [message]})
