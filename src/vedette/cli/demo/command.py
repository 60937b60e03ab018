"""Drive the todo site with people who use it, or make up a past for it.

Live, people sign up at --url, log in (and sometimes fail to), add, tag, order and finish tasks, until Ctrl-C; more of
them by day than by night.  With --backfill nothing is sent: requests, logs and queries of the past are written to the
journal and drained into the store.
"""

from __future__ import annotations

import argparse
import datetime as dt
import ipaddress
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings

from vedette.background.worker import Worker
from vedette.capture.recorder import recorder
from vedette.cli import words
from vedette.cli.demo.backfill import Backfill, UnableToBackfill
from vedette.cli.demo.live import Traffic
from vedette.cli.demo.past import Past
from vedette.cli.demo.people import make_people
from vedette.cli.options import UsageError, add_json_argument, duration, whole
from vedette.cli.output import Output
from vedette.cli.site import site_of

_PEOPLE_OF_THE_PAST = 240
_RELEASES = ("4b1f0c2e9a7d5836f1e0b9c8d7a6f5e4d3c2b1a0", "9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a291807")
_LONGEST_STOP_S = 25.0
_LONGEST_PAST = dt.timedelta(days=400)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--url", default="http://127.0.0.1:8000", type=_url, help="where the todo site answers (%(default)s)"
    )
    parser.add_argument(
        "--rate",
        default=None,
        type=whole,
        metavar="N",
        help="requests a minute, in the mean of a week (live 120, past 60)",
    )
    parser.add_argument(
        "--people", default=40, type=whole, metavar="N", help="how many people there are (%(default)s)"
    )
    parser.add_argument(
        "--for",
        default=None,
        type=duration,
        dest="lasting",
        metavar="TIME",
        help="stop after this time, such as 10m; else at Ctrl-C",
    )
    parser.add_argument(
        "--seed", default=1, type=int, metavar="N", help="the same seed makes the same choices (%(default)s)"
    )
    parser.add_argument(
        "--backfill",
        default=None,
        type=duration,
        metavar="TIME",
        help="write a past of this length, such as 7d, instead of live traffic",
    )
    parser.add_argument(
        "--release",
        action="append",
        dest="releases",
        metavar="NAME",
        help="a release of the past; given twice, the second has a new bug",
    )
    parser.add_argument(
        "--allow-remote", action="store_true", help="send live traffic to a site on another machine"
    )
    add_json_argument(parser, help="print what was done as JSON")


def run(options: argparse.Namespace, output: Output) -> int:
    """Do what the options say; return the exit code.

    Raises:
        UsageError: If they make no sense.
    """
    return _live(options, output) if options.backfill is None else _backfill(options, output)


def _backfill(options: argparse.Namespace, output: Output) -> int:
    site = site_of(options)
    if not dt.timedelta(minutes=1) <= options.backfill <= _LONGEST_PAST:
        raise UsageError(f"--backfill takes 1m to {_LONGEST_PAST.days}d")
    end = site.now()
    started = time.monotonic()
    here = recorder()
    past = Past(
        people=make_people(max(options.people, _PEOPLE_OF_THE_PAST), seed=options.seed),
        rate=options.rate or 60,
        start=end - options.backfill,
        end=end,
        resource=here.resource,
        releases=options.releases or _RELEASES,
        zone=site.zone,
        seed=options.seed,
        source=_source(),
    )

    def report(written: Counter[str]) -> None:
        print(f"{written['requests']:,} requests …", file=sys.stderr, flush=True)

    working = site.worker()
    try:
        written = Backfill(recorder=here, worker=working, behind_s=site.behind_s, on_progress=report).run(
            past.visits()
        )
    except UnableToBackfill as error:
        print(error, file=sys.stderr)
        return 1
    _merge(working)
    took_s = time.monotonic() - started
    per_minute = written["requests"] / max(took_s, 0.001) * 60
    if output.is_json:
        output.document({"written": dict(written), "took_s": took_s, "requests_per_minute": per_minute})
    else:
        tables = ", ".join(f"{words.count(count)} {table}" for table, count in written.items())
        output.line(f"Wrote {tables} in {took_s:.1f} s ({words.count(round(per_minute))} requests a minute).")
    return 0


def _source() -> Path | None:
    base_dir = getattr(settings, "BASE_DIR", None)
    return Path(base_dir) if isinstance(base_dir, str | os.PathLike) else None


def _merge(working: Worker) -> None:
    try:
        # What was written lies in many small parts: make large ones of them, where this process may.
        working.tick()
    except Exception as error:  # noqa: BLE001 - everything is stored by now; merging is tried again in the background
        print(f"Merging was put off: {type(error).__name__}: {error}", file=sys.stderr)


def _live(options: argparse.Namespace, output: Output) -> int:
    site = site_of(options)
    if not options.allow_remote and not _is_here(options.url):
        raise UsageError(
            f"{options.url} is not on this machine, and the demonstration signs people up there; add --allow-remote if you mean it"
        )
    traffic = Traffic(
        base_url=options.url,
        people=make_people(options.people, seed=options.seed),
        rate=options.rate or 120,
        seed=options.seed,
        now=lambda: site.now().astimezone(site.zone),
    )
    _stop_at_signals(traffic)
    if not output.is_json:
        output.line(f"{traffic.seats} people at a time use {options.url}.")
        output.flush()
    threads = traffic.start()
    traffic.stopping.wait(options.lasting.total_seconds() if options.lasting else None)
    traffic.stopping.set()
    give_up_at = time.monotonic() + _LONGEST_STOP_S
    for thread in threads:
        thread.join(max(0.0, give_up_at - time.monotonic()))
    if output.is_json:
        output.document({"answers": dict(traffic.answers), "unanswered": traffic.unanswered})
    else:
        answers = ", ".join(
            f"{words.count(count)} × {status}" for status, count in sorted(traffic.answers.items())
        )
        output.line(f"Answers: {answers or 'none'}; unanswered: {words.count(traffic.unanswered)}.")
    return 0


def _stop_at_signals(traffic: Traffic) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        traffic.stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(text: str) -> str:
    url = urlsplit(text)
    try:
        is_whole = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or url.path.strip("/") or url.query or url.fragment:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the address of a site, such as http://127.0.0.1:8000"
        )
    return f"{url.scheme}://{url.netloc}"
