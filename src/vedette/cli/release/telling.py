"""``vedette release new``, ``set-commits``, ``finalize``, ``deploy`` and ``delete``: what tells of a release."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from vedette.cli.options import UsageError, add_json_argument, whole
from vedette.cli.output import Output
from vedette.cli.release.checkout import Checkout
from vedette.cli.release.listing import add_service_argument, deploy_document, document_of
from vedette.cli.site import site_of
from vedette.record.durations import MomentError, parse_moment
from vedette.releases import operations
from vedette.releases.operations import MOST_COMMITS
from vedette.releases.queries import Commit, find_previous_with_commits, find_releases, list_commits

FIRST_COMMITS = 20


def add_actions(actions: Any) -> None:
    """Add the actions that tell of a release."""
    _add_new(actions)
    _add_set_commits(actions)
    finalize = _add(actions, "finalize", _finalize, help="say that a release is out")
    finalize.add_argument("--released", metavar="TIME", help="since when (default: now)")
    _add_deploy(actions)
    _add(actions, "archive", _archive, help="leave a release out of lists")
    _add(actions, "restore", _restore, help="bring an archived release back into lists")
    _add(actions, "delete", _delete, help="forget a release with its commits and deploys")


def _add(actions: Any, name: str, answer: Any, *, help: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=help)
    parser.add_argument("version", metavar="VERSION", help="the release, as records name it")
    add_service_argument(parser)
    add_json_argument(parser, help="one JSON object")
    parser.set_defaults(answer=answer)
    return parser


def _add_new(actions: Any) -> None:
    parser = _add(actions, "new", _new, help="announce a release")
    parser.add_argument("--url", default="", metavar="URL", help="where people read of it")
    parser.add_argument("--ref", default="", metavar="COMMIT", help="the commit that it was made of")
    parser.add_argument("--finalize", action="store_true", help="say at once that it is out")


def _add_set_commits(actions: Any) -> None:
    parser = _add(actions, "set-commits", _set_commits, help="say which commits a release brings")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--auto", action="store_true", help="those since the release before, from the git checkout here"
    )
    which.add_argument("--local", action="store_true", help="the same: git is asked here, and nowhere else")
    which.add_argument(
        "--commit",
        action="append",
        metavar="REPO@SHA",
        help="this one; REPO@SHA..SHA those between, from the checkout here; may be given again",
    )
    which.add_argument("--clear", action="store_true", help="none")
    parser.add_argument(
        "--ignore-missing",
        action="store_true",
        help="where the checkout lacks the last commit of the release before, begin as for a first release",
    )
    parser.add_argument(
        "--initial-depth",
        type=whole,
        default=FIRST_COMMITS,
        metavar="N",
        help=f"so many commits of a first release (default: {FIRST_COMMITS})",
    )


def _add_deploy(actions: Any) -> None:
    parser = _add(actions, "deploy", _deploy, help="say that a release went to an environment")
    parser.add_argument(
        "-e", "--env", required=True, metavar="NAME", help="the environment, such as production"
    )
    parser.add_argument("--name", "-n", default="", metavar="NAME", help="how this deploy is called")
    parser.add_argument("--url", "-u", default="", metavar="URL", help="where people read of it")
    parser.add_argument("--started", metavar="TIME", help="when it began")
    parser.add_argument("--finished", metavar="TIME", help="when it was done (default: now)")


def _new(options: argparse.Namespace, output: Output) -> None:
    at = site_of(options).now()
    release = operations.announce(options.service, options.version, at=at, ref=options.ref, url=options.url)
    if options.finalize:
        release = operations.finalize(options.service, options.version, at=at)
    _write(output, f"{release.service} {release.version} is announced.", document_of(release))


def _finalize(options: argparse.Namespace, output: Output) -> None:
    at = site_of(options).now()
    released_at = _time(options, "released")
    release = operations.finalize(options.service, options.version, at=at, released_at=released_at)
    _write(output, f"{release.service} {release.version} is out.", document_of(release))


def _deploy(options: argparse.Namespace, output: Output) -> None:
    deploy = operations.add_deploy(
        options.service,
        options.version,
        environment=options.env,
        at=site_of(options).now(),
        name=options.name,
        url=options.url,
        started_at=_time(options, "started"),
        finished_at=_time(options, "finished"),
    )
    text = f"{deploy.service} {deploy.version} went to {deploy.environment}."
    _write(output, text, {"service": deploy.service, "version": deploy.version, **deploy_document(deploy)})


def _archive(options: argparse.Namespace, output: Output) -> None:
    release = operations.archive(options.service, options.version, at=site_of(options).now())
    _write(output, f"{release.service} {release.version} is archived.", document_of(release))


def _restore(options: argparse.Namespace, output: Output) -> None:
    release = operations.restore(options.service, options.version, at=site_of(options).now())
    _write(output, f"{release.service} {release.version} is in lists again.", document_of(release))


def _delete(options: argparse.Namespace, output: Output) -> None:
    operations.delete(options.service, options.version, at=site_of(options).now())
    document: dict[str, object] = {"service": options.service, "version": options.version, "deleted": True}
    _write(output, f"{options.service} {options.version} is forgotten.", document)


def _set_commits(options: argparse.Namespace, output: Output) -> None:
    site = site_of(options)
    if not find_releases(options.version, services=[options.service]):
        # As sentry-cli does: whoever knows its commits need not announce it first.
        operations.announce(options.service, options.version, at=site.now())
    kept = site.set_commits(options.service, options.version, _chosen(options), at=site.now())
    document: dict[str, object] = {
        "service": options.service,
        "version": options.version,
        "commits": [
            {"sha": commit.sha, "repository": commit.repository, "author": commit.author, "title": commit.title,
             "at": commit.at, "files": commit.files}
            for commit in kept
        ],
    }  # fmt: skip
    number = f"{len(kept)} commit{'' if len(kept) == 1 else 's'}"
    _write(output, f"{options.service} {options.version} brings {number}.", document)


def _chosen(options: argparse.Namespace) -> list[Commit]:
    if options.clear:
        return []
    checkout = Checkout(Path.cwd())
    if options.commit:
        return [commit for spec in options.commit for commit in _named(spec, checkout)]
    since = _last_commit_before(options, checkout)
    limit = MOST_COMMITS if since else options.initial_depth
    return checkout.list_commits(since=since, limit=limit)


def _last_commit_before(options: argparse.Namespace, checkout: Checkout) -> str:
    """Return the newest commit of the release before; ``""`` where nobody told of any."""
    before = find_previous_with_commits(options.service, options.version)
    commits = list_commits(before.id, limit=1) if before else []
    if not commits or (options.ignore_missing and not checkout.has(commits[0].sha)):
        return ""
    return commits[0].sha


def _named(spec: str, checkout: Checkout) -> list[Commit]:
    repository, separator, revision = spec.rpartition("@")
    if not separator or not repository or not revision:
        raise UsageError(f"--commit {spec[:80]!r} is not REPO@SHA")
    since, is_range, until = revision.rpartition("..")
    if is_range:
        return checkout.list_commits(since=since, until=until, limit=MOST_COMMITS, repository=repository)
    return [Commit(sha=revision, repository=repository)]


def _time(options: argparse.Namespace, name: str) -> dt.datetime | None:
    text: str | None = getattr(options, name)
    if text is None:
        return None
    if text.isdecimal() and len(text) <= 11:
        # As sentry-cli takes it: seconds since 1970.
        return dt.datetime.fromtimestamp(int(text), dt.UTC)
    site = site_of(options)
    try:
        return parse_moment(text, now=site.now(), zone=site.zone)
    except MomentError as error:
        raise UsageError(f"--{name}: {error}") from error


def _write(output: Output, text: str, document: dict[str, object]) -> None:
    if output.is_json:
        output.document(document)
    else:
        output.line(text)
