"""List issues, look at one, and resolve, ignore or assign them.

  vedette errors                               the unresolved issues of the last day, those seen last first
  vedette errors TypeError release:2.0         search, in the language of the pages' search bar
  vedette errors --status all --sort events    whatever their state, the most frequent first
  vedette errors SHOP-12                       one issue, with its latest stack trace
  vedette errors SHOP-12 SHOP-14 --resolve     as fixed; or --in-release, --in-next-release, --in-commit
  vedette errors SHOP-12 --ignore --for 2d     not to be told of for a while
  vedette errors SHOP-12 --assign grace        to somebody

Figures are those of the time range.  With --json one object a line; one object for one issue; {"changed"} for what was done.
"""

from __future__ import annotations

import argparse

from vedette import conf
from vedette.catalogue import database
from vedette.cli.errors import acting, detail, listing
from vedette.cli.errors.names import named
from vedette.cli.options import add_json_argument, add_limit_argument, add_range_arguments
from vedette.cli.output import Output
from vedette.issues.queries import STATUSES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette errors``."""
    parser.add_argument(
        "query", nargs="*", metavar="QUERY", help="issues such as SHOP-12; else words and name:value pairs"
    )
    parser.add_argument("--status", choices=(*STATUSES, "all"), help="in this state (default: unresolved)")
    parser.add_argument(
        "--sort",
        choices=("last", "first", "events", "users"),
        default="last",
        help="last seen, first seen, most events or most users first",
    )
    add_range_arguments(parser, since="1d")
    add_limit_argument(parser, default=25, help="show at most so many")
    acting.add_arguments(parser)
    add_json_argument(parser, help="one JSON object a line; one object for one issue")


def run(options: argparse.Namespace, output: Output) -> int:
    """Answer, or do what was asked."""
    database.migrate(conf.get().state_path)
    issues = named(options.query)
    if acting.is_asked(options):
        acting.act(issues, options, output)
    elif issues:
        for issue in issues:
            detail.write(issue, options, output)
    else:
        listing.write(options, output)
    return 0
