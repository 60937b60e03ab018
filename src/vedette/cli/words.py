"""Figures as people read them."""

from __future__ import annotations

import datetime as dt


def count(number: int) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}"


def share(value: float | None) -> str:
    """Return a share (0 to 1) in percent; ``-`` where it is not known."""
    return "-" if value is None else f"{value * 100:.1f} %"


def duration(ms: float | None) -> str:
    """Return a duration with three digits that matter; ``-`` where it is not known."""
    if ms is None:
        return "-"
    if ms < 1:
        return f"{ms:.2f} ms"
    if ms < 1000:
        return f"{ms:.3g} ms" if ms < 999.5 else "1.00 s"
    seconds = ms / 1000
    return (
        f"{seconds:.2f} s"
        if seconds < 100
        else f"{seconds / 60:,.1f} min"
        if seconds < 6000
        else f"{seconds / 3600:,.1f} h"
    )


def size(number: int) -> str:
    """Return a number of bytes in the largest fitting unit."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def ago(time: dt.datetime, *, now: dt.datetime) -> str:
    """Return how long ago *time* was."""
    seconds = (now - time).total_seconds()
    if seconds < 0:
        return "in the future"
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}s ago"
    return f"{int(seconds)} s ago"
