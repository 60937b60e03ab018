"""Kill processes of a busy site at random moments and count what the store then holds.

``python -m tests.flows.kill.run --kills 100 [--preload] [--background tick] [--seed 1]`` prints JSON; the exit status
says whether every request whose answer was received is in the store exactly once.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.flows.kill.processes import Background, Site

CLIENTS = 3
PAUSE_S = 0.004
"""Between two requests of a client: the machine is to be busy, not stuck."""
IDS = "SELECT request_id FROM requests"
MOMENTS = {
    "drain_writes": "*/*/0-*.partial",
    "drain_commits": "*/*/0-*.parquet",
    "merge_writes": "*/*/[1-9]*.partial",
    "merge_commits": "*/*/[1-9]*.parquet",
}
"""What the background work is about to do when a new file of this pattern is seen; it is also killed in between."""


@dataclass
class Clients:
    """Threads that ask for the page again and again, and note which answers they received."""

    port: int
    received: list[str] = field(default_factory=list)
    failed: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start them."""
        self.threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Stop them."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=30)

    def _ask(self) -> None:
        while not self.stopping.wait(PAUSE_S):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("GET", "/")
                response = connection.getresponse()
                if response.status == 200 and response.read() == b"hello":
                    self.received.append(response.headers["X-Request-ID"])
            except (OSError, http.client.HTTPException):
                self.failed += 1
            finally:
                connection.close()


@dataclass
class Reader:
    """A thread that queries all the time: nothing may be missing and nothing double, at any moment."""

    clients: Clients
    queries: int = 0
    missing: int = 0
    doubled: int = 0
    errors: list[str] = field(default_factory=list)
    slowest_ms: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Query until told to stop."""
        from vedette import wiring

        while not self.stopping.wait(0.02):
            known = self.clients.received[:]
            started = time.perf_counter()
            try:
                ids = Counter(row[0] for row in wiring.store().sql(IDS).rows)
            except Exception as error:  # noqa: BLE001 - each failure is counted, none ends the reading
                self.errors.append(f"{type(error).__name__}: {error}")
                continue
            self.slowest_ms = max(self.slowest_ms, (time.perf_counter() - started) * 1000)
            self.queries += 1
            self.missing += sum(1 for request_id in known if request_id not in ids)
            self.doubled += sum(1 for number in ids.values() if number > 1)


def kill_and_count(
    directory: Path, *, kills: int, is_preloaded: bool, verb: str, seed: int
) -> dict[str, Any]:
    """Do it all in *directory* and return what was seen."""
    chance = random.Random(seed)
    site, background = Site(directory, is_preloaded), Background(directory, verb)
    site.start()
    background.ensure()
    clients = Clients(site.port)
    reader = Reader(clients)
    reading = threading.Thread(target=reader.read, daemon=True)
    started = time.monotonic()
    killed: Counter[str] = Counter()
    clients.start()
    reading.start()
    try:
        while sum(killed.values()) < kills:
            background.ensure()
            if chance.random() < 0.35:
                time.sleep(chance.uniform(0.0, 0.3))
                killed["worker"] += site.kill_worker(chance)
                continue
            moment = chance.choice((*MOMENTS, "any"))
            if moment == "any" or not background.await_work(MOMENTS[moment], at_most_s=3):
                moment = "any"
                time.sleep(chance.uniform(0.5, 1.5))
            else:
                time.sleep(chance.choice((0.0, 0.0, 0.001, 0.005, 0.02)))
            killed[moment] += background.kill()
        clients.stop()
        site.stop()
    finally:
        clients.stopping.set()
        if site.process is not None and site.process.poll() is None:
            site.process.kill()
        background.stop()
        reader.stopping.set()
        reading.join(timeout=60)
    took_s = time.monotonic() - started
    assert background.start("tick").wait(timeout=120) == 0, "the last tick failed"
    return {
        "kills": dict(killed),
        "took_s": round(took_s, 1),
        "answers": len(clients.received),
        "failed": clients.failed,
        "background_failures": background.failures,
        "reader": {
            "queries": reader.queries,
            "missing": reader.missing,
            "doubled": reader.doubled,
            "errors": reader.errors[:5],
            "slowest_ms": round(reader.slowest_ms, 1),
        },
        **_counts(directory, clients.received),
    }


def _counts(directory: Path, received: list[str]) -> dict[str, Any]:
    from vedette import wiring
    from vedette.catalogue.models import PartRow

    # What was drained must be in parts: the journal is not there to help any more.
    (directory / "journal").rename(directory / "journal.done")
    ids = Counter(row[0] for row in wiring.store().sql(IDS).rows)
    rolled_up = wiring.store().sql("SELECT sum(requests) FROM requests_hourly").rows[0][0]
    levels = Counter(
        PartRow.objects.filter(table="requests", removed_us=None).values_list("level", flat=True)
    )
    return {
        "stored": sum(ids.values()),
        "lost": sum(1 for request_id in received if request_id not in ids),
        "doubled": sum(1 for number in ids.values() if number > 1),
        "rolled_up": rolled_up,
        "parts_by_level": dict(sorted(levels.items())),
        "quarantined": sorted(path.name for path in (directory / "quarantine").glob("*") if path.is_file()),
    }


def is_right(seen: dict[str, Any]) -> bool:
    """Tell whether *seen* is what must be."""
    reader = seen["reader"]
    wrong = (
        seen["lost"],
        seen["doubled"],
        reader["missing"],
        reader["doubled"],
        len(reader["errors"]),
        len(seen["background_failures"]),
    )
    return (
        not any(wrong)
        and seen["rolled_up"] == seen["stored"]
        and seen["answers"] > 0
        and reader["queries"] > 0
    )


def main() -> None:
    """Parse the options, do it, print what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=int(os.environ.get("VEDETTE_KILLS", "12")))
    parser.add_argument("--preload", action="store_true")
    parser.add_argument("--background", choices=("run", "tick"), default="run")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--directory", type=Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="vedette-kill-"))
        directory = options.directory or Path(scratch)
        os.environ["VEDETTE_KILL_DIR"] = str(directory)
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.flows.kill.settings"
        import django

        django.setup()
        seen = kill_and_count(
            directory,
            kills=options.kills,
            is_preloaded=options.preload,
            verb=options.background,
            seed=options.seed,
        )
    print(json.dumps({"seed": options.seed, **seen}, indent=2))
    sys.exit(not is_right(seen))


if __name__ == "__main__":
    main()
