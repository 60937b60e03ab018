"""The time range picker's words: from what a person types or a link says to a range, and back.

Plain Python: the clock, the zone and the time of the last deploy are arguments.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vedette.store.query import TimeRange

DEFAULT_WORDS = "24h"
PRESETS = ("15m", "1h", "6h", "24h", "2d", "7d", "30d", "90d", "today", "yesterday", "since deploy")
LONGEST = dt.timedelta(days=400)
SHORTEST = dt.timedelta(seconds=1)
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
"""Far from the end of the calendar, so that steps after a range and wider ranges have a place in it."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_UNIT_NAMES = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
}
_LENGTH = re.compile(r"(?:last|past)?\s*(\d{1,9})?\s*([a-z]+)", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)


class InvalidRange(ValueError):
    """What was typed is no time range; the message says what is understood."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time range as a page shows it.

    `words` is what the link says (``24h``), ``""`` where it names both bounds; `label` is what a person reads.
    """

    range: TimeRange
    words: str
    label: str

    @property
    def is_moving(self) -> bool:
        """Tell whether the range ends now, whenever that is."""
        return self.words not in {"", "yesterday"}

    @property
    def params(self) -> dict[str, str]:
        """Return the part of a link that says this range."""
        if self.words:
            return {"range": self.words}
        return {"from": written(self.range.start), "to": written(self.range.end)}


def parse(
    params: Mapping[str, str],
    *,
    now: dt.datetime,
    zone: dt.tzinfo = dt.UTC,
    deployed_at: Callable[[], dt.datetime | None] | None = None,
) -> Period:
    """Return the range that a link's *params* (``range``, or ``from`` and ``to``) say; the default where they say none.

    Raises:
        InvalidRange: If they make no sense.
    """
    since, until = params.get("from", "").strip(), params.get("to", "").strip()
    if since or until:
        return _between(since, until, now=now, zone=zone)
    words = " ".join(params.get("range", "").lower().split()) or DEFAULT_WORDS
    return of_words(words, now=now, zone=zone, deployed_at=deployed_at)


def default(now: dt.datetime) -> Period:
    """Return the range that a page shows where none is named."""
    return of_words(DEFAULT_WORDS, now=now)


def of_words(
    words: str,
    *,
    now: dt.datetime,
    zone: dt.tzinfo = dt.UTC,
    deployed_at: Callable[[], dt.datetime | None] | None = None,
) -> Period:
    """Return the range that *words* say: ``90m``, ``last 2 hours``, ``today``, ``since 10:30``, ``since deploy``.

    Raises:
        InvalidRange: If they are not understood.
    """
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if words == "today":
        return _period(midnight, now, words=words, label="Today")
    if words == "yesterday":
        start = (midnight - dt.timedelta(hours=12)).replace(hour=0)
        return _period(start, midnight, words=words, label="Yesterday")
    if words.startswith("since "):
        return _since(words, now=now, zone=zone, deployed_at=deployed_at)
    if " to " in words:
        return _from_to(words, now=now, zone=zone)
    match = _LENGTH.fullmatch(words)
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise InvalidRange(
            f"“{_shown(words)}” is no time range. Try 90m, last 2 days, today, since 10:30, 14:00 to 15:30 or since deploy."
        )
    count = int(match[1] or 1)
    length_s = count * _SECONDS[unit]
    if length_s > LONGEST.total_seconds():
        raise InvalidRange(f"A range can be {LONGEST.days} days long at most.")
    if length_s < SHORTEST.total_seconds():
        raise InvalidRange("A range lasts at least one second.")
    label = f"Last {_UNIT_NAMES[unit]}" if count == 1 else f"Last {count} {_UNIT_NAMES[unit]}s"
    return _period(now - dt.timedelta(seconds=length_s), now, words=f"{count}{unit}", label=label)


def _since(
    words: str, *, now: dt.datetime, zone: dt.tzinfo, deployed_at: Callable[[], dt.datetime | None] | None
) -> Period:
    rest = words.removeprefix("since ").strip()
    if rest in {"deploy", "release", "last deploy", "last release"}:
        start = deployed_at() if deployed_at is not None else None
        if start is None:
            raise InvalidRange("No deploy has been seen yet, so “since deploy” has no beginning.")
        return _period(start, now, words="since deploy", label="Since the last deploy")
    return _period(_moment(rest, now=now, zone=zone), now, words=words, label=f"Since {rest}")


