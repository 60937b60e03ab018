"""What can be done to projects on their pages: added, and their keys made, replaced and switched off."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from vedette.projects import operations
from vedette.projects.queries import find_project
from vedette.web import access, actions
from vedette.web.parts import Parts
from vedette.web.projects import needs_state, show_project, show_projects


@access.action
@needs_state
def add(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Add a project, and lead to it."""
    name = request.POST.get("service", "").replace("\0", "")
    try:
        key = operations.add_project(name, at=_now())
    except operations.ServiceNameError as error:
        return show_projects(request, parts, name=name, error=str(error))
    except operations.ProjectExistsError as error:
        return show_projects(
            request, parts, name=name, error=f"{name.strip()} has a project already.", taken=error.project
        )
    return actions.done(
        request,
        f"{key.service} can send now: give it the DSN below.",
        to=reverse("vedette:project", args=[key.project]),
    )


@access.action
@needs_state
def make_key(request: HttpRequest, *, parts: Parts, id: int) -> HttpResponseBase:
    """Make one more key."""
    found = find_project(id)
    if found is None:
        return show_project(request, parts, id)
    if len(found.active_keys) >= operations.MOST_KEYS:
        return show_project(
            request, parts, id, error=f"A project has at most {operations.MOST_KEYS} keys that are on."
        )
    operations.make_key(found.service, at=_now())
    return actions.done(request, "A new key was made. The others go on working.", to=_page_of(id))


@access.action
@needs_state
def rotate(request: HttpRequest, *, parts: Parts, id: int) -> HttpResponseBase:
    """Make a new key and switch the others off."""
    found = find_project(id)
    if found is None:
        return show_project(request, parts, id)
    operations.rotate(found.service, at=_now())
    return actions.done(
        request,
        "A new key was made and the others are off: what is still sent with them is refused.",
        to=_page_of(id),
    )


@access.action
@needs_state
def switch_off(request: HttpRequest, *, parts: Parts, id: int) -> HttpResponseBase:
    """Switch one key off."""
    public = request.POST.get("key", "")
    found = find_project(id)
    if found is None:
        return show_project(request, parts, id)
    if public not in {key.public for key in found.keys}:
        return show_project(request, parts, id, error="This project has no such key.")
    try:
        operations.switch_off(public, at=_now())
    except operations.NoKeyError:
        return show_project(request, parts, id, error="That key is off already.")
    return actions.done(request, f"The key {public[:8]}… is off.", to=_page_of(id))


def _page_of(id: int) -> str:
    return reverse("vedette:project", args=[id])


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
