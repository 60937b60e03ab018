"""Looking after the store: merging, rolling up, retention, and removing files that nobody reads any more."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vedette.store import merge, private, retention
from vedette.store.attachments import Attachments
from vedette.store.catalogue import Catalogue, Commit, LeaseLostError, Part
from vedette.store.rollups import Rollup

logger = logging.getLogger("vedette.store")

GRACE = dt.timedelta(minutes=5)
"""How long files stay after the catalogue gave them up: longer than any query that may still read them."""
SUSPECTS = "suspects"
"""Where readers report damaged parts, below the quarantine: an empty file per part, named by its path with | for /."""
QUARANTINE_SHARE = 0.1
"""What is set aside may take so much of what the store may; a disk that fails would else fill itself."""
ORPHANED_AFTER_S = 3600.0
"""A file that the catalogue does not know was left by a killed writer, once it is this old."""


class Writer(Protocol):
    """What maintenance asks of an engine."""

    def merge(self, table: str, parts: Sequence[Part]) -> list[Part]:
        """Write the rows of *parts* as fewer parts."""
        ...

    def roll_up(self, rollup: Rollup, parts: Sequence[Part]) -> list[Part]:
        """Write the rollup of *parts*."""
        ...

    def discard(self, parts: Sequence[Part]) -> None:
        """Remove the files of *parts*."""
        ...

    def why_unreadable(self, part: Part) -> str:
        """Return why *part* cannot be read, ``""`` where it can."""
        ...


def _ever() -> None:
    return None


@dataclass(slots=True)
class Maintenance:
    """The background work on parts; all of it may be killed at any time and run again.

    `on_loss` is told of rows that are gone before their time: (table, reason, rows).  `made_at` knows since when there is this
    catalogue: what is older and not in it was not left by a killed writer, but is of a catalogue that was lost.
    """

    catalogue: Catalogue
    writer: Writer
    parts_dir: Path
    journal_dir: Path
    scratch_dir: Path
    quarantine_dir: Path
    retention_days: Mapping[str, int]
    max_bytes: int
    now: Callable[[], dt.datetime]
    on_loss: Callable[[str, str, int], None]
    attachments: Attachments | None = None
    made_at: Callable[[], dt.datetime | None] = _ever
    _is_told: bool = field(default=False, init=False)

    def merge_once(self) -> bool:
        """Do the most urgent merge; tell whether there was one.

        Raises:
            LeaseLostError: If this process is not the leader any more.
        """
        failure: Exception | None = None
        for due in merge.plan(self.catalogue.snapshot().parts, now=self.now()):
            try:
                self._merge(due)
            except LeaseLostError:
                raise
            except Exception as error:  # noqa: BLE001 - one merge that fails must not hold up all others
                failure = failure or error
            else:
                return True
        if failure is not None:
            raise failure
        return False

    def _merge(self, due: merge.Merge) -> None:
        written: list[Part] = []
        try:
            written += self.writer.merge(due.table, due.inputs)
            for rollup in due.missing:
                written += self.writer.roll_up(rollup, due.inputs)
        except Exception as error:
            self.writer.discard(written)
            part = getattr(error, "part", None)
            if not isinstance(part, Part):
                raise
            self._set_aside(part, str(error))
            return
        # Where this fails its files stay, to be removed as orphans: a commit whose answer was lost has been made.
        self.catalogue.apply(Commit(added=written, removed=due.inputs), at=self.now())

    def apply_retention(self, *, before: dt.datetime | None = None, is_dry_run: bool = False) -> list[Part]:
        """Remove parts that are too old (or end before *before*) or too many; return them."""
        parts = self.catalogue.snapshot().parts
        old = retention.expired(parts, days=self.retention_days, now=self.now())
        if before is not None:
            old = [part for part in parts if part.max_time < before]
        gone = {part.path for part in old}
        surplus = retention.excess(
            [part for part in parts if part.path not in gone], max_bytes=self.max_bytes
        )
        removed = [*old, *surplus]
        if removed and not is_dry_run:
            self.catalogue.apply(Commit(removed=removed), at=self.now())
            for part in surplus:
                self.on_loss(part.table, "store_full", part.rows)
        if self.attachments is not None and not is_dry_run:
            age = dt.timedelta(days=self.retention_days["errors"])
            self.attachments.remove(before_s=(before or self.now() - age).timestamp())
        return removed

    def clean_up(self) -> None:
        """Remove the files of parts and segments that were given up long enough ago, and what killed writers left."""
        self._check_suspects()
        before = self.now() - GRACE
        removed = self.catalogue.removed_parts(before=before)
        self.writer.discard(removed)
        self.catalogue.forget_parts(removed)
        self._remove_finished_segments(before)
        self._remove_orphans()
        self._trim_quarantine()
        self._tidy_attachments()

    def _check_suspects(self) -> None:
        folder = self.quarantine_dir / SUSPECTS
        suspects = {path.name.replace("|", "/"): path for path in folder.glob("*")}
        if not suspects:
            return
        for part in self.catalogue.snapshot().parts:
            if part.path in suspects and (reason := self.writer.why_unreadable(part)):
                self._set_aside(part, f"{part.path}: {reason}")
        for path in suspects.values():
            path.unlink(missing_ok=True)

    def _tidy_attachments(self) -> None:
        if self.attachments is None:
            return
        self.attachments.tidy()
        if removed := self.attachments.trim():
            self.on_loss("attachment", "store_full", removed)

    def _remove_finished_segments(self, before: dt.datetime) -> None:
        gone: list[str] = []
        for name, progress in self.catalogue.snapshot(()).progress.items():
            path = self.journal_dir / name
            if progress.finished_at is not None and progress.finished_at < before:
                # The file goes first: a row without a file is harmless, a file without a row would be read again.
                path.unlink(missing_ok=True)
                gone.append(name)
            elif not path.exists() and not path.with_name(name + ".shed").exists():
                gone.append(name)
        self.catalogue.forget_segments(gone)

    def _remove_orphans(self) -> None:
        known = {part.path for part in self.catalogue.snapshot().parts}
        known |= {part.path for part in self.catalogue.removed_parts(before=self.now() + GRACE)}
        cutoff = self.now().timestamp() - ORPHANED_AFTER_S
        parts = self._of_this_catalogue(
            [path for path in self.parts_dir.glob("*/*/*") if self._name_of(path) not in known]
        )
        for path in [
            *parts,
            *self.scratch_dir.glob("*.jsonl"),
            *self.scratch_dir.glob("spill*/*"),
            *self.journal_dir.glob("*.new"),
            *self.journal_dir.glob("*.tmp"),
        ]:
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < cutoff:
                    path.unlink()
        for folder in self.parts_dir.glob("*/*"):
            # One that is new may have been made for a part that is being written.
            with contextlib.suppress(OSError):
                if folder.stat().st_mtime < cutoff:
                    folder.rmdir()

    def _trim_quarantine(self) -> None:
        """Remove the oldest of what was set aside, where it takes more than its share of the store."""
        files = sorted((_modified_s(path), path) for path in self.quarantine_dir.glob("*") if path.is_file())
        excess = sum(_size(path) for _, path in files) - int(self.max_bytes * QUARANTINE_SHARE)
        for _, path in files:
            if excess <= 0:
                break
            excess -= _size(path)
            path.unlink(missing_ok=True)

    def _name_of(self, path: Path) -> str:
        return str(path.relative_to(self.parts_dir))

    def _of_this_catalogue(self, unknown: Sequence[Path]) -> Sequence[Path]:
        made_at = self.made_at()
        found = [path for path in unknown if made_at is None or _modified_s(path) >= made_at.timestamp()]
        if len(found) < len(unknown) and not self._is_told:
            self._is_told = True
            logger.error(
                "%d files in %s are older than the state database, which knows nothing of them: it was lost, or is another"
                " one. They are left as they are.",
                len(unknown) - len(found),
                self.parts_dir,
            )
        return found

    def _set_aside(self, part: Part, reason: str) -> None:
        logger.error("A part of the store is damaged and was set aside: %s", reason)
        self.catalogue.apply(Commit(removed=[part]), at=self.now())
        private.make_directory(self.quarantine_dir, root=self.quarantine_dir.parent)
        with contextlib.suppress(OSError):
            (self.parts_dir / part.path).rename(self.quarantine_dir / Path(part.path).name)
        self.on_loss(part.table, "damaged_part", part.rows)


def _modified_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return math.inf  # gone meanwhile


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
