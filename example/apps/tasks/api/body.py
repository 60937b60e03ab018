"""From a request's JSON to the fields of a task, and back."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from msgspec import UNSET, UnsetType

from apps.tasks.api.errors import Problem
from apps.tasks.models import Task

# Text that a database would refuse: NUL in PostgreSQL.
_Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
_Notes = Annotated[str, msgspec.Meta(max_length=10_000, pattern=r"^[^\x00]*$")]
_Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What a caller may set; whatever is not sent stays as it is."""

    title: _Title | UnsetType = UNSET
    notes: _Notes | UnsetType = UNSET
    due_on: date | UnsetType | None = UNSET
    done: bool | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    after: list[_Id] | UnsetType = UNSET


def read_body(request: HttpRequest) -> Body:
    """Read the JSON of a request.

    Raises Problem: 400 for what is not JSON, 413 for too much, 415 for another type, 422 for a
    field that does not fit.
    """
    if request.content_type != "application/json":
        raise Problem(415, code="not_json", message="Send Content-Type: application/json.")
    try:
        return msgspec.json.decode(request.body, type=Body)
    except RequestDataTooBig as error:
        raise Problem(413, code="too_large", message="That is too much for one task.") from error
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, code="bad_json", message=f"This is not JSON: {error}") from error


def to_json(task: Task) -> dict[str, Any]:
    """Return a task as the API tells it."""
    return {
        "id": task.pk,
        "title": task.title,
        "notes": task.notes,
        "due_on": task.due_on,
        "done": task.is_done,
        "done_at": task.done_at,
        "tags": [tag.name for tag in task.tags.all()],
        "after": sorted(other.pk for other in task.after.all()),
        "created_at": task.created_at,
        "updated_at": task.updated_at,
    }


def _misfit(message: str) -> Problem:
    # msgspec ends its messages with the place: "Expected `str`, got `int` - at `$.title`".
    place = re.search(r" - at `\$\.(\w+)", message)
    fields = {place[1]: [message.split(" - at ", maxsplit=1)[0]]} if place else None
    return Problem(422, code="invalid", message=message, fields=fields)
