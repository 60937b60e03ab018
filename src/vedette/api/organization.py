"""The calls that ask who one is and what there is; and those for what Vedette does not keep."""

from __future__ import annotations

from vedette.api import answers
from vedette.api.access import Answer, Call
from vedette.ingest.refusal import RefusedError
from vedette.projects.queries import list_projects


def index(call: Call) -> Answer:
    """Answer with what the token may do."""
    return Answer({"version": "0", "auth": {"scopes": list(call.token.scopes)}, "user": None})


def organizations(call: Call) -> Answer:
    """Answer with the one organization."""
    return Answer([answers.organization()])


def projects(call: Call, org: str) -> Answer:
    """Answer with the services that have a project."""
    own = call.token.service
    return Answer([answers.project(found) for found in list_projects() if own in {"", found.service}])


def repositories(call: Call, org: str) -> Answer:
    """Answer with none: `sentry-cli` then reads commits from the checkout, with the files that they changed."""
    return Answer([])


def unknown(call: Call, rest: str = "") -> Answer:
    """Refuse what is part of Sentry's API and not of ours.

    Raises:
        RefusedError: Always.
    """
    raise RefusedError(404, "Vedette does not answer this call; docs/releases.md lists those that it does")
