"""What it costs to make issues of errors: microseconds of one core's time for each event, by step.

    python benchmarks/digest.py [--events 3000] [--rounds 5] [--json FILE]

Errors are written to a journal and drained into a store and a state database (SQLite) of this run's own, as ``vedette run`` does:
``all`` is the whole of it; ``read`` decodes the lines, ``group`` finds the hashes of each event (the sink's `prepare`), ``count``
updates issues and what belongs to them in the drain's transaction (its `digest`).  *Again* is fifty faults that come again and
again; *new* is a fault of its own each time.  Each figure is the median of the rounds, of processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("VEDETTE_INGEST_DIR", tempfile.mkdtemp(prefix="digest-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ingest_site")

import django
from machine import machine
from wire import event

FRAMES = {"2 KB": 1, "50 KB": 50}
FAULTS = 50


def payloads(frames: int, number: int, *, is_new: bool) -> Iterator[bytes]:
    """Give *number* envelopes of an event with *frames* frames."""
    for place in range(number):
        made = event(frames)
        made["timestamp"] = time.time()
        thrown = made["exception"]["values"][0]
        # Letters: a number would be taken out of what is grouped.
        fault = place if is_new else place % FAULTS
        name = "".join("abcdefghij"[int(digit)] for digit in str(fault))
        thrown["stacktrace"]["frames"][-1] |= {"function": f"fault_{name}", "context_line": f"raise {name}"}
        data = json.dumps(made).encode()
        yield b'{}\n{"type":"event","length":%d}\n' % len(data) + data


def drained(frames: int, number: int, *, is_new: bool) -> dict[str, float]:
    """Write *number* events, drain them, and return the microseconds of each step for each event."""
    from vedette import wiring
    from vedette.capture.recorder import recorder
    from vedette.pipeline import lines
    from vedette.wire.arrival import Arrival
    from vedette.wire.sentry.decoding import decode_pieces

    arrival = Arrival(received_at=wiring.utc_now(), service=f"shop-{frames}-{is_new}-{time.time_ns()}")
    for body in payloads(frames, number, is_new=is_new):
        for signal in decode_pieces([body], arrival=arrival).signals:
            recorder().record(signal)
    worker = wiring.worker()
    worker.lease.acquire()
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, do: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            started = time.process_time()
            try:
                return do(*args, **options)
            finally:
                spent[name] += time.process_time() - started

        return call

    class Timed:
        def __init__(self, sink: Any) -> None:
            self.tables = sink.tables
            self.prepare, self.digest = timed("group", sink.prepare), timed("count", sink.digest)

    worker.drain.sinks = [Timed(sink) if "errors" in sink.tables else sink for sink in worker.drain.sinks]
    add, lines.Batch.add = lines.Batch.add, timed("read", lines.Batch.add)  # type: ignore[method-assign]
    try:
        while timed("all", worker.drain.run_once)().has_more:
            pass
    finally:
        lines.Batch.add = add  # type: ignore[method-assign]
        worker.lease.release()
    return {name: seconds / number * 1e6 for name, seconds in spent.items()}


def main() -> None:
    """Measure, print a table, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    django.setup()
    from vedette import wiring

    wiring.prepare_state()
    results: dict[str, dict[str, float]] = {}
    for size, frames in FRAMES.items():
        for is_new in (False, True):
            number = options.events if frames == 1 else options.events // 3
            rounds = [drained(frames, number, is_new=is_new) for _ in range(options.rounds)]
            figures = {step: round(statistics.median(each[step] for each in rounds), 1) for step in rounds[0]}
            figures["events_per_s"] = round(1e6 / (figures["read"] + figures["group"] + figures["count"]))
            results[f"{size}, {'new' if is_new else 'again'}"] = figures
            sys.stdout.write(f"{size:6} {'new' if is_new else 'again':6} {figures}\n")
    if options.json:
        told = {"machine": machine("vedette", "django", "duckdb", "msgspec"), "microseconds": results}
        options.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
