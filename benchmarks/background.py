"""The background process under a steady load: its memory, its share of a core, and how far records lag behind.

``python benchmarks/background.py [--rate 500] [--seconds 60]`` writes requests (and a log record for every second one) to
a journal at a steady rate, lets ``Worker.run`` drain them in a process of its own, and prints JSON:

- ``rss_mib``: the most memory the process held; ``cpu_share``: its processor time by the time that passed;
- ``visible_s``: from the append until a query in another process returns the record;
- ``digested_s``: from the append until the record's line is consumed, its part is in the catalogue, and sinks were called.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import psutil

SETTLING_S = 5.0
"""At the start the process is still importing what it needs; its load is measured from here on."""


def main() -> None:
    """Parse the options, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=500, help="requests per second")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as scratch:
        print(json.dumps(measure(Path(scratch), rate=options.rate, seconds=options.seconds), indent=2))


def measure(directory: Path, *, rate: int, seconds: float) -> dict[str, Any]:
    """Run writer, background process and observers for *seconds* and return what was seen."""
    context = multiprocessing.get_context("spawn")
    ending = context.Event()
    background = context.Process(target=_background, args=(directory, ending))
    writer = context.Process(target=_write, args=(directory, rate, seconds))
    background.start()
    writer.start()
    _configure(directory)
    observed = psutil.Process(background.pid)
    visible: list[float] = []
    digested: list[float] = []
    watchers = [
        threading.Thread(target=_watch_queries, args=(writer, visible), daemon=True),
        threading.Thread(target=_watch_catalogue, args=(writer, directory, digested), daemon=True),
    ]
    for watcher in watchers:
        watcher.start()
    rss: list[int] = []
    time.sleep(SETTLING_S)
    began, used = time.monotonic(), _cpu_s(observed)
    while writer.is_alive():
        rss.append(observed.memory_info().rss)
        writer.join(timeout=0.25)
    took, used = time.monotonic() - began, _cpu_s(observed) - used
    for watcher in watchers:
        watcher.join(timeout=30)
    ending.set()
    background.join(timeout=60)
    return {
        "rate": rate,
        "seconds": seconds,
        "rss_mib": {"max": _mib(max(rss)), "median": _mib(statistics.median(rss))},
        "cpu_share": round(used / took, 3),
        "visible_s": _summary(visible),
        "digested_s": _summary(digested),
        "rows": _rows(),
        "python": sys.version.split()[0],
        "load": os.getloadavg()[0],
    }


def _configure(directory: Path) -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=["vedette"],
            VEDETTE={"DIR": directory / "vedette", "BACKGROUND": "off", "SERVICE": "bench"},
            LOGGING_CONFIG=None,
            USE_TZ=True,
        )
        import django

        django.setup()


def _background(directory: Path, ending: Event) -> None:
    _configure(directory)
    from vedette import wiring

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = wiring.worker()

    def stop_at_the_end() -> None:
        ending.wait()
        worker.stop()

    threading.Thread(target=stop_at_the_end, daemon=True).start()
    worker.run()


def _write(directory: Path, rate: int, seconds: float) -> None:
    """Write at *rate* from one process, as its workers together would."""
    _configure(directory)
    from vedette.capture.recorder import recorder
    from vedette.record.ids import new_span_id, new_trace_id
    from vedette.record.signals import Log, Request

    chance, record = random.Random(7), recorder().record
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        delay = began + number / rate - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        now = dt.datetime.now(dt.UTC)
        trace_id = new_trace_id(int(now.timestamp() * 1000))
        record(
            Request(
                time=now,
                trace_id=trace_id,
                span_id=new_span_id(),
                request_id=trace_id,
                method="GET",
                route=f"/route/{number % 40}/<int:pk>/",
                path=f"/route/{number % 40}/{number}/",
                status=chance.choice((200, 200, 200, 302, 404, 500)),
                duration_ms=round(chance.lognormvariate(3, 1), 3),
                response_bytes=chance.randrange(50_000),
                ip="203.0.113.0",
                user_id=str(chance.randrange(2000)),
                query_count=chance.randrange(20),
                query_ms=round(chance.random() * 20, 3),
                attributes={
                    "user_agent.original": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
                },
            )
        )
        if number % 2:
            record(
                Log(
                    time=now,
                    trace_id=trace_id,
                    severity=9,
                    severity_text="INFO",
                    logger="apps.tasks",
                    message=f"task {number} was finished by user {number % 2000}",
                    template="task %s was finished by user %s",
                    module="views",
                    line=42,
                )
            )


def _watch_queries(writer: Any, lags: list[float]) -> None:
    """Ask for the newest request again and again: it can be no older than a query takes to see it."""
    from vedette import wiring
    from vedette.store.query import Query, TimeRange

    time.sleep(SETTLING_S)
    while writer.is_alive():
        now = dt.datetime.now(dt.UTC)
        last = TimeRange(now - dt.timedelta(seconds=60), now + dt.timedelta(seconds=60))
        [result] = wiring.store().run(Query("SELECT max(time) FROM requests", ("requests",), range=last))
        newest = result.rows[0][0]
        if newest is not None:
            lags.append((dt.datetime.now(dt.UTC) - newest).total_seconds())
        time.sleep(0.5)


def _watch_catalogue(writer: Any, directory: Path, lags: list[float]) -> None:
    """Note when bytes were there, and when they were consumed."""
    from vedette.catalogue.catalogue import StateCatalogue
    from vedette.store import segments

    catalogue = StateCatalogue(fence=lambda: None)
    waiting: list[tuple[str, int, float]] = []
    sizes: dict[str, int] = {}
    time.sleep(SETTLING_S)
    while writer.is_alive():
        for segment in segments.scan(directory / "vedette" / "journal", table="requests"):
            if segment.size > sizes.get(segment.name, 0):
                sizes[segment.name] = segment.size
                waiting.append((segment.name, segment.size, time.monotonic()))
        progress = catalogue.snapshot(()).progress
        now = time.monotonic()
        still = []
        for name, size, at in waiting:
            done = progress.get(name)
            if done is not None and done.offset >= size:
                lags.append(now - at)
            else:
                still.append((name, size, at))
        waiting = still
        time.sleep(0.05)


def _rows() -> int:
    from vedette import wiring

    return int(wiring.store().sql("SELECT count(*) FROM requests").rows[0][0])


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _mib(size: float) -> float:
    return round(size / (1 << 20), 1)


def _summary(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    return {
        "count": len(ordered),
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 3),
        "max": round(ordered[-1], 3),
    }


if __name__ == "__main__":
    main()
