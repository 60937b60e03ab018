"""The embedded engine's writing side: from journal lines to parts, from parts to larger parts and rollups."""

from __future__ import annotations

import datetime as dt
import functools
import os
import threading
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import duckdb

from vedette.store import private
from vedette.store.catalogue import Part, RefusedLinesError
from vedette.store.engines.embedded import columns, forks
from vedette.store.engines.embedded.dialect import DuckDBDialect
from vedette.store.periods import period_of, period_unit
from vedette.store.rollups import DAY_S, EDITION, ROLLUPS, Rollup

MIB = 1 << 20
LOT_BYTES = MIB // 2
ROW_GROUP_ROWS = 40_960
"""A third of DuckDB's own choice: a row group is held in memory, beside what a sort needs."""
ROW_GROUP_SHARE = 16
"""Where rows have documents in them, a row group holds this share of the memory at most: a thousand of those would be more
than the background work may have."""
SORT_ROWS = 250_000
"""Up to here a merge sorts.  Past it, sorting would take more memory than the background work may have; parts as large
as that are sorted themselves and follow each other in time, so that putting them end to end serves as well."""
# Most of a row's bytes are random ids.  Level 1 packs those more tightly than higher levels do, and the whole in a third
# of the time: it codes digits by their frequency and finds no needless matches.
_PARQUET = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2, ROW_GROUP_SIZE {ROW_GROUP_ROWS}"


class UnreadablePartError(Exception):
    """A part that was to be merged cannot be read; `part` says which."""

    def __init__(self, part: Part, reason: str) -> None:
        super().__init__(f"{part.path}: {reason}")
        self.part = part


