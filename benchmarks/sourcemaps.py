"""What a source map costs: bringing it into the form that is searched, and looking places up in it.

    python benchmarks/sourcemaps.py [--positions 30000 300000] [--rounds 5] [--json FILE]

A map of so many positions, each with a name now and then, of one minified line of 200 sources with their text, is compiled in a process of
its own:

- ``map_mb``, ``compiled_mb``: bytes of the map as it was uploaded, and of the form on the disk;
- ``compile_s``: processor time, once for each map, when the first error needs it;
- ``compile_mib``: how much more memory the process held at its peak;
- ``look_up_us``: processor time to find one place, its source, its name and the text of its source.

Each figure is the median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from machine import machine

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SOURCES, NAMES, NAME_EVERY = 200, 3000, 4
LOOK_UPS = 2000
SEED = 20261126


def vlq(number: int) -> str:
    """Return *number* as base64 VLQ."""
    rest = (abs(number) << 1) | (number < 0)
    written = ""
    while True:
        rest, digit = rest >> 5, rest & 31
        written += DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return written


def source_map(positions: int) -> tuple[bytes, int]:
    """Return a map of one line with so many *positions*, and how wide that line is."""
    chance = random.Random(SEED)
    segments, width = [], 0
    source = line = column = name = 0
    for place in range(positions):
        step = chance.randint(2, 9)
        to = place * SOURCES // positions, place * SOURCES % positions // SOURCES, chance.randint(0, 80)
        fields = [step if place else 0, to[0] - source, to[1] - line, to[2] - column]
        (source, line, column), width = to, width + (step if place else 0)
        if place % NAME_EVERY == 0:
            named = chance.randrange(NAMES)
            fields.append(named - name)
            name = named
        segments.append("".join(map(vlq, fields)))
    text = "".join(
        f"export const value{row} = compute({row}, options);\n" for row in range(positions // SOURCES + 1)
    )
    body = {
        "version": 3,
        "names": [f"functionOfTheSite{number}" for number in range(NAMES)],
        "sources": [f"src/part{number}.ts" for number in range(SOURCES)],
        "sourcesContent": [text] * SOURCES,
        "mappings": ",".join(segments),
    }
    return json.dumps(body).encode(), width


def peak_kib() -> int:
    """Return the most memory that this process held, in KiB."""
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    return int(line.split()[1])


def measure(uploaded: Path, width: int, results: multiprocessing.SimpleQueue[dict[str, float]]) -> None:
    """Compile the map in the file *uploaded*, look places up in it, and put the figures into *results*."""
    from vedette.sourcemaps import compiled

    # What the process that started this one held at its peak would hide this one's.
    Path("/proc/self/clear_refs").write_text("5")
    data = uploaded.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "compiled")
        before, started = peak_kib(), time.process_time()
        with path.open("wb") as file:
            compiled.write(file, data)
        took = time.process_time() - started
        more = peak_kib() - before
        chance = random.Random(SEED)
        places = [chance.randrange(width) for _ in range(LOOK_UPS)]
        opened = compiled.CompiledMap(path)
        started = time.process_time()
        for column in places:
            found = opened.position_of(line=0, column=column)
            assert found is not None
            opened.source_name(found.source)
            opened.source_text(found.source)
        looked_up = time.process_time() - started
        opened.close()
        results.put(
            {
                "map_mb": len(data) / 1e6,
                "compiled_mb": path.stat().st_size / 1e6,
                "compile_s": took,
                "compile_mib": more / 1024,
                "look_up_us": looked_up / LOOK_UPS * 1e6,
            }
        )


def main() -> None:
    """Measure, print a table, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--positions", type=int, nargs="+", default=[30_000, 300_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results: dict[int, dict[str, float]] = {}
    for positions in options.positions:
        rounds = []
        with tempfile.TemporaryDirectory() as scratch:
            data, width = source_map(positions)
            uploaded = Path(scratch, "app.js.map")
            uploaded.write_bytes(data)
            for _ in range(options.rounds):
                queue: multiprocessing.SimpleQueue[dict[str, float]] = context.SimpleQueue()
                process = context.Process(target=measure, args=(uploaded, width, queue))
                process.start()
                process.join()
                rounds.append(queue.get())
        results[positions] = {
            name: round(statistics.median(each[name] for each in rounds), 2) for name in rounds[0]
        }
        sys.stdout.write(f"{positions:9,} positions {results[positions]}\n")
    if options.json:
        told = {"machine": machine("vedette", "msgspec"), "positions": results}
        options.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
