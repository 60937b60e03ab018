"""`vedette.store.catalogue.Catalogue` in the state database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import BigIntegerField, CharField, F, QuerySet, SmallIntegerField, Value

from vedette.catalogue.database import ALIAS, chunks, is_absent
from vedette.catalogue.models import PartRow, SegmentRow
from vedette.store.catalogue import Commit, Part, Progress, Snapshot
from vedette.store.paging import micros_of, time_of
from vedette.store.query import StoreUnavailableError, TimeRange

_FIELDS = ("table", "path", "level", "min_us", "max_us", "rows", "bytes", "crc32", "edition")
CHUNK = 500
_PROGRESS = -1
"""What stands in the place of a part's level where a row is a segment's progress."""


@dataclass(slots=True)
class StateCatalogue:
    """The catalogue in Django's ORM.

    `fence` is called first in every transaction that changes the catalogue; it raises `LeaseLostError` where this
    process is not the leader.
    """

    fence: Callable[[], None]

    def snapshot(self, tables: Iterable[str] | None = None, *, range: TimeRange | None = None) -> Snapshot:
        """Return the parts that may hold rows of *tables* in *range*, and all progress; empty before the first drain.

        Raises:
            StoreUnavailableError: If the state database cannot be asked.
        """
        rows: QuerySet[PartRow] = PartRow.objects.using(ALIAS).filter(removed_us=None)
        if tables is not None:
            rows = rows.filter(table__in=list(tables))
        if range is not None:
            rows = rows.filter(max_us__gte=micros_of(range.start), min_us__lt=micros_of(range.end))
        try:
            # One statement: parts and progress of one moment, at every isolation level and without a write lock.
            found = list(rows.values_list(*_FIELDS).union(_progress_rows(), all=True))
        except DatabaseError as error:
            if is_absent(error):
                return Snapshot((), {})
            raise StoreUnavailableError(f"The state database cannot be asked: {error}") from error
        parts = [_part(values) for values in found if values[2] != _PROGRESS]
        progress = {
            name: Progress(offset, lines, _time(finished))
            for _, name, level, offset, lines, finished, *_ in found
            if level == _PROGRESS
        }
        return Snapshot(sorted(parts, key=lambda part: part.min_time), progress)

    def apply(self, commit: Commit, *, at: dt.datetime, also: Callable[[], None] | None = None) -> None:
        """Make *commit*, and call *also* in the same transaction.

        Raises:
            LeaseLostError: If this process is not the leader any more.
        """
        with transaction.atomic(using=ALIAS):
            self.fence()
            PartRow.objects.using(ALIAS).bulk_create([_row(part) for part in commit.added], batch_size=CHUNK)
            for chunk in chunks([part.path for part in commit.removed]):
                PartRow.objects.using(ALIAS).filter(path__in=chunk).update(removed_us=micros_of(at))
            for name, progress in (commit.progress or {}).items():
                SegmentRow.objects.using(ALIAS).update_or_create(
                    name=name,
                    defaults={
                        "offset": progress.offset,
                        "lines": progress.lines,
                        "finished_us": None
                        if progress.finished_at is None
                        else micros_of(progress.finished_at),
                    },
                )
            if also is not None:
                also()

    def removed_parts(self, *, before: dt.datetime) -> list[Part]:
        """Return the parts that were removed before *before*."""
        rows = PartRow.objects.using(ALIAS).filter(removed_us__lt=micros_of(before))
        return [_part(values) for values in rows.values_list(*_FIELDS)]

    def forget_parts(self, parts: Sequence[Part]) -> None:
        """Forget parts whose files are gone."""
        for chunk in chunks([part.path for part in parts]):
            PartRow.objects.using(ALIAS).filter(path__in=chunk).delete()

    def forget_segments(self, names: Sequence[str]) -> None:
        """Forget segments whose files are gone."""
        for chunk in chunks(names):
            SegmentRow.objects.using(ALIAS).filter(name__in=chunk).delete()


def _progress_rows() -> Any:
    """Return the segments in the shape of `_FIELDS`: name for path, offset and lines for the times, the end for rows."""
    nothing = Value(0, output_field=BigIntegerField())
    return (
        SegmentRow.objects.using(ALIAS)
        .annotate(
            table=Value("", output_field=CharField()),
            path=F("name"),
            level=Value(_PROGRESS, output_field=SmallIntegerField()),
            min_us=F("offset"),
            max_us=F("lines"),
            rows=F("finished_us"),
            bytes=nothing,
            crc32=nothing,
            edition=nothing,
        )
        .values_list(*_FIELDS)
    )


def _part(values: tuple[Any, ...]) -> Part:
    table, path, level, min_us, max_us, rows, size, crc32, edition = values
    if edition is None:
        # Written before editions were kept: what was merged then was rolled up as the first one has it.
        edition = min(level, 1)
    times = time_of(min_us), time_of(max_us)
    return Part(table, path, level, *times, rows, size, crc32, edition)


def _row(part: Part) -> PartRow:
    return PartRow(
        table=part.table,
        path=part.path,
        level=part.level,
        min_us=micros_of(part.min_time),
        max_us=micros_of(part.max_time),
        rows=part.rows,
        bytes=part.bytes,
        crc32=part.crc32,
        edition=part.edition,
    )


def _time(us: int | None) -> dt.datetime | None:
    return None if us is None else time_of(us)
