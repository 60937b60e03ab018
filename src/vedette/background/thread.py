"""Background work in a thread of the site's own process."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from vedette.background.worker import Worker

STOP_WITHIN_S = 10.0

_started: dict[int, Worker] = {}
_lock = threading.Lock()


def is_wanted(background: str, *, argv: list[str], environ: dict[str, str]) -> bool:
    """Tell whether a process started as *argv* is to do background work under the setting *background*.

    ``auto`` means the development server's serving process: with autoreload on, that is the child.
    """
    if background == "off":
        return False
    verb = argv[1] if len(argv) > 1 else ""
    if verb == "runserver":
        return environ.get("RUN_MAIN") == "true" or "--noreload" in argv
    is_management = os.path.basename(argv[0] if argv else "") in {"manage.py", "django-admin", "__main__.py"}
    return background == "thread" and not is_management


def start(make_worker: Callable[[], Worker]) -> None:
    """Start the thread in this process, and again in each process forked from it (gunicorn's preload, uWSGI's workers)."""
    with _lock:
        if os.getpid() in _started or _is_left_to_workers(make_worker):
            return
        if not _started and hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=lambda: start(make_worker))
        worker = _started[os.getpid()] = make_worker()
    thread = threading.Thread(target=worker.run, name="vedette-background", daemon=True)
    thread.start()
    atexit.register(_finish, worker, thread)


def _is_left_to_workers(make_worker: Callable[[], Worker]) -> bool:
    """Where uWSGI is about to fork its workers, have each of them start the thread, and tell so.

    It forks without Python's knowledge: a lock that a thread holds by then stays locked in its workers for good.
    """
    uwsgi: Any = sys.modules.get("uwsgi")
    if uwsgi is None or uwsgi.worker_id():
        return False
    before = getattr(uwsgi, "post_fork_hook", None)

    def hook() -> None:
        if before is not None:
            before()
        start(make_worker)

    uwsgi.post_fork_hook = hook
    return True


def _finish(worker: Worker, thread: threading.Thread) -> None:
    # DuckDB complains where the interpreter ends while a thread still holds it.
    worker.stop()
    if thread.is_alive():
        thread.join(STOP_WITHIN_S)


def arguments() -> list[str]:
    """Return the command line of this process."""
    return sys.argv
