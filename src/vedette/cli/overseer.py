"""A second process that ends a command which does not heed its limits.

DuckDB stops a query between two steps of it; within one (``SELECT repeat('x', 2000000000)``) it neither looks at the clock nor
counts every byte.  So a person's own SQL runs in a child with a limit on its memory, and the parent ends it when its
time is over.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

try:
    import resource
except ImportError:  # pragma: no cover - Windows
    resource = None  # type: ignore[assignment]

GRACE_S = 2.0
"""DuckDB's own limit comes first, and says more."""
OVERHEAD_BYTES = 1 << 30
"""Address space that is not a query's: libraries, and what each thread's allocator sets aside without using it."""
_POLL_S = 0.02


def oversee(*, name: str, within_s: float, memory_bytes: int) -> None:
    """Go on in a child process; the parent waits here and exits as the child did, or ends it when its time is over.

    Call it before DuckDB is loaded and before any thread is started.  Where there is no fork, it does nothing.
    """
    if not hasattr(os, "fork") or resource is None:
        return
    child = os.fork()
    if child == 0:
        _limit_memory(memory_bytes + OVERHEAD_BYTES)
        return
    # Ctrl-C reaches both; the child says what there is to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    status = _wait(child, time.monotonic() + within_s + GRACE_S)
    if status is None:
        _end(child)
        sys.stderr.write(f"{name}: The query took longer than {within_s:g} s and was ended.\n")
    elif status < 0:
        sys.stderr.write(
            f"{name}: The query was ended by signal {-status}; it may have needed too much memory.\n"
        )
    sys.exit(1 if status is None or status < 0 else status)


def _limit_memory(more_bytes: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * os.sysconf("SC_PAGE_SIZE") + more_bytes
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))


def _wait(child: int, until: float) -> int | None:
    """Return the child's exit code, negative for a signal; None where it goes on past *until*."""
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_POLL_S)
    return None


def _end(child: int) -> None:
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
