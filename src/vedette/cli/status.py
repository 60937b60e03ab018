"""Show what is stored, how far behind the drain is, who does the background work, and what was lost.

With --json, one object: {"tables", "journal", "source_maps", "leaders", "losses"}; sizes in bytes, losses of the last 24 hours.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import Error as DatabaseError

from vedette import conf
from vedette.catalogue.database import is_absent
from vedette.cli import words
from vedette.cli.leases import Leader, list_leaders
from vedette.cli.options import add_json_argument
from vedette.cli.output import Output
from vedette.cli.site import Site, site_of
from vedette.cli.table import Column
from vedette.record.signals import SIGNALS
from vedette.sourcemaps.queries import Uploaded, list_bundles
from vedette.store import losses, segments
from vedette.store.catalogue import Part
from vedette.store.losses import Loss
from vedette.store.rollups import ROLLUPS


@dataclass(frozen=True, slots=True)
class Table:
    """What the parts of a table hold."""

    table: str
    rows: int
    bytes: int
    parts: int
    min_time: dt.datetime | None
    max_time: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The journal: its segments, and for how long the record that has waited longest waits for the drain."""

    segments: int
    bytes: int
    behind_s: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette status``."""
    add_json_argument(parser, help="one JSON object")


def run(options: argparse.Namespace, output: Output) -> int:
    """Look, and write what was seen."""
    site = site_of(options)
    tables = list(_tables(site.catalogue().snapshot().parts))
    waiting = _waiting(site)
    leaders = list_leaders()
    uploaded = _uploaded()
    lost = losses.list_losses(site.store(), now=site.now())
    if output.is_json:
        source_maps = {"uploads": uploaded.count, "bytes": uploaded.bytes}
        output.document(
            {
                "tables": tables,
                "journal": waiting,
                "source_maps": source_maps,
                "leaders": leaders,
                "losses": lost,
            }
        )
        return 0
    _write_tables(tables, output)
    output.line()
    output.line(
        f"Journal: {words.count(waiting.segments)} segments, {words.size(waiting.bytes)}; the drain is {waiting.behind_s:.1f} s behind."
    )
    if uploaded.count:
        output.line(
            f"Source maps: {words.count(uploaded.count)} uploads, {words.size(uploaded.bytes)}; `vedette sourcemaps list` shows them."
        )
    _write_leaders(leaders, output, now=site.now())
    _write_losses(lost, output, now=site.now())
    return 0


def _tables(parts: Iterable[Part]) -> Iterable[Table]:
    by_table: dict[str, list[Part]] = {}
    for part in parts:
        by_table.setdefault(part.table, []).append(part)
    for name in (*SIGNALS, *ROLLUPS):
        own = by_table.get(name, [])
        yield Table(
            table=name,
            rows=sum(part.rows for part in own),
            bytes=sum(part.bytes for part in own),
            parts=len(own),
            min_time=min((part.min_time for part in own), default=None),
            max_time=max((part.max_time for part in own), default=None),
        )


def _uploaded() -> Uploaded:
    try:
        return list_bundles()
    except DatabaseError as error:
        if not is_absent(error):
            raise
        return Uploaded(bundles=(), count=0, bytes=0, maps=0)


def _waiting(site: Site) -> Waiting:
    found = segments.scan(conf.get().journal_dir)
    return Waiting(len(found), sum(segment.size for segment in found), site.behind_s())


def _write_tables(tables: Iterable[Table], output: Output) -> None:
    columns = [
        Column("table"),
        *(Column(title, "right") for title in ("rows", "size", "parts", "per row")),
        Column("from"),
        Column("to"),
    ]
    rows = [
        (
            each.table,
            words.count(each.rows),
            words.size(each.bytes),
            words.count(each.parts),
            f"{each.bytes / each.rows:.0f} B" if each.rows else "-",
            output.time(each.min_time) if each.min_time else "-",
            output.time(each.max_time) if each.max_time else "-",
        )
        for each in tables
    ]
    output.table(columns, rows)


def _write_leaders(leaders: Iterable[Leader], output: Output, *, now: dt.datetime) -> None:
    leading = [leader for leader in leaders if leader.is_leading(now=now)]
    for leader in leading:
        output.line(f"Background work: {leader.lease} is led by {leader.holder}.")
    if not leading:
        output.line(output.styled("Background work: nobody does it.", "yellow"))


def _write_losses(lost: Iterable[Loss], output: Output, *, now: dt.datetime) -> None:
    is_any = False
    for loss in lost:
        is_any = True
        text = f"Lost in 24 hours: {words.count(loss.records)} {loss.signal} ({loss.reason}), last {words.ago(loss.last_at, now=now)}."
        output.line(output.styled(text, "yellow"))
    if not is_any:
        output.line("Nothing was lost in the last 24 hours.")
