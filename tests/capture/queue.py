"""A queue with a worker in a thread: Celery as sites have it, its broker in memory."""

from __future__ import annotations

import logging
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery, signals
from celery.contrib.testing.worker import start_worker
from django.core.cache import cache
from django.db import connection

app = Celery("queue", set_as_current=False, fixups=[])
app.conf.update(
    broker_url="memory://",
    result_backend="cache+memory://",
    broker_connection_retry_on_startup=False,
    broker_transport_options={"polling_interval": 0.01},
)


class Jammed(Exception):
    """An error of the site's own."""


def _tidy(queries: int = 1) -> str:
    """Query, look into the cache, and log."""
    with connection.cursor() as cursor:
        for number in range(queries):
            cursor.execute("SELECT %s", [number])
    cache.get("dust")
    logging.getLogger("tidy").info("tidied")
    return "tidy"


def _jam() -> None:
    """Fail."""
    logging.getLogger("jam").info("about to fail")
    raise Jammed("too much paper")


def _again(self: Any) -> str:
    """Succeed the second time."""
    if not self.request.retries:
        raise self.retry(countdown=0)
    return "at last"


tidy: Any = app.task(_tidy, name="tidy")
jam: Any = app.task(_jam, name="jam")
again: Any = app.task(_again, name="again", bind=True, max_retries=1)


def run(task: Any, **arguments: Any) -> Any:
    """Send *task* to the worker and return its result, once the worker is quite done with it."""
    sent = task.delay(**arguments)
    if not app.conf.task_always_eager:
        while _ended.get(timeout=20) != sent.id:
            pass
    return sent


@contextmanager
def working() -> Iterator[None]:
    """Have a worker in a thread of its own."""
    # After all that is connected by now: what waits for it finds what they have done.
    signals.task_postrun.connect(_note_end, weak=False, dispatch_uid="tests.capture.queue")
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR", shutdown_timeout=20):
        yield


@contextmanager
def eager() -> Iterator[None]:
    """Have each task run where it is called."""
    app.conf.task_always_eager = True
    try:
        yield
    finally:
        app.conf.task_always_eager = False


_ended: queue.SimpleQueue[str] = queue.SimpleQueue()


def _note_end(task_id: str = "", state: str = "", **_: Any) -> None:
    if state != "RETRY":
        _ended.put(task_id)
