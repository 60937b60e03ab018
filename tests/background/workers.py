"""Workers over a ground, without settings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.ground import Ground
from tests.state import forget_connection
from vedette.background.lease import Lease
from vedette.background.worker import Worker
from vedette.catalogue.catalogue import StateCatalogue


def a_worker(
    ground: Ground, *, holder: str = "far:1:a", prepare: Callable[[], None] = lambda: None
) -> Worker:
    """Return a worker that drains and maintains *ground*."""
    lease = Lease("background@h", holder, 10.0)
    catalogue = StateCatalogue(fence=lease.fence)
    ground.drain.catalogue = ground.maintenance.catalogue = catalogue
    return Worker(lease, ground.drain, ground.maintenance, prepare=prepare, interval_s=0.02)


@contextmanager
def running(worker: Worker) -> Iterator[threading.Thread]:
    """Let *worker* run in a thread; stop it at the end."""

    def run() -> None:
        try:
            worker.run()
        finally:
            forget_connection()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(timeout=30)
        assert not thread.is_alive()


def eventually(is_so: Callable[[], bool], *, at_most_s: float = 30) -> bool:
    """Wait until *is_so*; tell whether it came to be."""
    waiting = threading.Event()
    for _ in range(int(at_most_s / 0.02)):
        if is_so():
            return True
        waiting.wait(0.02)
    return False
