"""The background work: one leader drains the journal and looks after the store.

The same worker runs in three forms: in a thread of the development server, as ``manage.py vedette run``, and once as
``manage.py vedette tick``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

from vedette.background.lease import Lease
from vedette.background.periodic import Periodic
from vedette.catalogue.database import ALIAS
from vedette.pipeline.drain import Drain
from vedette.record.context import is_recording
from vedette.store.catalogue import LeaseLostError
from vedette.store.maintenance import Maintenance

logger = logging.getLogger("vedette.background")

CLEAN_UP_EVERY_S = 60.0
RETENTION_EVERY_S = 600.0
MERGE_PAUSE_S = 0.5
LOG_AGAIN_AFTER_S = 60.0


@dataclass(slots=True)
class Worker:
    """Leads where it can: `run` until told to stop, or `tick` once.

    `prepare` brings the state database up to date; it is called before the lease is first asked for.  `upkeep` is what features
    do about their state every minute.
    """

    lease: Lease
    drain: Drain
    maintenance: Maintenance
    prepare: Callable[[], None]
    upkeep: Sequence[Callable[[], object]] = ()
    interval_s: float = 1.0
    monotonic: Callable[[], float] = time.monotonic
    stopping: threading.Event = field(default_factory=threading.Event)
    is_leader: bool = False
    _logged: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Work until `stop`, standing by while another process leads."""
        is_recording.set(False)
        is_prepared = False
        merging = threading.Thread(target=self._maintain, name="vedette-maintenance", daemon=True)
        merging.start()
        try:
            while not self.stopping.is_set():
                try:
                    if not is_prepared:
                        self.prepare()
                        is_prepared = True
                    pause = self._round()
                except Exception as error:  # noqa: BLE001 - the loop outlives whatever goes wrong in one round
                    self._report("round", error)
                    self.is_leader = False
                    close_old_connections()
                    pause = self.interval_s
                self.stopping.wait(pause)
            self._finish()
        finally:
            self.stopping.set()
            merging.join(timeout=10)
            connections[ALIAS].close()

    def tick(self) -> bool:
        """Do all the work there is, once; tell whether this process could lead."""
        token = is_recording.set(False)
        try:
            self.prepare()
            if not self.lease.acquire():
                return False
            try:
                while self.drain.run_once().has_more:
                    pass
                while self.maintenance.merge_once():
                    self.lease.fence()
                self.maintenance.apply_retention()
                self.maintenance.clean_up()
                for do in self.upkeep:
                    do()
            finally:
                self.lease.release()
            return True
        finally:
            is_recording.reset(token)

    def stop(self) -> None:
        """Make `run` return soon; may be called from a signal handler or another thread."""
        self.stopping.set()

    def _round(self) -> float:
        if not self.is_leader:
            self.is_leader = self.lease.acquire()
            if not self.is_leader:
                return min(self.interval_s, self.lease.length_s / 3)
            logger.info("Background work is led by %s.", self.lease.holder)
        started = self.monotonic()
        try:
            drained = self.drain.run_once()
            if not drained:
                # A commit renews the lease; where there was none it must be renewed all the same.
                self.lease.fence()
        except LeaseLostError:
            logger.warning("Another process has taken over the background work.")
            self.is_leader = False
            return self.interval_s
        if drained.has_more:
            return 0.0
        return max(0.0, self.interval_s - (self.monotonic() - started))

    def _finish(self) -> None:
        try:
            if self.is_leader:
                self.drain.run_once()
                self.lease.release()
        except (DatabaseError, LeaseLostError, OSError) as error:
            self._report("stop", error)

    def _maintain(self) -> None:
        is_recording.set(False)
        often: list[tuple[Callable[[], object], float]] = [
            (self._merge_all, MERGE_PAUSE_S),
            (self.maintenance.clean_up, CLEAN_UP_EVERY_S),
            (self.maintenance.apply_retention, RETENTION_EVERY_S),
            *((do, CLEAN_UP_EVERY_S) for do in self.upkeep),
        ]
        works = [Periodic(do, every_s, self.monotonic) for do, every_s in often]
        while not self.stopping.wait(MERGE_PAUSE_S):
            for work in works:
                if self._leads() and work.is_due:
                    self._do(work)
        connections[ALIAS].close()

    def _do(self, work: Periodic) -> None:
        try:
            work.run()
        except LeaseLostError:
            self.is_leader = False
        except Exception as error:  # noqa: BLE001 - what goes wrong in one of the works must not hold up the others
            self._report("maintenance", error)
            close_old_connections()

    def _merge_all(self) -> None:
        while self._leads() and self.maintenance.merge_once():
            pass

    def _leads(self) -> bool:
        return self.is_leader and not self.stopping.is_set()

    def _report(self, where: str, error: Exception) -> None:
        text = f"{where}: {type(error).__name__}: {error}"
        now = self.monotonic()
        if now - self._logged.get(text, float("-inf")) >= LOG_AGAIN_AFTER_S:
            self._logged = {known: at for known, at in self._logged.items() if now - at < LOG_AGAIN_AFTER_S}
            self._logged[text] = now
            logger.error("Background work failed and will be tried again (%s)", text)
