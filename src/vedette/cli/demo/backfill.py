"""Writing a past through the same path that live records take: recorder, journal, drain, store."""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vedette.background.worker import Worker
from vedette.pipeline.recorder import Recorder
from vedette.record.signals import Signal
from vedette.store.catalogue import LeaseLostError

SLICE_RECORDS = 120_000
"""How many records are in the journal at most before they are drained: some 60 MB."""
_POLL_S = 0.5
_PATIENCE_S = 120.0


class UnableToBackfill(Exception):
    """The records cannot be brought into the store; those in the journal stay there for the next drain."""


class Progress(Protocol):
    """Who is told how far the work has come."""

    def __call__(self, written: Counter[str]) -> None:
        """Take note of the records written so far, by table."""
        ...


@dataclass(slots=True)
class Backfill:
    """Brings signals into the store, slice by slice.

    `worker` drains where this process can lead; where another leads, that one is waited for, and `behind_s` tells when
    it is done.
    """

    recorder: Recorder
    worker: Worker
    behind_s: Callable[[], float]
    on_progress: Progress
    slice_records: int = SLICE_RECORDS
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    written: Counter[str] = field(default_factory=Counter, init=False)

    def run(self, groups: Iterable[Sequence[Signal]]) -> Counter[str]:
        """Write all groups and return how many records of each table were written.

        Raises:
            UnableToBackfill: If the journal cannot be written, or nobody drains it.
        """
        self.worker.prepare()
        waiting = 0
        for group in groups:
            for signal in group:
                if not self.recorder.record(signal):
                    losses = ", ".join(
                        f"{table}: {reason}" for table, reason, _ in self.recorder.drops.take()
                    )
                    raise UnableToBackfill(
                        f"The journal could not be written ({losses or 'no reason known'})."
                    )
                self.written[signal.table] += 1
            waiting += len(group)
            if waiting >= self.slice_records:
                self._bring_in()
                waiting = 0
        self._bring_in()
        return self.written

    def _bring_in(self) -> None:
        # Closed segments are drained to their end and are then done with.
        self.recorder.journal.close()
        if not self._drain():
            self._await_drain()
        self._remove_own_segments()
        self.on_progress(self.written)

    def _drain(self) -> bool:
        if not self.worker.lease.acquire():
            return False
        try:
            while self.worker.drain.run_once().has_more:
                pass
        except LeaseLostError:
            return False
        return True

    def _await_drain(self) -> None:
        give_up_at = self.monotonic() + _PATIENCE_S
        while self.behind_s() > 0:
            if self.monotonic() > give_up_at:
                raise UnableToBackfill(
                    "Another process leads the background work but does not drain the journal; `vedette doctor` says more."
                )
            self.sleep(_POLL_S)

    def _remove_own_segments(self) -> None:
        # Drained segments stay for some minutes, for readers who began before.  Here they would soon fill the journal;
        # and whoever reads a past while it is being made up may miss a slice of it once.
        drain = self.worker.drain
        for name, progress in drain.catalogue.snapshot(()).progress.items():
            if progress.finished_at is not None and f".{os.getpid()}." in name:
                with contextlib.suppress(OSError):
                    (drain.journal_dir / name).unlink(missing_ok=True)
