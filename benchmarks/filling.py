"""Fill a store with made-up telemetry, the way a drain and the merges that follow it leave it.

The rows are made by `telemetry`, laid down as parts of level 0, and from there on the store's own maintenance does what
it does on a site: it merges the parts, rolls them up and merges the rollups.
"""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import telemetry
from telemetry import Day

from vedette.catalogue.catalogue import StateCatalogue
from vedette.store.catalogue import Commit, Part
from vedette.store.engines.embedded import columns
from vedette.store.engines.embedded.writer import PartWriter
from vedette.store.maintenance import Maintenance

END = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)
"""The present, in the made-up store."""
LOG_DAYS = 7
RELEASE_DAYS = 3
FRESH_ROWS = 1_000_000
MIB = 1 << 20
_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)
_DRAINED_EVERY = dt.timedelta(seconds=18)


@dataclass(slots=True)
class Filling:
    """A store that is being filled, below `folder`; `say` is told how far it is.

    It gets the spans of every tenth request of the days that have logs or, where they are asked for, about `spans` spread
    over all days.
    """

    folder: Path
    catalogue: StateCatalogue
    days: int
    requests: int
    logs: int
    say: Callable[[str], None]
    spans: int = 0
    now: dt.datetime = END
    _source: duckdb.DuckDBPyConnection = field(init=False)
    _maintenance: Maintenance = field(init=False)

    def __post_init__(self) -> None:
        self._source = duckdb.connect(
            config={"memory_limit": "4GB", "temp_directory": str(self.folder / "spill")}
        )
        self._source.execute("SET TimeZone = 'UTC'")
        self._source.execute("SET preserve_insertion_order = false")
        self._maintenance = Maintenance(
            catalogue=self.catalogue,
            writer=PartWriter(self._parts_dir, self.folder / "scratch", memory_bytes=2048 * MIB, threads=2),
            parts_dir=self._parts_dir,
            journal_dir=self.folder / "journal",
            scratch_dir=self.folder / "scratch",
            quarantine_dir=self.folder / "quarantine",
            retention_days={},
            max_bytes=1 << 62,
            now=lambda: self.now,
            on_loss=_refuse_losses,
        )

    def run(self) -> None:
        """Fill it, from the oldest day to the present."""
        today = END.date()
        for back in range(self.days, -1, -1):
            start = today - dt.timedelta(days=back)
            release = f"2026.{(today - dt.timedelta(days=back // RELEASE_DAYS * RELEASE_DAYS)):%m.%d}"
            day = Day(start, min(END, _midnight(start) + _DAY), self.requests // self.days, release)
            self._fill_day(day, has_logs=back < LOG_DAYS)
            self.say(f"{start}: {self._size() // MIB} MiB")
        self._source.close()

    def _fill_day(self, day: Day, *, has_logs: bool) -> None:
        made = {"requests": telemetry.requests(day)}
        if self.spans:
            per_mille = 1000 * self.spans // (telemetry.SPANS_OF_A_REQUEST * self.requests)
            made["spans"] = telemetry.spans("requests", per_mille=per_mille)
        elif has_logs:
            made["spans"] = telemetry.spans("requests")
        if has_logs:
            line_count = Day(day.start, day.end, self.logs // LOG_DAYS, day.release)
            made["logs"] = telemetry.logs(line_count, "requests")
        for table, select in made.items():
            self._source.execute(f"CREATE OR REPLACE TABLE {table} AS {select}")
        for start, end in _slices(day, max(day.rows, self.logs // LOG_DAYS if has_logs else 0)):
            for table in made:
                self._lay_down(table, start, end)
            self.now = end
            self._merge()
        if day.end < END:
            self.now = day.end + 2 * _HOUR
            self._merge()

    def _merge(self) -> None:
        while self._maintenance.merge_once():
            pass
        # What was merged is not read any more: the folder need not hold it twice.
        removed = self.catalogue.removed_parts(before=dt.datetime.now(dt.UTC) + 365 * _DAY)
        self._maintenance.writer.discard(removed)
        self.catalogue.forget_parts(removed)

    def _lay_down(self, table: str, start: dt.datetime, end: dt.datetime) -> None:
        within = f"time >= {_literal(start)} AND time < {_literal(end)}"
        found = self._source.execute(
            f"SELECT count(*), min(time), max(time) FROM {table} WHERE {within}"
        ).fetchone()
        assert found is not None
        rows, first, last = found
        if not rows:
            return
        relative = f"{table}/{start:%Y-%m-%d}/0-{uuid.uuid4().hex}.parquet"
        path = self._parts_dir / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        self._source.execute(
            f"COPY (SELECT {columns.as_stored(table)} FROM {table} WHERE {within} ORDER BY time) "
            f"TO {columns.literal(str(path))} (FORMAT parquet, COMPRESSION snappy)"
        )
        times = first.replace(tzinfo=dt.UTC), last.replace(tzinfo=dt.UTC)
        part = Part(table, relative, 0, *times, rows, path.stat().st_size, zlib.crc32(path.read_bytes()))
        self.catalogue.apply(Commit(added=[part]), at=self.now)

    @property
    def _parts_dir(self) -> Path:
        return self.folder / "parts"

    def _size(self) -> int:
        return sum(part.bytes for part in self.catalogue.snapshot().parts)


def _slices(day: Day, rows: int) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the times at which a day's parts are laid down: a day that is over in a few, the last one as it came."""
    start = _midnight(day.start)
    if day.end < END:
        count = 1 + rows // FRESH_ROWS
        borders = [start + number * (_DAY / count) for number in range(count)]
    else:
        borders = [start + number * _HOUR for number in range(int((day.end - start) / _HOUR) + 1)]
        borders += [borders[-1] + number * _DRAINED_EVERY for number in range(1, 100)]
    borders.append(day.end)
    return list(itertools.pairwise(borders))


def _literal(time: dt.datetime) -> str:
    return f"TIMESTAMP '{time:%Y-%m-%d %H:%M:%S.%f}'"


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _refuse_losses(table: str, reason: str, rows: int) -> None:
    raise RuntimeError(f"{rows} rows of {table} were lost: {reason}")
