"""Remove records past their time now, instead of when the background work comes to it.

  vedette prune --dry-run                what the retention settings would remove
  vedette prune --before 2026-01-01      everything that is wholly older than that

Records rest in parts, and a part goes as a whole: with --before, what lies in one part with younger records stays.  Their
files go a few minutes later, when no query can be reading them any more.  With --json, one object: {"is_dry_run", "tables": [{"table", "parts", "rows", "bytes"}], "source_maps"}, the last a number of uploads.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterable

from vedette import conf
from vedette.cli import words
from vedette.cli.options import UsageError, add_json_argument
from vedette.cli.output import Output
from vedette.cli.site import Site, site_of
from vedette.cli.table import Column
from vedette.record.durations import MomentError, parse_moment
from vedette.sourcemaps.files import Files
from vedette.sourcemaps.operations import forget_old
from vedette.sourcemaps.queries import count_old
from vedette.store.catalogue import Part


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette prune``."""
    parser.add_argument(
        "--before",
        metavar="TIME",
        help="remove what is older than this: 30d, 2026-01-31, …; else what the settings say",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    add_json_argument(parser, help="one JSON object")


def run(options: argparse.Namespace, output: Output) -> int:
    """Remove parts, as the leader for as long as it takes."""
    site = site_of(options)
    before = _before(options, site)
    worker = site.worker()
    worker.prepare()
    if options.dry_run:
        removed = worker.maintenance.apply_retention(before=before, is_dry_run=True)
        uploads = count_old(before=_uploads_before(before, site))
    else:
        # Whoever leads stands by meanwhile: two processes that change parts at once would undo each other's work.
        worker.lease.seize()
        try:
            removed = worker.maintenance.apply_retention(before=before)
            uploads = forget_old(_source_map_files(), before=_uploads_before(before, site))
        finally:
            worker.lease.release()
    tables = list(_by_table(removed))
    if output.is_json:
        output.document({"is_dry_run": options.dry_run, "tables": tables, "source_maps": uploads})
        return 0
    if not tables and not uploads:
        output.line("Nothing is past its time.")
        return 0
    columns = [Column("table"), *(Column(title, "right") for title in ("parts", "rows", "size"))]
    rows = [
        (
            str(each["table"]),
            words.count(int(each["parts"])),
            words.count(int(each["rows"])),
            words.size(int(each["bytes"])),
        )
        for each in tables
    ]
    if tables:
        output.table(columns, rows)
    if uploads:
        output.line(f"Source maps: {words.count(uploads)} uploads.")
    output.line("Nothing was removed (--dry-run)." if options.dry_run else "Removed.")
    return 0


def _before(options: argparse.Namespace, site: Site) -> dt.datetime | None:
    if options.before is None:
        return None
    try:
        before = parse_moment(options.before, now=site.now(), zone=site.zone)
    except MomentError as error:
        raise UsageError(str(error)) from error
    if before > site.now():
        raise UsageError(f"--before {options.before} is in the future")
    return before


def _uploads_before(before: dt.datetime | None, site: Site) -> dt.datetime:
    return before or site.now() - dt.timedelta(days=conf.get().RETENTION_DAYS["errors"])


def _source_map_files() -> Files:
    settings = conf.get()
    return Files(settings.sourcemaps_dir, settings.SOURCEMAPS_MAX_BYTES)


def _by_table(parts: Iterable[Part]) -> Iterable[dict[str, str | int]]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.table, []).append(part)
    for table, own in sorted(found.items()):
        yield {
            "table": table,
            "parts": len(own),
            "rows": sum(part.rows for part in own),
            "bytes": sum(part.bytes for part in own),
        }