def _from_to(words: str, *, now: dt.datetime, zone: dt.tzinfo) -> Period:
    since, _, until = (part.strip() for part in words.partition(" to "))
    start = _moment(since, now=now, zone=zone)
    if _CLOCK.fullmatch(until):
        end = _at_clock(until, start.astimezone(zone))
        end += dt.timedelta(days=1) if end <= start else dt.timedelta()
    else:
        end = _moment(until, now=now, zone=zone)
    # The words mean another time tomorrow, and elsewhere: a link to this range names its bounds.
    return _period(start, end, words="", label="")


def _moment(text: str, *, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return the time that *text* says: now, a time of day (the last time it struck), or a date with or without one."""
    if text == "now":
        return now
    if _CLOCK.fullmatch(text):
        at = _at_clock(text, now.astimezone(zone))
        return at if at < now else at - dt.timedelta(days=1)
    return time_of(text, zone=zone)


def _at_clock(text: str, day: dt.datetime) -> dt.datetime:
    hour, _, minute = text.partition(":")
    try:
        return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    except ValueError as error:
        raise InvalidRange(f"“{_shown(text)}” is no time of day.") from error


def _between(since: str, until: str, *, now: dt.datetime, zone: dt.tzinfo) -> Period:
    if not since:
        raise InvalidRange("A range with an end (to) needs a beginning (from).")
    start = time_of(since, zone=zone)
    end = now if until in {"", "now"} else time_of(until, zone=zone)
    return _period(start, end, words="", label="")


def _period(start: dt.datetime, end: dt.datetime, *, words: str, label: str) -> Period:
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    if end <= start:
        raise InvalidRange("The range ends before it begins.")
    if end - start < SHORTEST:
        end = start + SHORTEST
    if end - start > LONGEST:
        raise InvalidRange(f"A range can be {LONGEST.days} days long at most.")
    if start < EARLIEST:
        raise InvalidRange("The range begins before the year 2000.")
    return Period(TimeRange(start, end), words, label)


def time_of(text: str, *, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """Return the time that *text* says: ISO 8601, or Unix time in seconds or milliseconds.

    Raises:
        InvalidRange: If it says none.
    """
    try:
        if re.fullmatch(r"\d{9,13}", text, re.ASCII):
            number = int(text)
            at = dt.datetime.fromtimestamp(number / 1000 if number > 99_999_999_999 else number, dt.UTC)
        else:
            # In a query string a `+` that was not escaped has become a space; words are lower-case by now.
            text = re.sub(r" (\d\d:?\d\d)$", r"+\1", text) if text.count(":") > 2 else text
            at = dt.datetime.fromisoformat(text.upper())
        at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidRange(
            f"“{_shown(text)}” is no time. Write it as 2026-11-23T10:30 or 2026-11-23."
        ) from error
    if at >= LATEST:
        raise InvalidRange(f"“{_shown(text)}” is after the year {LATEST.year - 1}.")
    return at


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def written(at: dt.datetime) -> str:
    """Return *at* as links carry it: UTC, no finer than it must be."""
    text = at.astimezone(dt.UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def earlier(period: Period) -> dict[str, str]:
    """Return the link parameters of the range of the same length before *period*."""
    previous = period.range.previous()
    return {"from": written(previous.start), "to": written(previous.end)}


def later(period: Period, *, now: dt.datetime) -> dict[str, str] | None:
    """Return the link parameters of the range of the same length after *period*; None where that is in the future."""
    if period.range.end >= now:
        return None
    following = period.range.shifted(period.range.end - period.range.start)
    return {"from": written(following.start), "to": written(min(following.end, now))}


def wider(period: Period, *, now: dt.datetime) -> dict[str, str] | None:
    """Return the link parameters of a range three times as long around *period*; None where that is too long."""
    length = period.range.end - period.range.start
    if length * 3 > LONGEST:
        return None
    end = min(period.range.end + length, max(now, period.range.end))
    start = max(end - 3 * length, EARLIEST)
    return {"from": written(start), "to": written(end)}
