"""``vedette release list`` and ``propose-version``: what reads."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from vedette import conf
from vedette.cli import words
from vedette.cli.options import add_json_argument, add_limit_argument
from vedette.cli.output import Output
from vedette.cli.release.checkout import Checkout
from vedette.cli.site import site_of
from vedette.cli.table import Column
from vedette.releases.queries import (
    Deploy,
    Release,
    Seen,
    count_commits,
    list_deploys_of,
    list_releases,
    list_seen,
)


def add_actions(actions: Any) -> None:
    """Add the actions that read."""
    found: argparse.ArgumentParser = actions.add_parser("list", help="show the releases, the newest first")
    add_service_argument(found)
    found.add_argument("-e", "--environment", default="", metavar="NAME", help="seen in or deployed to it")
    found.add_argument("--archived", action="store_true", help="those that were archived instead")
    add_limit_argument(found, default=20, help="so many of them")
    add_json_argument(found, help="one object a line")
    found.set_defaults(answer=_list)
    proposed: argparse.ArgumentParser = actions.add_parser(
        "propose-version", help="print how the release that is checked out is to be called"
    )
    add_json_argument(proposed, help="one JSON object")
    proposed.set_defaults(answer=_propose, service="")


def add_service_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--service``."""
    parser.add_argument(
        "--service",
        default="",
        metavar="NAME",
        help="the service whose release it is; by default the site's own",
    )


def _list(options: argparse.Namespace, output: Output) -> None:
    found = list_releases(
        service=options.service,
        environment=options.environment,
        is_archived=options.archived,
        limit=options.limit,
    ).releases
    ids = [release.id for release in found]
    seen, deploys, commits = list_seen(ids), list_deploys_of(ids), count_commits(ids)
    if output.is_json:
        for release in found:
            output.document(
                {
                    **document_of(release),
                    "environments": [_seen_document(each) for each in seen.get(release.id, [])],
                    "deploys": [deploy_document(each) for each in deploys.get(release.id, [])],
                    "commits": commits.get(release.id, 0),
                }
            )
        return
    if not found:
        output.line(
            "No release was archived."
            if options.archived
            else "There is no release yet: it comes with the first record that names one, or `vedette release new`."
        )
        return
    now = site_of(options).now()
    rows = [
        (
            release.service,
            release.version,
            words.ago(release.came_at, now=now),
            "-" if release.last_at is None else words.ago(release.last_at, now=now),
            ", ".join(_places(seen.get(release.id, []), deploys.get(release.id, []))) or "-",
            words.count(commits.get(release.id, 0)),
        )
        for release in found
    ]
    columns = [
        Column("service"), Column("version", is_flexible=True), Column("came", "right"), Column("last seen", "right"),
        Column("environments", is_flexible=True), Column("commits", "right"),
    ]  # fmt: skip
    output.table(columns, rows)


def _places(seen: list[Seen], deploys: list[Deploy]) -> list[str]:
    names = [*(each.environment for each in seen), *(each.environment for each in deploys)]
    return list(dict.fromkeys(name for name in names if name))


def document_of(release: Release) -> dict[str, object]:
    """Return *release* as ``--json`` has it."""
    return {
        "service": release.service,
        "version": release.version,
        "ref": release.ref,
        "url": release.url,
        "announced_at": release.announced_at,
        "finalized_at": release.finalized_at,
        "archived_at": release.archived_at,
        "first_at": release.first_at,
        "last_at": release.last_at,
    }


def deploy_document(deploy: Deploy) -> dict[str, object]:
    """Return *deploy* as ``--json`` has it."""
    return {
        "environment": deploy.environment,
        "name": deploy.name,
        "url": deploy.url,
        "started_at": deploy.started_at,
        "finished_at": deploy.finished_at,
    }


def _seen_document(seen: Seen) -> dict[str, object]:
    return {"environment": seen.environment, "first_at": seen.first_at, "last_at": seen.last_at}


def _propose(options: argparse.Namespace, output: Output) -> None:
    version = conf.get().RELEASE or Checkout(Path.cwd()).head()
    if output.is_json:
        output.document({"version": version})
    else:
        output.line(version)
