"""When each key last let something in: a note in the journal, once a minute for each key and process.

The worker's drain carries the notes to the keys (`vedette.projects.digest`), so that no sender ever waits for the state database.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.ingest.keys import Grant
from vedette.pipeline.recorder import Recorder
from vedette.record.signals import Metric

METRIC = "vedette.key_used"
"""The name of a note among the metrics; its attribute ``key`` is the key."""
EVERY_S = 60.0


@dataclass(slots=True)
class Uses:
    """Which keys this process has noted lately.  It holds no more keys than have let something in here."""

    recorder: Callable[[], Recorder]
    now: Callable[[], dt.datetime]
    monotonic: Callable[[], float] = time.monotonic
    _due: dict[str, float] = field(default_factory=dict, init=False)

    def note(self, grant: Grant) -> None:
        """Note that a key let something in, unless that was noted less than a minute ago.

        No lock: two threads at the same moment write two notes, which say the same.
        """
        monotonic = self.monotonic()
        if monotonic < self._due.get(grant.key, 0.0):
            return
        self._due[grant.key] = monotonic + EVERY_S
        self.recorder().record(
            Metric(
                time=self.now(),
                service=grant.service,
                name=METRIC,
                kind="counter",
                sum=1.0,
                count=1,
                attributes={"key": grant.key},
            )
        )
