"""What can be done about issues."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
from collections.abc import Sequence

from vedette.cli.options import UsageError, duration, whole
from vedette.cli.output import Output
from vedette.cli.site import site_of
from vedette.issues import operations
from vedette.issues.operations import NoIssueError, UnableToIgnore, UnableToResolve
from vedette.issues.queries import NOBODY, Issue
from vedette.releases.queries import find_newest_version, find_version_with_commit

_DETAILS = {"resolve": ("in_release", "in_next_release", "in_commit"), "ignore": ("for_", "events", "users")}
"""What says how something is to be done, by the option that says what."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of what can be done."""
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--resolve", action="store_true", help="the issues named are fixed")
    action.add_argument("--unresolve", action="store_true", help="they are not")
    action.add_argument("--ignore", action="store_true", help="they are not to be told of")
    action.add_argument("--assign", metavar="USER", help=f"to somebody; {NOBODY} takes them from everybody")
    parser.add_argument("--in-release", default="", metavar="RELEASE", help="with --resolve: fixed in it")
    parser.add_argument(
        "--in-next-release", action="store_true", help="with --resolve: fixed in the one that comes next"
    )
    parser.add_argument("--in-commit", default="", metavar="SHA", help="with --resolve: fixed by it")
    parser.add_argument(
        "--for", type=duration, dest="for_", metavar="DURATION", help="with --ignore: so long"
    )
    parser.add_argument("--events", type=whole, metavar="N", help="with --ignore: until N more events")
    parser.add_argument(
        "--users", type=whole, metavar="N", help="with --ignore: until it affects N more users"
    )


def is_asked(options: argparse.Namespace) -> bool:
    """Tell whether something is to be done.

    Raises:
        UsageError: If it is said how, but not what.
    """
    for action, details in _DETAILS.items():
        for name in details:
            if getattr(options, name) not in {None, "", False} and not getattr(options, action):
                option = name.rstrip("_").replace("_", "-")
                raise UsageError(f"--{option} goes with --{action}")
    return bool(options.resolve or options.unresolve or options.ignore or options.assign is not None)


def act(issues: Sequence[Issue], options: argparse.Namespace, output: Output) -> None:
    """Do it to *issues*.

    Raises:
        UsageError: If it cannot be done.
    """
    if not issues:
        raise UsageError("name the issues, such as SHOP-12")
    ids = [issue.id for issue in issues]
    try:
        changed = _changed(ids, options, now=site_of(options).now())
    except (NoIssueError, UnableToIgnore, UnableToResolve) as error:
        raise UsageError(str(error)) from error
    if output.is_json:
        output.document({"changed": changed})
    else:
        output.line(f"{changed} of {len(ids)} issue{'s' * (len(ids) != 1)} changed.")


def _changed(ids: list[int], options: argparse.Namespace, *, now: dt.datetime) -> int:
    actor = _user()
    if options.resolve:
        return operations.resolve(
            ids,
            actor=actor,
            now=now,
            in_release=options.in_release,
            in_next_release=options.in_next_release,
            in_commit=options.in_commit,
            newest_release=find_newest_version,
            release_with=find_version_with_commit,
        )
    if options.ignore:
        until = None if options.for_ is None else _after(now, options.for_)
        return operations.ignore(
            ids, actor=actor, now=now, until=until, events=options.events, users=options.users
        )
    if options.unresolve:
        return operations.unresolve(ids, actor=actor, now=now)
    return operations.assign(ids, to="" if options.assign == NOBODY else options.assign, actor=actor, now=now)


def _after(now: dt.datetime, duration: dt.timedelta) -> dt.datetime:
    try:
        return now + duration
    except OverflowError as error:
        raise UsageError("--for: no calendar goes that far") from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "command line"
