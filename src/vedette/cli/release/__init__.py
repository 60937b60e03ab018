"""Announce releases, say what they bring and where they went.

  vedette release list                                     the releases, the newest first
  vedette release new 2.10.0                               announce one
  vedette release set-commits 2.10.0 --auto                its commits: those since the release before, from git
  vedette release finalize 2.10.0                          say that it is out
  vedette release deploy 2.10.0 -e production              say that it went somewhere: a marker on every chart
  vedette release archive 2.10.0                           leave it out of lists; restore brings it back
  vedette release delete 2.10.0                            forget it
  vedette release propose-version                          how the site names the release that is checked out

A release also exists without any of this, from the first record that names it.  What sentry-cli does over HTTP is the same; see
docs/releases.md.  Each takes --service (by default the site's own).  With --json one object; one a line from list.
"""

from __future__ import annotations

import argparse

from vedette import conf
from vedette.catalogue import database
from vedette.cli.options import UsageError
from vedette.cli.output import Output
from vedette.cli.parser import ActionParser
from vedette.cli.release import listing, telling
from vedette.cli.release.checkout import CheckoutError
from vedette.releases.operations import InvalidReleaseError, NoReleaseError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of ``vedette release``, each with its arguments."""
    actions = parser.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=ActionParser, title="actions"
    )
    listing.add_actions(actions)
    telling.add_actions(actions)


def run(options: argparse.Namespace, output: Output) -> int:
    """Do what was asked, and say it."""
    settings = conf.get()
    database.migrate(settings.state_path)
    if not options.service and options.action != "list":
        options.service = settings.SERVICE
    try:
        options.answer(options, output)
    except (InvalidReleaseError, NoReleaseError, CheckoutError) as error:
        raise UsageError(str(error)) from error
    return 0
