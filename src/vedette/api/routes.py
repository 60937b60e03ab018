"""The calls' addresses, below ``api/0/``."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import URLPattern, path

from vedette.api import organization, releases, sourcemaps
from vedette.api.access import Handler, Parts, view

ROOT = "api/0/"


def patterns(parts: Parts) -> list[URLPattern]:
    """Return the addresses of all calls, which work on *parts*.

    A version may hold any character, slashes among them: what follows it stands before the release alone.
    """
    found: list[URLPattern] = []

    def add(route: str, handlers: Mapping[str, Handler], *, heeds_service: bool = False) -> None:
        answer = view(handlers, parts=parts, heeds_service=heeds_service)
        whole = f"{ROOT}{route}"
        found.extend(path(written, answer) for written in dict.fromkeys((whole, whole.rstrip("/"))))

    add("", {"GET": organization.index}, heeds_service=True)
    add("organizations/", {"GET": organization.organizations}, heeds_service=True)
    one = "organizations/<str:org>/"
    add(f"{one}projects/", {"GET": organization.projects}, heeds_service=True)
    add(f"{one}repos/", {"GET": organization.repositories}, heeds_service=True)
    uploads: dict[str, Handler] = {"GET": sourcemaps.options, "POST": sourcemaps.uploaded}
    add(f"{one}chunk-upload/", uploads, heeds_service=True)
    add(f"{one}artifactbundle/assemble/", {"POST": sourcemaps.assembled}, heeds_service=True)
    add(f"{one}releases/", {"GET": releases.listed, "POST": releases.announced}, heeds_service=True)
    version = f"{one}releases/<path:version>/"
    add(f"{version}assemble/", {"POST": sourcemaps.assembled}, heeds_service=True)
    add(f"{version}commits/", {"GET": releases.commits}, heeds_service=True)
    add(f"{version}deploys/", {"GET": releases.deploys, "POST": releases.deployed}, heeds_service=True)
    add(f"{version}previous-with-commits/", {"GET": releases.previous_with_commits}, heeds_service=True)
    whole: dict[str, Handler] = {"GET": releases.shown, "PUT": releases.changed, "DELETE": releases.deleted}
    add(version, whole, heeds_service=True)
    of_project = "projects/<str:org>/<str:project>/releases/"
    add(of_project, {"GET": releases.listed, "POST": releases.announced}, heeds_service=True)
    add(f"{of_project}<path:version>/commits/", {"GET": releases.commits}, heeds_service=True)
    add(f"{of_project}<path:version>/", whole, heeds_service=True)
    methods = ("GET", "POST", "PUT", "DELETE")
    for rest in ("organizations/<path:rest>", "projects/<path:rest>"):
        add(rest, dict.fromkeys(methods, organization.unknown))
    return found
