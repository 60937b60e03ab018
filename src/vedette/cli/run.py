"""Do the background work until told to stop: drain the journal, merge and roll up parts, apply retention.

Run one on each host, under a supervisor (systemd, supervisord, a container).  It ends on SIGTERM or Ctrl-C; killed in any
other way, it loses nothing, and another takes over.
"""

from __future__ import annotations

import argparse
import gc
import signal
import threading
from types import FrameType

from vedette.background.worker import Worker
from vedette.cli.output import Output
from vedette.cli.site import site_of

BATCH_OBJECTS = 100_000
"""More than a batch of documents is made of: it is freed whole when it is done, and to look for circles in it meanwhile took a
tenth of the drain's time."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette run``: there are none."""


def run(options: argparse.Namespace, output: Output) -> int:
    """Work until a signal comes."""
    worker = site_of(options).worker()
    if threading.current_thread() is threading.main_thread():
        _stop_on_signals(worker)
    output.line(f"Background work begins as {worker.lease.holder}; Ctrl-C ends it.")
    output.flush()
    gc.set_threshold(BATCH_OBJECTS, *gc.get_threshold()[1:])
    worker.run()
    output.line("Background work has ended.")
    return 0


def _stop_on_signals(worker: Worker) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
