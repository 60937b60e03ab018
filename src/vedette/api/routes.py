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

    def add(route: str, handlers: Mapping[str, Handler]) -> None:
        answer = view(handlers, parts=parts)
        whole = f"{ROOT}{route}"
        found.extend(path(written, answer) for written in dict.fromkeys((whole, whole.rstrip("/"))))

    add("", {"GET": organization.index})
    add("organizations/", {"GET": organization.organizations})
    one = "organizations/<str:org>/"
    add(f"{one}projects/", {"GET": organization.projects})
    add(f"{one}repos/", {"GET": organization.repositories})
    uploads: dict[str, Handler] = {"GET": sourcemaps.options, "POST": sourcemaps.uploaded}
    add(f"{one}chunk-upload/", uploads)
    add(f"{one}artifactbundle/assemble/", {"POST": sourcemaps.assembled})
    add(f"{one}releases/", {"GET": releases.listed, "POST": releases.announced})
    version = f"{one}releases/<path:version>/"
    add(f"{version}assemble/", {"POST": sourcemaps.assembled})
    add(f"{version}commits/", {"GET": releases.commits})
    add(f"{version}deploys/", {"GET": releases.deploys, "POST": releases.deployed})
    add(f"{version}previous-with-commits/", {"GET": releases.previous_with_commits})
    whole: dict[str, Handler] = {"GET": releases.shown, "PUT": releases.changed, "DELETE": releases.deleted}
    add(version, whole)
    of_project = "projects/<str:org>/<str:project>/releases/"
    add(of_project, {"GET": releases.listed, "POST": releases.announced})
    add(f"{of_project}<path:version>/commits/", {"GET": releases.commits})
    add(f"{of_project}<path:version>/", whole)
    methods = ("GET", "POST", "PUT", "DELETE")
    for rest in ("organizations/<path:rest>", "projects/<path:rest>"):
        add(rest, dict.fromkeys(methods, organization.unknown))
    return found
