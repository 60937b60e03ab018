"""What a page costs, and a row's bytes, against the rows stored: 1 million, 10 million and 100 million requests.

For each size a store is filled with 30 days of made-up requests and 7 of logs and spans (`telemetry`, `filling`), by the
store's own writer, merges and rollups.  Then another process asks the pages' own questions of it, as a site with Vedette's
default settings would: once with nothing in memory (a new engine, the files dropped from the page cache), then again and
again.  Figures are medians of the latter.

    python benchmarks/query.py [--rows 1e6 1e7 1e8] [--runs 7] [--folder FOLDER] [--keep] [--results FOLDER]
    python benchmarks/query.py --rows 5e5 --spans 2e6

Filling takes about a minute, and 65 MB of disk, per million requests.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import plot
from machine import machine

if TYPE_CHECKING:
    from vedette.store.engines.embedded.store import EmbeddedStore
    from vedette.store.query import TimeRange

HERE = Path(__file__).resolve().parent
DAYS = 30
MOST_LOGS = 10_000_000
SMALL = 10_000
MIB = 1 << 20
RANGES = {
    "1 hour": dt.timedelta(hours=1),
    "24 hours": dt.timedelta(hours=24),
    "7 days": dt.timedelta(days=7),
    "30 days": dt.timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure of stores of up to `rows` requests may be at most."""

    rows: int
    at_most: float


TARGETS: Mapping[str, tuple[Target, ...]] = {
    **{f"overview, {name}": (Target(10**7, 300), Target(10**8, 1000)) for name in RANGES},
    "logs by words, 24 hours": (Target(10**8, 1000),),
    "logs by a word that none has, 24 hours": (Target(10**8, 1000),),
    "bytes per request": (Target(10**8, 60),),
    "bytes per log line": (Target(10**8, 60),),
    "three queries, 24 hours": (Target(SMALL, 40),),
}


