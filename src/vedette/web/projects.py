"""Projects: which services may send here, with which keys, how they do it, and what came of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from vedette import conf
from vedette.logs.queries import Filters, render
from vedette.projects.intake import Intake, get_intake
from vedette.projects.queries import Key, Project, find_project, list_projects
from vedette.web import access, frame, rendering
from vedette.web.asking import explain
from vedette.web.fragments import Look, Values, card
from vedette.web.parts import Parts
from vedette.web.snippets import snippets
from vedette.wire.sentry.dsn import Dsn

P = ParamSpec("P")
OWN_COLUMNS = ("errors", "logs", "spans", "metrics")
"""The tables that have a column in the list of projects; the others are summed up."""


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key, and the DSN with which it is used."""

    key: Key
    dsn: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list of projects."""

    project: Project
    door: str
    is_own: bool
    records: int
    by_table: tuple[int, ...]
    others: int
    intake: Intake


def needs_state(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Have *view* say so where the state database cannot be asked."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except DatabaseError as error:
            failure = explain(error)
            values = {"what": failure.what, "why": f"{failure.why} {failure.do}"}
            return rendering.render("refused.html", values, status=failure.status)

    return guarded


@access.page
@needs_state
def projects(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the list of projects and the form that adds one."""
    return show_projects(request, parts)


@access.page
@needs_state
def project(request: HttpRequest, *, parts: Parts, id: int) -> HttpResponseBase:
    """Answer with a project: its keys, what came of its service, how to send."""
    return show_project(request, parts, id)


def show_projects(
    request: HttpRequest, parts: Parts, *, name: str = "", error: str = "", taken: int = 0
) -> HttpResponse:
    """Return the list; 400 with the *name* that was typed and the *error* where the form was wrong."""
    page = frame.look(request, name="projects", parts=parts, path=reverse("vedette:projects"))
    values = {
        "is_empty": not list_projects(),
        "is_taking": conf.get().INGEST,
        "typed": name,
        "form_error": error,
        "taken_door": page.go("project", str(taken)) if taken else "",
    }
    return frame.show(page, "projects.html", values, status=400 if error else 200)


def show_project(request: HttpRequest, parts: Parts, id: int, *, error: str = "") -> HttpResponse:
    """Return a project's page; 400 with the *error* where a form on it was wrong, 404 where there is none."""
    found = find_project(id)
    if found is None:
        missing = {
            "what": f"There is no project {id}",
            "why": "It may be of another site.",
            "door": "projects",
            "label": "All projects",
        }
        return rendering.render("refused.html", missing, status=404)
    page = frame.look(request, name="project", parts=parts, path=reverse("vedette:project", args=[id]))
    keys = [ShownKey(key, str(dsn_of(key, request))) for key in reversed(found.keys)]
    newest = found.active_keys[-1:]
    ways = list(snippets(dsn_of(newest[0], request))) if newest else []
    slugs = [way.slug for way in ways]
    settings = conf.get()
    chosen = page.params.get("how", "")
    values: Values = {
        "project": found,
        "keys_on": [each for each in keys if each.key.is_active],
        "keys_off": [each for each in keys if not each.key.is_active],
        "is_taking": settings.INGEST,
        "is_own": found.service == settings.SERVICE,
        "ways": ways,
        "how": chosen if chosen in slugs else next(iter(slugs), ""),
        "form_error": error,
    }
    return frame.show(page, "project.html", values, status=400 if error else 200)


@card("cards/projects_list.html", on="projects")
def list_card(look: Look) -> Values:
    """Return each project with what came of its service."""
    intake = get_intake(look.store, range=look.page.period.range)
    own = conf.get().SERVICE
    rows = [_row(look, each, intake.get(each.service, Intake()), own) for each in list_projects()]
    return {
        "rows": rows,
        "columns": OWN_COLUMNS,
        "records": sum(row.records for row in rows),
        "dropped": sum(row.intake.dropped_here for row in rows),
        "silent": [row for row in rows if not row.records and row.project.active_keys],
    }


@card("cards/project_intake.html", on="project")
def intake_card(look: Look) -> Values:
    """Return what came of one project's service, and what was dropped."""
    found = find_project(look.names["id"])
    intake = get_intake(look.store, range=look.page.period.range)
    own = intake.get(found.service, Intake()) if found else Intake()
    return {
        "project": found,
        "intake": own,
        "dropped_here": [each for each in own.dropped if not each.is_by_sender],
        "dropped_there": [each for each in own.dropped if each.is_by_sender],
        "received": [(each, _door(look, each.table, found)) for each in own.received] if found else [],
        "is_own": found is not None and found.service == conf.get().SERVICE,
    }


def dsn_of(key: Key, request: HttpRequest) -> Dsn:
    """Return the DSN of *key* under the address at which *request* reached the site."""
    return Dsn(
        scheme=request.scheme or "https",
        key=key.public,
        host=request.get_host(),
        path=reverse("vedette:overview").rstrip("/"),
        project=str(key.project),
    )


def _door(look: Look, table: str, project: Project) -> str:
    """Return the address of the page that shows the records of a *table*, ``""`` where none does."""
    if table == "logs":
        return look.page.go("logs", q=render(Filters(service=project.service)))
    return look.page.go("requests", service=project.service) if table == "requests" else ""


def _row(look: Look, project: Project, intake: Intake, own: str) -> Row:
    by_table = tuple(intake.of(table) for table in OWN_COLUMNS)
    return Row(
        project=project,
        door=look.page.go("project", str(project.id)),
        is_own=project.service == own,
        records=intake.records,
        by_table=by_table,
        others=intake.records - sum(by_table),
        intake=intake,
    )
