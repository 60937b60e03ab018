"""What grouping costs: microseconds of CPU for each event of 1, 30 and 100 frames, and for each message of 200 characters.

    python benchmarks/grouping.py [--repeat 15] [--json FILE]

Each figure is the least over the rounds of what one event takes, from the decoded event to its hashes, title and
explanation; on a machine with other work to do the least is nearest to the code's own cost.  The events are of one
fault, with source and variables, so that what is remembered of paths is remembered as it would be in a drain.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine import machine
from wire import event

from vedette.issues.grouping.algorithm import group
from vedette.issues.grouping.parameters import parameterize
from vedette.issues.grouping.rule_text import parse
from vedette.wire.sentry.event import normalised

EVENTS = 100
RULES = parse(
    "type:OSError path:**/storage/** -> storage\n"
    'message:"*deadlock detected*" -> deadlock\n'
    'module:shop.payments.* !level:warning -> {{ default }}, {{ tags.provider }} title="{{ error.type }}"'
)
MESSAGES = {
    "words": "connection to the database failed because the server closed the connection unexpectedly and this probably "
    "means that the server terminated abnormally before or while it processed the request of the site",
    "values": "order 1234 of bo@example.com at 2024-01-02T10:11:12Z failed: 10.0.0.1:5432 refused the connection (request "
    "7c1811ed-e98f-4c9c-a9f9-58c757ff494f, took 12.5s) while fetching https://shop.example/a/b?page=1",
    "paths": "FileNotFoundError: [Errno 2] No such file: '/srv/site/media/2024/01/02/image.jpeg' while rendering "
    "templates/shop/order/detail.html for the customer with key='abc' and paid=True, again and again",
}


def events(frames: int, *, has_trace: bool = True) -> list[dict[str, Any]]:
    """Return events of one fault whose messages differ in an order's number."""
    made = []
    for number in range(EVENTS):
        one = normalised(event(frames))
        thrown = one["exception"]["values"][0]
        thrown["value"] = f"cannot price order {number} of bo{number}@example.com"
        if not has_trace:
            del thrown["stacktrace"]
        made.append(one)
    return made


def grouping(made: list[dict[str, Any]], **options: Any) -> Callable[[], float]:
    """Return what gives the microseconds for each of the events *made*."""

    def run() -> float:
        started = time.process_time()
        for one in made:
            group(one, **options)
        return (time.process_time() - started) / len(made) * 1e6

    return run


def message(text: str) -> Callable[[], float]:
    """Return what gives the microseconds for *text*."""

    def run() -> float:
        started = time.process_time()
        for _ in range(EVENTS * 5):
            parameterize(text)
        return (time.process_time() - started) / EVENTS / 5 * 1e6

    return run


def main() -> None:
    """Measure, print a table, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tasks: dict[str, Callable[[], float]] = {
        "event without a stack trace": grouping(events(1, has_trace=False)),
        "event of 1 frame": grouping(events(1)),
        "event of 30 frames": grouping(events(30)),
        "event of 30 frames, 3 rules": grouping(events(30), rules=RULES),
        "event of 100 frames": grouping(events(100)),
        **{f"message of {len(text)} characters, {kind}": message(text) for kind, text in MESSAGES.items()},
    }
    rounds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(options.repeat):
        for name, task in tasks.items():
            rounds[name].append(task())
    results = {
        name: {"min_us": round(min(found), 1), "median_us": round(statistics.median(found), 1)}
        for name, found in rounds.items()
    }
    for name, figures in results.items():
        sys.stdout.write(
            f"{name:36} min {figures['min_us']:7.1f} us   median {figures['median_us']:7.1f} us\n"
        )
    if options.json:
        told = {"machine": machine("msgspec"), "microseconds": results}
        options.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
