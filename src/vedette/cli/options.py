"""Options that several commands take, and how their values are read."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from vedette.cli.site import site_of
from vedette.record.durations import DurationError, MomentError, parse_duration, parse_moment
from vedette.store.query import TimeRange

_Value = TypeVar("_Value")


class UsageError(Exception):
    """What was asked for makes no sense; the message says why."""


def add_json_argument(parser: argparse.ArgumentParser, *, help: str) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", dest="is_json", help=help)


def add_range_arguments(parser: argparse.ArgumentParser, *, since: str) -> None:
    """Add ``--since`` and ``--until``."""
    parser.add_argument(
        "--since",
        default=since,
        metavar="TIME",
        help=f"from when on: 90m, 2d, 14:00, 'yesterday 14:00', 2026-01-31T14:00Z (default: {since})",
    )
    parser.add_argument("--until", default="now", metavar="TIME", help="until when, likewise (default: now)")


def add_limit_argument(parser: argparse.ArgumentParser, *, default: int, help: str) -> None:
    """Add ``--limit``."""
    parser.add_argument(
        "--limit", type=whole, default=default, metavar="N", help=f"{help} (default: {default})"
    )


def range_of(options: argparse.Namespace) -> TimeRange:
    """Return the time range that ``--since`` and ``--until`` name.

    Raises:
        UsageError: If they name none.
    """
    site = site_of(options)
    now = site.now()
    try:
        start = parse_moment(options.since, now=now, zone=site.zone)
        end = parse_moment(options.until, now=now, zone=site.zone)
        return TimeRange(start, end)
    except MomentError as error:
        raise UsageError(str(error)) from error
    except ValueError as error:
        raise UsageError(f"--since {options.since} is not before --until {options.until}") from error


def milliseconds(text: str) -> float:
    """Return the milliseconds of a duration."""
    return duration(text).total_seconds() * 1000


def duration(text: str) -> dt.timedelta:
    """Return a duration such as 250ms, 1s, 90m."""
    return _argument(parse_duration, text, DurationError)


def whole(text: str) -> int:
    """Return a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1 or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text[:30]!r} is not a whole number of at least 1")
    return int(text)


def pair(text: str) -> tuple[str, str]:
    """Return the two sides of ``key=value``."""
    key, separator, value = text.partition("=")
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not KEY=VALUE")
    return key, value


def _argument(parse: Callable[[str], _Value], text: str, error_type: type[Exception]) -> _Value:
    try:
        return parse(text)
    except error_type as error:
        raise argparse.ArgumentTypeError(str(error)) from error