def main() -> None:
    """Fill and measure a store of each size, print the figures and keep them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", nargs="*", type=_number, default=[10**6, 10**7], help="sizes, in requests")
    parser.add_argument("--logs", type=_number, default=MOST_LOGS, help="most log lines of a store")
    parser.add_argument(
        "--spans",
        type=_number,
        default=0,
        help="ask for spans alone, so many over all days (4 a request at most)",
    )
    parser.add_argument("--runs", type=_number, default=7, help="warm runs of each question")
    parser.add_argument("--folder", type=Path, help="where the stores are made; a temporary one by default")
    parser.add_argument("--keep", action="store_true", help="keep the stores, and use those that are there")
    parser.add_argument(
        "--results", type=Path, default=HERE / "results", help="where the JSON and the plot go"
    )
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fill:
        _fill(options.fill, options.rows[0], options.logs, options.spans)
    elif options.measure:
        json.dump(_measure(options.measure, options.rows[0], options.runs, options.spans), sys.stdout)
    else:
        _compare(options)


def _compare(options: argparse.Namespace) -> None:
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="vedette-query-"))
        )
        sizes = options.rows if options.spans else [0, SMALL, *options.rows]
        found = [_one_size(folder / f"{rows}", rows, options) for rows in sizes]
    result = {
        "machine": machine("Django", "duckdb"),
        "at": dt.datetime.now(dt.UTC).isoformat(),
        "stores": found,
    }
    options.results.mkdir(parents=True, exist_ok=True)
    name = "query-spans" if options.spans else "query"
    (options.results / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    if not options.spans:
        (options.results / f"{name}.svg").write_text(_plot(found))
    for store in found:
        print(_table(store))
    print(f"Written to {options.results}.")


def _one_size(folder: Path, rows: int, options: argparse.Namespace) -> dict[str, Any]:
    sizes = ["--rows", str(rows), "--logs", str(options.logs), "--spans", str(options.spans)]
    sizes += ["--runs", str(options.runs)]
    command = [sys.executable, str(HERE / "query.py"), *sizes]
    try:
        if not (folder / "filled").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            subprocess.run([*command, "--fill", str(folder)], check=True)
        answer = subprocess.run(
            [*command, "--measure", str(folder)], check=True, stdout=subprocess.PIPE
        ).stdout
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    found: dict[str, Any] = json.loads(answer)
    return found


def _fill(folder: Path, rows: int, logs: int, spans: int) -> None:
    _set_up(folder)
    from filling import Filling

    from vedette import wiring
    from vedette.catalogue.catalogue import StateCatalogue

    for name in ("parts", "journal", "scratch"):
        (folder / name).mkdir(exist_ok=True)
    wiring.prepare_state()
    if rows:
        started = time.monotonic()
        Filling(
            folder=folder,
            catalogue=StateCatalogue(fence=lambda: None),
            days=1 if rows == SMALL else DAYS,
            requests=rows,
            logs=min(rows, logs),
            spans=spans,
            say=lambda text: print(
                f"{rows:,}: {text} after {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True
            ),
        ).run()
    (folder / "filled").touch()


def _measure(folder: Path, rows: int, runs: int, spans: int) -> dict[str, Any]:
    _set_up(folder)
    from vedette.store.rollups import rollups_of

    questions = dict(_questions_of_spans() if spans else _questions(rows))
    before_mib = _peak_mib()
    figures = {name: _timed(ask, folder, runs) for name, ask in questions.items()}
    return {
        "requests": rows,
        "questions": figures,
        "sizes": _sizes(),
        "rollups": {source: [each.name for each in rollups_of(source)] for source in ("requests", "spans")},
        "before_mib": before_mib,
        "peak_mib": _peak_mib(),
    }


def _set_up(folder: Path) -> None:
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["vedette"],
        DATABASES={},
        USE_TZ=True,
        VEDETTE={"DIR": str(folder), "BACKGROUND": "off"},
    )
    django.setup()


def _questions(rows: int) -> Iterator[tuple[str, Callable[[EmbeddedStore], object]]]:
    """Yield each question's name and how it is asked."""
    from filling import END

    from vedette.logs import queries as logs
    from vedette.requests import queries as requests
    from vedette.store.query import TimeRange

    ranges = {name: TimeRange(END - length, END) for name, length in RANGES.items()}
    day, month = ranges["24 hours"], ranges["30 days"]
    if rows <= SMALL:
        yield "three queries, 24 hours", lambda store: store.run(*_three_queries(store, day))
    for name, range in ranges.items():
        yield (
            f"overview, {name}",
            partial(requests.get_overview, range=range, now=END),
        )
    if rows <= SMALL:
        return
    for name, range in ranges.items():
        yield (
            f"route table alone, {name}",
            partial(_ask_routes, range=range),
        )
    yield "newest requests, 24 hours", lambda store: requests.list_requests(store, range=day)
    yield "newest requests, 30 days", lambda store: requests.list_requests(store, range=month)
    of_one = requests.Filters(user_id="1234")
    yield (
        "requests of one user, 30 days",
        lambda store: requests.list_requests(store, range=month, filters=of_one),
    )
    yield (
        "slowest requests, 30 days",
        lambda store: requests.list_requests(store, range=month, sort="duration"),
    )
    trace_id = _some_trace_id(day)
    yield "one request, by its id", lambda store: _existing(requests.get_request(store, id=trace_id))
    yield (
        "one request, by an id that tells no time",
        lambda store: requests.get_request(store, id="x" + trace_id[1:]),
    )
    for name, words in (("words", ("refund", "declined")), ("a word that none has", ("unheard-of",))):
        filters = logs.Filters(words=words)
        yield (
            f"logs by {name}, 24 hours",
            partial(logs.list_logs, range=day, filters=filters),
        )
    filters = logs.Filters(words=("refund", "declined"))
    yield (
        "log histogram by words, 24 hours",
        lambda store: logs.get_histogram(store, range=day, filters=filters),
    )
    yield "log histogram, 24 hours", lambda store: logs.get_histogram(store, range=day)


def _questions_of_spans() -> Iterator[tuple[str, Callable[[EmbeddedStore], object]]]:
    """Yield the questions of the pages of traces; those by rows alone have a filter that sums cannot answer."""
    from filling import END

    from vedette.store.query import TimeRange
    from vedette.traces import queries as traces

    whole, by_rows = traces.Filters(scope="all"), traces.Filters(scope="all", min_duration_ms=0.0)
    for name, length in RANGES.items():
        range = TimeRange(END - length, END)
        for said, filters in (("roots", traces.NO_FILTERS), ("all spans", whole), ("by rows alone", by_rows)):
            yield (
                f"operations, {said}, {name}",
                partial(traces.get_operations, range=range, filters=filters, now=END),
            )
        yield f"spans over time, {name}", partial(traces.get_histogram, range=range, filters=whole)
        yield f"heat map of spans, {name}", partial(traces.get_durations, range=range, filters=whole)


def _ask_routes(store: EmbeddedStore, *, range: TimeRange) -> object:
    return store.run(_three_queries(store, range)[-1])