class _RowCountError(Exception):
    """Fewer or more rows were written than there are."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class PartWriter:
    """Writes Parquet files below `parts_dir`, each whole and on disk before it gets its name.

    Several threads may use one writer.
    """

    parts_dir: Path
    scratch_dir: Path
    memory_bytes: int = 96 * MIB
    threads: int = 1
    dialect: DuckDBDialect = field(default_factory=DuckDBDialect)
    _database: duckdb.DuckDBPyConnection | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        forks.watch(self)

    def after_fork(self) -> None:
        """Give up the parent's DuckDB: this process opens its own."""
        self._lock = threading.Lock()
        if self._database is not None:
            forks.abandon(self._database)
            self._database = None

    def write_lines(
        self, table: str, lines: Sequence[bytes], *, min_time: dt.datetime, max_time: dt.datetime, rows: int
    ) -> Part:
        """Write journal *lines*, already validated and without their ends, as a part of level 0.

        Raises:
            RefusedLinesError: If DuckDB does not see a row in each of them.
        """
        scratch = self._scratch(f"lines-{os.getpid()}-{uuid.uuid4().hex}.jsonl")
        try:
            _write_lots(scratch, lines)
            source = f"({columns.from_lines(table, [str(scratch)])})"
            select = f"SELECT {columns.as_stored(table)} FROM {source} ORDER BY time"
            return self._write(table, select, level=0, min_time=min_time, max_time=max_time, rows=rows)
        except (_RowCountError, duckdb.DataError, duckdb.InvalidInputException) as error:
            raise RefusedLinesError(table, lines, str(error)) from error
        finally:
            scratch.unlink(missing_ok=True)

    def merge(self, table: str, parts: Sequence[Part]) -> list[Part]:
        """Write the rows of *parts* as one part per period, a level above the highest of them.

        Raises:
            UnreadablePartError: If one of them is damaged.
        """
        for part in parts:
            if reason := self.why_unreadable(part):
                raise UnreadablePartError(part, reason)
        relation = self._relation(table, sorted(parts, key=lambda part: part.min_time))
        level = max(part.level for part in parts) + 1
        if table in ROLLUPS:
            # Durations as they are read: the bounds of sums are told in numbers of their kind.
            read = f"(SELECT {columns.as_read(table)} FROM {relation})"
            relation = f"(SELECT {columns.as_stored(table)} FROM ({_added_up(ROLLUPS[table], read)}))"
        return self._write_by_period(table, relation, level=level)

    def roll_up(self, rollup: Rollup, parts: Sequence[Part]) -> list[Part]:
        """Write the rollup of source *parts*, one part of level 0 per period."""
        source = f"(SELECT {columns.as_read(rollup.source)} FROM {self._relation(rollup.source, parts)})"
        prepared = ", ".join(f"{value} AS {name}" for name, value in rollup.prepared(self.dialect).items())
        rows = rollup.from_source(
            self.dialect, f"(SELECT {prepared} FROM {source})", is_summed=not rollup.has_names
        )
        relation = rollup.bounded(f"({rows})") if rollup.has_names else rows
        stored = f"(SELECT {columns.as_stored(rollup.name)} FROM ({relation}))"
        return self._write_by_period(rollup.name, stored, level=0)

    def discard(self, parts: Sequence[Part]) -> None:
        """Remove the files of *parts*."""
        for part in parts:
            (self.parts_dir / part.path).unlink(missing_ok=True)

    def why_unreadable(self, part: Part) -> str:
        """Return why *part* is not what was written, ``""`` where it is."""
        try:
            with (self.parts_dir / part.path).open("rb") as file:
                return (
                    "" if checksum(file) == part.crc32 else "its checksum is not the one it was written with"
                )
        except OSError as error:
            return error.strerror or str(error)

    def _relation(self, table: str, parts: Sequence[Part]) -> str:
        paths = columns.literal_list(str(self.parts_dir / part.path) for part in parts)
        # Columns that a release adds are absent from older parts; naming them all keeps one shape.
        return (
            f"(SELECT * FROM read_parquet({paths}, union_by_name = true) "
            f"UNION ALL BY NAME {columns.empty_as_stored(table)})"
        )

    def _write_by_period(self, table: str, relation: str, *, level: int) -> list[Part]:
        cursor = self._cursor()
        unit = period_unit(table)
        try:
            periods = cursor.execute(
                f"SELECT date_trunc('{unit}', time), count(*), min(time), max(time) FROM {relation} GROUP BY 1 ORDER BY 1"
            ).fetchall()
            written: list[Part] = []
            for period, *statistics in periods:
                rows = relation
                if len(periods) > 1:
                    rows = f"(SELECT * FROM {relation} WHERE date_trunc('{unit}', time) = '{period}')"
                written.append(self._write_statistics(table, rows, statistics, level=level))
            return written
        finally:
            cursor.close()

    def _write_statistics(
        self, table: str, relation: str, statistics: Sequence[object], *, level: int
    ) -> Part:
        rows, min_time, max_time = statistics
        assert isinstance(rows, int)
        assert isinstance(min_time, dt.datetime)
        assert isinstance(max_time, dt.datetime)
        order = ""
        if table in ROLLUPS:
            order = f" ORDER BY {', '.join(_order(ROLLUPS[table]))}"
        elif rows <= SORT_ROWS and not columns.has_documents(table):
            order = " ORDER BY time"
        write = functools.partial(
            self._write,
            table,
            level=level,
            min_time=min_time.replace(tzinfo=dt.UTC),
            max_time=max_time.replace(tzinfo=dt.UTC),
            rows=rows,
        )
        try:
            return write(f"SELECT * FROM {relation}{order}")
        except duckdb.OutOfMemoryException:
            if not order:
                raise
            # Wide rows, little memory: a part that is less well sorted is slower to read, and holds the same rows.
            return write(f"SELECT * FROM {relation}")

    def _write(
        self, table: str, select: str, *, level: int, min_time: dt.datetime, max_time: dt.datetime, rows: int
    ) -> Part:
        period = period_of(table, min_time, max_time)
        folder = period.isoformat() if period is not None else "mixed"
        relative = f"{table}/{folder}/{level}-{uuid.uuid4().hex}.parquet"
        path = self.parts_dir / relative
        partial = path.with_suffix(".partial")
        private.make_directory(path.parent, root=self.parts_dir.parent)
        options = _PARQUET
        if columns.has_documents(table):
            options += f", ROW_GROUP_SIZE_BYTES {self.memory_bytes // ROW_GROUP_SHARE}"
        cursor = self._cursor()
        try:
            copied = cursor.execute(
                f"COPY ({select}) TO {columns.literal(str(partial))} ({options})"
            ).fetchone()
            if copied is None or copied[0] != rows:
                raise _RowCountError(f"{copied and copied[0]} rows were written instead of {rows}")
            partial.chmod(private.FILE_MODE)
            total = _sync_and_sum(partial)
            partial.rename(path)
        finally:
            cursor.close()
            partial.unlink(missing_ok=True)
        edition = EDITION if level and table not in ROLLUPS else 0
        return Part(table, relative, level, min_time, max_time, rows, path.stat().st_size, total, edition)

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            return self._open().cursor()

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._database is None:
            private.make_directory(self.scratch_dir, root=self.scratch_dir.parent)
            self._database = duckdb.connect(
                ":memory:",
                config={
                    "threads": self.threads,
                    "memory_limit": f"{self.memory_bytes // MIB}MB",
                    "temp_directory": str(self.scratch_dir / "spill-writer"),
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                    "enable_external_file_cache": "false",
                },
            )
            self._database.execute("SET GLOBAL TimeZone = 'UTC'")
        return self._database

    def _scratch(self, name: str) -> Path:
        private.make_directory(self.scratch_dir, root=self.scratch_dir.parent)
        return self.scratch_dir / name


def _added_up(rollup: Rollup, relation: str) -> str:
    return rollup.bounded(relation) if rollup.has_names else rollup.merged(relation)


def _write_lots(path: Path, lines: Sequence[bytes]) -> None:
    # Joined all at once they would be held twice, in memory that is fetched from the system and given back each time.
    lot = max(1, LOT_BYTES * len(lines) // max(1, sum(map(len, lines))))
    with path.open("wb") as file:
        for start in range(0, len(lines), lot):
            file.write(b"\n".join((*lines[start : start + lot], b"")))


def _order(rollup: Rollup) -> list[str]:
    names = [key.name for key in rollup.keys]
    if rollup.step_s < DAY_S:
        # Of a day's hours a query often wants a few: the others' row groups are then left out.
        return ["time", *names]
    # Of a month it wants most days.  Rows that are alike but for their day lie together: they compress better, and
    # counting the people of a month takes a third of the time.
    names.remove("release")
    return [*names, "release", "time"]


def _sync_and_sum(path: Path) -> int:
    with path.open("rb") as file:
        total = checksum(file)
        os.fsync(file.fileno())
    return total


def checksum(file: IO[bytes]) -> int:
    """Return the CRC-32 of what is left of *file*."""
    total = 0
    while chunk := file.read(MIB):
        total = zlib.crc32(chunk, total)
    return total
