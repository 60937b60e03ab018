"""Durations and moments as people type them: ``90m``, ``1h 30m``, ``250ms``; ``yesterday 14:00``, ``2 days ago``."""

from __future__ import annotations

import datetime as dt
import re

_UNITS_S = {
    "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60,
    "h": 3600, "hour": 3600, "d": 86400, "day": 86400, "w": 604800, "week": 604800,
}  # fmt: skip
_TERM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAYS = {"today": 0, "yesterday": 1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DurationError(ValueError):
    """The text is no duration."""


class MomentError(ValueError):
    """The text names no moment."""


def parse_duration(text: str) -> dt.timedelta:
    """Return the duration that *text* names, such as ``250ms``, ``90m``, ``1h 30m``, ``2 days``.

    Raises:
        DurationError: If it names none, or none that a calendar could hold.
    """
    wanted = text.strip().lower()
    seconds, position = 0.0, 0
    while position < len(wanted):
        match = _TERM.match(wanted, position)
        unit = _unit_of(match[2]) if match else None
        if match is None or unit is None:
            raise DurationError(f"{text[:40]!r} is no duration; write 250ms, 1s, 90m, 1h, 2d or 1h 30m")
        seconds += float(match[1]) * unit
        position = match.end()
    try:
        if not wanted:
            raise OverflowError
        return dt.timedelta(seconds=seconds)
    except OverflowError as error:
        raise DurationError(
            f"{text[:40]!r} is no duration; write 250ms, 1s, 90m, 1h, 2d or 1h 30m"
        ) from error


def format_duration(duration: dt.timedelta) -> str:
    """Return *duration* as `parse_duration` reads it, in the two largest units at most."""
    left = round(duration.total_seconds() * 1000)
    parts: list[str] = []
    for unit, ms in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, ms)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def parse_moment(text: str, *, now: dt.datetime, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """Return the moment that *text* names, in UTC.

    It may be ``now``; a duration before now (``90m``, ``2 days ago``); an ISO date or date and time, with or without an
    offset; ``14:00`` (the last one), ``today``, ``yesterday`` or a weekday (the last one), with or without a time.  What
    has no offset is read in *zone*.

    Raises:
        MomentError: If it names none.
    """
    wanted = " ".join(text.strip().lower().split())
    if wanted in {"now", ""}:
        if not wanted:
            raise _no_moment(text)
        return now.astimezone(dt.UTC)
    try:
        found = (
            _ago(wanted, now)
            or _named_day(wanted, now.astimezone(zone))
            or _clock(wanted, now.astimezone(zone))
            or _iso(text, zone)
        )
        if found is not None:
            return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise _no_moment(text)


def _no_moment(text: str) -> MomentError:
    return MomentError(
        f"{text[:40]!r} is no time; write 1h, 2026-01-31 14:00, 14:00, yesterday 14:00 or monday"
    )


def _unit_of(name: str) -> float | None:
    return _UNITS_S.get(name) or (_UNITS_S.get(name.removesuffix("s")) if len(name) > 2 else None)


def _ago(wanted: str, now: dt.datetime) -> dt.datetime | None:
    try:
        return now - parse_duration(wanted.removesuffix(" ago").removeprefix("-"))
    except DurationError:
        return None


def _named_day(wanted: str, now: dt.datetime) -> dt.datetime | None:
    name, _, time = wanted.partition(" ")
    if name in _DAYS:
        days_ago = _DAYS[name]
    elif name in _WEEKDAYS:
        days_ago = (now.weekday() - _WEEKDAYS.index(name)) % 7
    else:
        return None
    day = now.date() - dt.timedelta(days=days_ago)
    at = _at(time.removeprefix("at ")) if time else dt.time()
    return None if at is None else dt.datetime.combine(day, at, now.tzinfo)


def _clock(wanted: str, now: dt.datetime) -> dt.datetime | None:
    at = _at(wanted)
    if at is None:
        return None
    found = dt.datetime.combine(now.date(), at, now.tzinfo)
    return found if found <= now else dt.datetime.combine(now.date() - dt.timedelta(days=1), at, now.tzinfo)


def _at(text: str) -> dt.time | None:
    match = _TIME.fullmatch(text)
    return dt.time(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def _iso(text: str, zone: dt.tzinfo) -> dt.datetime:
    found = dt.datetime.fromisoformat(text.strip())
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
