"""List or remove what was uploaded of source maps; `sentry-cli sourcemaps upload` uploads (docs/sourcemaps.md).

  vedette sourcemaps list --service shop     what is kept, the latest first, with the releases that it belongs to
  vedette sourcemaps remove 7                remove an upload; errors that need it stay minified from now on

With --json one object a line from list: {"id", "checksum", "bytes", "files", "maps", "created_at", "used_at", "actor", "releases"};
one object from remove: {"id"}.
"""

from __future__ import annotations

import argparse

from vedette import conf
from vedette.catalogue import database
from vedette.cli import words
from vedette.cli.options import UsageError, add_json_argument
from vedette.cli.output import Output
from vedette.cli.parser import ActionParser
from vedette.cli.table import Column
from vedette.sourcemaps import operations
from vedette.sourcemaps.files import Files
from vedette.sourcemaps.queries import MOST_LISTED, Bundle, list_bundles


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of ``vedette sourcemaps``, each with its arguments."""
    actions = parser.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=ActionParser, title="actions"
    )
    listed = actions.add_parser("list", help="show what was uploaded")
    listed.add_argument("--service", metavar="NAME", help="of this service alone")
    listed.add_argument("--release", metavar="VERSION", help="of this release alone")
    add_json_argument(listed, help="one object a line")
    listed.set_defaults(answer=_list)
    removed = actions.add_parser("remove", help="remove an upload")
    removed.add_argument("id", metavar="ID", type=int, help="its number in the list")
    add_json_argument(removed, help="one JSON object")
    removed.set_defaults(answer=_remove)


def run(options: argparse.Namespace, output: Output) -> int:
    """Do what was asked, and say it."""
    database.migrate(conf.get().state_path)
    options.answer(options, output)
    return 0


def _list(options: argparse.Namespace, output: Output) -> None:
    found = list_bundles(service=options.service, release=options.release)
    if output.is_json:
        for bundle in found.bundles:
            output.document(bundle)
        return
    if not found.bundles:
        output.line("No source map was uploaded; `sentry-cli sourcemaps upload` does it.")
        return
    columns = [
        Column("id", "right"),
        Column("uploaded"),
        Column("service", is_flexible=True),
        Column("release", is_flexible=True),
        *(Column(title, "right") for title in ("maps", "size")),
        Column("last needed"),
    ]
    output.table(columns, [_row(bundle, output) for bundle in found.bundles])
    shown = f", of which the latest {MOST_LISTED} are shown" if found.count > MOST_LISTED else ""
    output.line(f"{words.count(found.count)} uploads, {words.size(found.bytes)}{shown}.")


def _row(bundle: Bundle, output: Output) -> tuple[str, ...]:
    return (
        str(bundle.id),
        output.time(bundle.created_at),
        ", ".join(bundle.services),
        ", ".join(bundle.versions) or "any, by debug id",
        words.count(bundle.maps),
        words.size(bundle.bytes),
        output.time(bundle.used_at) if bundle.used_at else "not yet",
    )


def _remove(options: argparse.Namespace, output: Output) -> None:
    settings = conf.get()
    try:
        operations.remove(Files(settings.sourcemaps_dir, settings.SOURCEMAPS_MAX_BYTES), options.id)
    except operations.NoBundleError as error:
        raise UsageError(str(error)) from error
    if output.is_json:
        output.document({"id": options.id})
    else:
        output.line("Removed.")
