"""Figures as people read them: shortened, with their unit, beside what they were before.

A figure that is not known is None here and hatched grey on the page, never zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

NOTABLE_CHANGE = 0.1
_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
Unit = Literal["count", "ms", "percent", "rate", "bytes"]


@dataclass(frozen=True, slots=True)
class Text:
    """A figure in words: what is read at once, its unit apart, and the exact value behind it."""

    short: str
    unit: str
    exact: str

    def __str__(self) -> str:
        return f"{self.short} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure compares with what it was; `judgement` is ``worse``, ``better`` or ``""``."""

    text: str
    judgement: str
    exact: str


def _trimmed(value: float, digits: int = 1) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float) -> Text:
    """Return a number of things: ``412``, ``12.3 k``."""
    exact = _trimmed(value, 2)
    if abs(value) < 10_000:
        return Text(_trimmed(value, 0 if float(value).is_integer() or abs(value) >= 100 else 1), "", exact)
    scale, name = next(pair for pair in _SCALES if abs(value) >= pair[0])
    return Text(_trimmed(value / scale), name, exact)


def duration(value: float) -> Text:
    """Return a duration in milliseconds as ``4.2 ms``, ``380 ms``, ``1.24 s`` or ``2.5 min``."""
    exact = f"{value:,.3f} ms"
    if value < 10:
        return Text(_trimmed(value, 2 if value < 1 else 1), "ms", exact)
    if value < 999.5:
        return Text(_trimmed(value, 0), "ms", exact)
    if value < 60_000:
        return Text(_trimmed(value / 1000, 2 if value < 10_000 else 1), "s", exact)
    return Text(_trimmed(value / 60_000), "min", exact)


def percent(value: float) -> Text:
    """Return a share of one hundred: ``0.3 %``; what is not nothing is not written as nothing, nor as all what is not."""
    digits = 2 if value < 1 or 99 < value < 100 else 1
    short = _trimmed(value, digits)
    if 0 < value < 0.01:
        short = "< 0.01"
    elif short == "100" and value < 100:
        short = "> 99.99"
    return Text(short, "%", f"{_trimmed(value, 4)} %")


def rate(value: float) -> Text:
    """Return a number per minute."""
    text = count(value if value >= 10 else round(value, 2))
    short = _trimmed(value, 2) if 0 < value < 1 else text.short
    short = "< 0.01" if 0 < value < 0.005 else short
    return Text(short, f"{text.unit}/min".strip(), f"{_trimmed(value, 3)} a minute")


def size(value: float) -> Text:
    """Return a number of bytes: ``4.2 MB``."""
    exact = f"{value:,.0f} bytes"
    if value < 1000:
        return Text(_trimmed(value, 0), "B", exact)
    scale, name = next(pair for pair in _SCALES if value >= pair[0])
    return Text(_trimmed(value / scale), f"{name}B", exact)


_WRITERS = {"count": count, "ms": duration, "percent": percent, "rate": rate, "bytes": size}


def written(value: float, *, unit: Unit) -> Text:
    """Return *value* in words, with its unit."""
    return _WRITERS[unit](value)


def change(value: float | None, before: float | None, *, unit: Unit, higher_is: str = "") -> Change | None:
    """Return how *value* compares with *before*; None where either is not known.

    Shares are compared in percentage points, all else in per cent.  *higher_is* is ``worse``, ``better`` or ``""``.
    """
    if value is None or before is None:
        return None
    exact = f"before: {written(before, unit=unit)}"
    difference = value - before
    if unit == "percent":
        # Of a share near the whole, what matters is what is missing: 99.9 % to 99 % is ten times as much.
        is_notable = abs(difference) >= max(0.1, NOTABLE_CHANGE * min(before, 100 - before))
        amount = f"{_trimmed(abs(difference), 2 if abs(difference) < 1 else 1)} pts"
        is_none = abs(difference) < 0.005
    elif not before:
        return Change("new", "", exact) if value else Change("as before", "", exact)
    else:
        relative = abs(difference) / before
        is_notable, is_none = relative >= NOTABLE_CHANGE, relative < 0.005
        amount = (
            f"× {_trimmed(value / before)}"
            if relative >= 2 and difference > 0
            else f"{relative:.0%}".replace("%", " %")
        )
    if is_none:
        return Change("as before", "", exact)
    judgement = ""
    if is_notable and higher_is:
        judgement = higher_is if difference > 0 else {"worse": "better", "better": "worse"}[higher_is]
    return Change(f"{'▲' if difference > 0 else '▼'} {amount}", judgement, exact)


def ago(at: dt.datetime, *, now: dt.datetime) -> str:
    """Return how long before *now* that was: ``4 min ago``."""
    seconds = int((now - at).total_seconds())
    if seconds < 5:
        return "just now"
    for length, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds // length} {name} ago"
    return f"{seconds} s ago"


def span(seconds: float) -> str:
    """Return a length of time in words: ``42 s``, ``3 min``, ``5 h``."""
    for length, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{_trimmed(seconds / length, 0)} {name}"
    return f"{_trimmed(seconds, 0)} s"
