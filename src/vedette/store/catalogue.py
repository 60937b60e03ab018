"""The catalogue: which parts hold which rows, and how far each journal segment has been consumed.

Both are kept together, in one database, since they change in one transaction: that is what makes a record count once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from vedette.store.periods import period_of
from vedette.store.query import TimeRange
from vedette.store.rollups import Rollup, rollups_of


class LeaseLostError(Exception):
    """Another process has become leader; nothing was changed."""


class RefusedLinesError(Exception):
    """The engine cannot read back every one of `lines` of `table` as a row; nothing was written."""

    def __init__(self, table: str, lines: Sequence[bytes], reason: str) -> None:
        super().__init__(f"{table}: {reason}")
        self.table = table
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Part:
    """An immutable Parquet file.

    `path` is relative to the parts' directory.  A part of level 0 comes from the journal; merging parts of one level
    makes one of the next.  `crc32` is the file's (Parquet as written here has no checksums of its own).  `edition` is
    that of the rollups (`vedette.store.rollups`) in which its rows are counted; 0 where they are in none yet.
    """

    table: str
    path: str
    level: int
    min_time: dt.datetime
    max_time: dt.datetime
    rows: int
    bytes: int
    crc32: int = 0
    edition: int = 0

    @property
    def missing(self) -> tuple[Rollup, ...]:
        """The rollups of its table in which its rows are not counted yet."""
        return rollups_of(self.table, after=self.edition)

    @property
    def period(self) -> dt.date | None:
        """The period (`vedette.store.periods`) that holds all of its rows; None where they span several."""
        return period_of(self.table, self.min_time, self.max_time)


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a segment is in the store: bytes, and lines of any kind."""

    offset: int = 0
    lines: int = 0
    finished_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """A change of the catalogue, made as a whole or not at all.

    Removed parts are not served any more but stay on disk for readers who began before; `Catalogue.forget_parts` is
    called when their files are gone.
    """

    added: Sequence[Part] = ()
    removed: Sequence[Part] = ()
    progress: Mapping[str, Progress] | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The catalogue at one moment."""

    parts: Sequence[Part]
    progress: Mapping[str, Progress]


class Catalogue(Protocol):
    """Where the catalogue is kept; `vedette.catalogue` keeps it in the state database."""

    def snapshot(self, tables: Iterable[str] | None = None, *, range: TimeRange | None = None) -> Snapshot:
        """Return the parts of *tables* (all by default) that may hold rows in *range*, and all progress."""
        ...

    def apply(self, commit: Commit, *, at: dt.datetime, also: Callable[[], None] | None = None) -> None:
        """Make *commit*, and call *also* in the same transaction.

        Raises:
            LeaseLostError: If this process is not the leader any more; nothing has changed then.
        """
        ...

    def removed_parts(self, *, before: dt.datetime) -> Sequence[Part]:
        """Return the parts that were removed before *before* and whose files may still be there."""
        ...

    def forget_parts(self, parts: Sequence[Part]) -> None:
        """Forget parts whose files are gone."""
        ...

    def forget_segments(self, names: Sequence[str]) -> None:
        """Forget segments whose files are gone."""
        ...