def _three_queries(store: EmbeddedStore, range: TimeRange) -> list[Any]:
    from filling import END

    from vedette.requests import overview, plan, route_table, series
    from vedette.requests.filters import NO_FILTERS

    made = plan.plan_of(store.dialect, range, NO_FILTERS, END, 120)
    return [overview.totals_query(made), series.series_query(made), route_table.routes_query(made)]


def _some_trace_id(range: TimeRange) -> str:
    from vedette import wiring
    from vedette.requests import queries as requests

    return requests.list_requests(wiring.store(), range=range, limit=50).requests[-1].trace_id


def _existing(found: object) -> object:
    if found is None:
        raise RuntimeError("the request was not found")
    return found


def _timed(ask: Callable[[EmbeddedStore], object], folder: Path, runs: int) -> dict[str, float]:
    from vedette import wiring

    wiring.store.cache_clear()
    store: Any = wiring.store()
    _drop_from_page_cache((folder / "parts").rglob("*.parquet"))
    cold_ms, _ = _time(lambda: ask(store))
    warm = [_time(lambda: ask(store)) for _ in range(runs)]
    walls, processors = zip(*warm, strict=True)
    return {
        "cold_ms": round(cold_ms, 1),
        "median_ms": round(statistics.median(walls), 1),
        "least_ms": round(min(walls), 1),
        "most_ms": round(max(walls), 1),
        "processor_ms": round(statistics.median(processors), 1),
    }


def _time(do: Callable[[], object]) -> tuple[float, float]:
    processor, wall = time.process_time(), time.perf_counter()
    do()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000


def _drop_from_page_cache(paths: Iterable[Path]) -> None:
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _sizes() -> dict[str, dict[str, float]]:
    from vedette import wiring

    sizes: dict[str, dict[str, float]] = {}
    store: Any = wiring.store()
    for part in store.catalogue.snapshot().parts:
        table = sizes.setdefault(part.table, {"parts": 0, "rows": 0, "bytes": 0})
        table["parts"] += 1
        table["rows"] += part.rows
        table["bytes"] += part.bytes
    return sizes


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _table(store: Mapping[str, Any]) -> str:
    rows = store["requests"]
    lines = [f"\n{rows:,} requests", f"{'':44}{'cold':>9}{'median':>9}{'most':>9}{'processor':>11}   target"]
    for name, figures in store["questions"].items():
        values = "".join(f"{figures[key]:>{width}.0f}" for key, width in _SHOWN)
        lines.append(f"  {name:42}{values}  ms  {_verdict(name, rows, figures['median_ms'])}")
    sizes = store["sizes"]
    rollups = store["rollups"]
    for table, name in (
        ("requests", "bytes per request"),
        ("logs", "bytes per log line"),
        ("spans", "bytes per span"),
    ):
        if table in sizes and rows > SMALL:
            size = sizes[table]["bytes"] / sizes[table]["rows"]
            lines.append(f"  {name:42}{size:>18.1f}      {'':15}{_verdict(name, rows, size)}")
    if rows > SMALL:
        for source, what in (("requests", "request"), ("spans", "span")):
            if source in sizes:
                rolled_up = sum(sizes[name]["bytes"] for name in sizes if name in rollups[source])
                lines.append(
                    f"  {f'bytes of rollups per {what}':42}{rolled_up / sizes[source]['rows']:>18.1f}"
                )
    lines.append(
        f"  {'peak memory of the asking process':42}{store['peak_mib']:>18} MiB ({store['before_mib']} before)"
    )
    return "\n".join(lines)


_SHOWN = (("cold_ms", 9), ("median_ms", 9), ("most_ms", 9), ("processor_ms", 11))


def _verdict(name: str, rows: int, value: float) -> str:
    target = next((each for each in TARGETS.get(name, ()) if rows <= each.rows), None)
    if target is None:
        return ""
    return f"≤ {target.at_most:g}: {'met' if value <= target.at_most else 'MISSED'}"


def _plot(stores: Iterable[Mapping[str, Any]]) -> str:
    lines = {f"overview, {name}": [] for name in RANGES}  # type: dict[str, list[tuple[float, float]]]
    for store in stores:
        for name, points in lines.items():
            if store["requests"] >= SMALL:
                points.append((store["requests"], store["questions"][name]["median_ms"]))
    return plot.svg(
        lines,
        title="What the overview costs against the requests stored",
        x="requests stored",
        y="ms, median",
    )


def _number(text: str) -> int:
    return int(float(text))


if __name__ == "__main__":
    main()
