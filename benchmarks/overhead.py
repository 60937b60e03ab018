"""What observing a request adds to it: Vedette and its peers, in one run.

Each configuration is a process of its own that serves the same two views through ``get_wsgi_application()``; rounds of
requests go round the processes in changing order, so that whatever else the machine does meets all alike.  A figure "over
bare" is the median, over the rounds, of the difference from the bare site in the same round.

    python benchmarks/overhead.py [--rounds 40] [--requests 250] [--json overhead.json] [--only vedette ...]

Peers that are not installed are left out and named (`pip install --group bench` installs them).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
VIEWS = {"plain": "/plain/42/", "queries": "/queries/"}
TARGETS_US = {"vedette": 30.0, "vedette, 10 % traces": 50.0, "vedette, Sentry's API, 10 %": 50.0}


@dataclass(frozen=True)
class Configuration:
    """One way to observe the site; `worker` is the name under which `overhead_site` knows it."""

    title: str
    worker: str
    distribution: str
    records_each: bool
    share: float = 1.0
    """Of the requests per round; django-silk takes a hundred times as long as the others."""


CONFIGURATIONS = [
    Configuration("bare", "bare", "Django", False),
    Configuration("vedette", "vedette", "", True),
    Configuration("vedette, 10 % traces", "vedette_traces", "", True),
    Configuration("vedette, all traces", "vedette_all_traces", "", True),
    Configuration("vedette, request log", "vedette_request_log", "", True),
    Configuration("vedette, Sentry's API", "vedette_sentry", "", True),
    Configuration("vedette, Sentry's API, 10 %", "vedette_sentry_traces", "", True),
    Configuration("django-prometheus", "prometheus", "django-prometheus", True),
    Configuration("django-structlog", "structlog", "django-structlog", True),
    Configuration("OpenTelemetry", "opentelemetry", "opentelemetry-instrumentation-django", True),
    Configuration("sentry-sdk, errors only", "sentry_0", "sentry-sdk", False),
    Configuration("sentry-sdk, 10 % traces", "sentry_10", "sentry-sdk", False),
    Configuration("sentry-sdk, all traces", "sentry_100", "sentry-sdk", True),
    Configuration("django-silk", "silk", "django-silk", True, share=0.1),
]


@dataclass
class Worker:
    """A process that serves one configuration, and the rounds it has run: microseconds per request, by view.

    `cpu` holds the processor time of the same requests, which other work on the machine does not lengthen much.
    """

    configuration: Configuration
    process: subprocess.Popen[str]
    rounds: dict[str, list[list[float]]] = field(default_factory=lambda: {view: [] for view in VIEWS})
    cpu: dict[str, list[list[float]]] = field(default_factory=lambda: {view: [] for view in VIEWS})

    def run(self, view: str, requests: int) -> list[tuple[float, float]]:
        """Serve *requests* requests of *view*, or this configuration's share of them; return how long each took."""
        requests = max(10, int(requests * self.configuration.share))
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{VIEWS[view]} {requests}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.configuration.title}: the process ended")
        found: list[tuple[float, float]] = json.loads(answer)
        return found


def is_installed(configuration: Configuration) -> bool:
    """Tell whether the peer's distribution is there."""
    try:
        importlib.metadata.version(configuration.distribution or "msgspec")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def start(configuration: Configuration, directory: Path) -> Worker:
    """Start the process of *configuration*."""
    home = directory / configuration.worker
    home.mkdir()
    path = os.pathsep.join([str(HERE.parent / "src"), str(HERE), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, str(HERE / "overhead_site.py"), configuration.worker, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    return Worker(configuration, process)


def measure(workers: list[Worker], *, rounds: int, requests: int) -> None:
    """Run *rounds* rounds of *requests* requests in every worker."""
    for worker in workers:
        for view in VIEWS:
            worker.run(view, 200)  # warm: imports, caches, connections
    for number in range(rounds):
        for view in VIEWS:
            for worker in random.sample(workers, len(workers)):
                samples = worker.run(view, requests)
                worker.rounds[view].append([took for took, _ in samples])
                worker.cpu[view].append([cpu for _, cpu in samples])
        print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr)
    print(file=sys.stderr)


def figures(workers: list[Worker]) -> dict[str, dict[str, dict[str, float]]]:
    """Return {view: {title: figures in microseconds}}."""
    bare = next(worker for worker in workers if worker.configuration.worker == "bare")
    found: dict[str, dict[str, dict[str, float]]] = {}
    for view in VIEWS:
        bare_medians = [statistics.median(samples) for samples in bare.rounds[view]]
        bare_p99, bare_cpu_p99 = _p99(bare.rounds[view]), _p99(bare.cpu[view])
        found[view] = {}
        for worker in workers:
            medians = [statistics.median(samples) for samples in worker.rounds[view]]
            over = [ours - theirs for ours, theirs in zip(medians, bare_medians, strict=True)]
            quartiles = statistics.quantiles(over, n=4) if len(over) > 1 else [over[0]] * 3
            found[view][worker.configuration.title] = {
                "median_us": round(statistics.median(medians), 1),
                "p99_us": round(_p99(worker.rounds[view]), 1),
                "over_bare_us": round(statistics.median(over), 1),
                "over_bare_quartile_1_us": round(quartiles[0], 1),
                "over_bare_quartile_3_us": round(quartiles[2], 1),
                "p99_over_bare_us": round(_p99(worker.rounds[view]) - bare_p99, 1),
                "cpu_p99_over_bare_us": round(_p99(worker.cpu[view]) - bare_cpu_p99, 1),
                "requests": sum(map(len, worker.rounds[view])),
            }
    return found


def _p99(rounds: list[list[float]]) -> float:
    samples = sorted(sample for samples in rounds for sample in samples)
    return samples[min(len(samples) - 1, int(len(samples) * 0.99))]


def import_cost(repeats: int) -> dict[str, float]:
    """Return what capture adds to Django and sentry_sdk once imported and started: seconds and MB of resident memory.

    Celery and httpx, which the SDK loads where they are installed, are loaded before: a site that has them loads them anyway.
    """
    code = (
        "import contextlib, importlib, os, time, django, sentry_sdk\n"
        "for name in ('celery', 'httpx'):\n"
        "    with contextlib.suppress(sentry_sdk.integrations.DidNotEnable):\n"
        "        importlib.import_module('sentry_sdk.integrations.' + name)\n"
        "from django.conf import settings\n"
        "import pathlib, tempfile\n"
        "home = pathlib.Path(tempfile.mkdtemp())\n"
        "settings.configure(INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes'], VEDETTE={'DIR': home})\n"
        "django.setup()\n"
        "import django.core.handlers.wsgi\n"
        "def rss(): return int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6\n"
        "before, began = rss(), time.perf_counter()\n"
        "import vedette.middleware, vedette.capture.logging, vedette.capture.formatters\n"
        "from vedette.capture.sentry import client\n"
        "assert client.start()\n"
        "print(time.perf_counter() - began, rss() - before)\n"
    )
    path = os.pathsep.join([str(HERE.parent / "src"), os.environ.get("PYTHONPATH", "")])
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": path},
        ).stdout.split()
        for _ in range(repeats)
    ]
    seconds, megabytes = zip(*((float(run[0]), float(run[1])) for run in runs), strict=True)
    return {"seconds": round(statistics.median(seconds), 3), "rss_mb": round(statistics.median(megabytes), 1)}


