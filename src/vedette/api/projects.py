"""Which service is meant by a project's name, as programs write it."""

from __future__ import annotations

from vedette.projects.queries import find_project, list_projects
from vedette.releases.queries import list_services


def service_of(project: str) -> str:
    """Return the service that *project* names: by its own name, by the number in its DSN, or by its name written as a slug.

    What names none that is known is a service whose records are yet to come.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    known = list(dict.fromkeys([*(each.service for each in list_projects()), *list_services()]))
    if project in known:
        return project
    if project.isdecimal() and len(project) < 19 and (found := find_project(int(project))) is not None:
        return found.service
    alike = [service for service in known if _slug(service) == _slug(project)]
    return alike[0] if len(alike) == 1 else project


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-")
