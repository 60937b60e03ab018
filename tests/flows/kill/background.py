"""The background work in a process of its own: ``python -m tests.flows.kill.background run|tick``."""

from __future__ import annotations

import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.flows.kill.settings")


def main() -> None:
    """Run until told to stop, or tick once."""
    django.setup()
    from vedette import wiring
    from vedette.background import worker as background
    from vedette.store import merge

    # Merges come one upon the other, so that many of them are there to be killed.
    merge.FAN_IN, background.MERGE_PAUSE_S = 3, 0.02
    worker = wiring.worker()
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    if sys.argv[1] == "run":
        worker.run()
    else:
        worker.tick()


if __name__ == "__main__":
    main()