def versions(configurations: list[Configuration]) -> dict[str, str]:
    """Return the version of each distribution that took part."""
    names = {configuration.distribution for configuration in configurations} | {"msgspec"}
    return {name: importlib.metadata.version(name) for name in sorted(names - {""})}


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the figures for people."""
    lines = []
    for view, rows in found.items():
        lines.append(f"\n{view} ({VIEWS[view]}), microseconds")
        lines.append(
            f"{'':30}{'median':>9}{'p99':>9}{'over bare':>12}{'quartiles':>18}{'p99 over bare':>16}{'of processor':>14}"
        )
        for title, row in rows.items():
            quartiles = f"{row['over_bare_quartile_1_us']:.1f} to {row['over_bare_quartile_3_us']:.1f}"
            lines.append(
                f"{title:30}{row['median_us']:9.1f}{row['p99_us']:9.1f}{row['over_bare_us']:12.1f}"
                f"{quartiles:>18}{row['p99_over_bare_us']:16.1f}{row['cpu_p99_over_bare_us']:14.1f}"
            )
    return "\n".join(lines)


def verdicts(found: dict[str, dict[str, dict[str, float]]], configurations: list[Configuration]) -> list[str]:
    """Return what of the targets is not met."""
    plain = found["plain"]
    missed = [
        f"{title}: {plain[title]['over_bare_us']} us over bare, target {target}"
        for title, target in TARGETS_US.items()
        if title in plain and plain[title]["over_bare_us"] > target
    ]
    with_sentry, stock = plain.get("vedette, Sentry's API, 10 %"), plain.get("sentry-sdk, 10 % traces")
    if with_sentry and stock and with_sentry["over_bare_us"] * 5 > stock["over_bare_us"]:
        missed.append("vedette with Sentry's API adds more than a fifth of what sentry-sdk adds by itself")
    ours = plain.get("vedette")
    for configuration in configurations:
        is_peer = configuration.records_each and configuration.distribution
        if ours and is_peer and plain[configuration.title]["over_bare_us"] <= ours["over_bare_us"]:
            missed.append(f"{configuration.title} adds less than vedette")
    return missed


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--requests", type=int, default=250, help="requests per round and view")
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument(
        "--only", nargs="*", default=[], help="names of workers, such as vedette or sentry_10"
    )
    options = parser.parse_args()

    wanted = [each for each in CONFIGURATIONS if not options.only or each.worker in {"bare", *options.only}]
    chosen = [configuration for configuration in wanted if is_installed(configuration)]
    left_out = [configuration.title for configuration in wanted if configuration not in chosen]
    with tempfile.TemporaryDirectory() as directory:
        workers = [start(configuration, Path(directory)) for configuration in chosen]
        try:
            measure(workers, rounds=options.rounds, requests=options.requests)
        finally:
            for worker in workers:
                worker.process.kill()
                worker.process.wait()
    found = figures(workers)
    result: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": versions(chosen),
        "left_out": left_out,
        "views": found,
        "import": import_cost(9),
        "missed": verdicts(found, chosen),
    }
    print(table(found))
    print(
        f"\nimport of capture: {result['import']['seconds']} s, {result['import']['rss_mb']} MB over Django and sentry_sdk"
    )
    for title in left_out:
        print(f"left out, not installed: {title}")
    for line in result["missed"]:
        print(f"MISSED {line}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
