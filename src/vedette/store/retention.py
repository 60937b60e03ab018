"""Which parts have had their time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from vedette.store.catalogue import Part
from vedette.store.rollups import ROLLUPS


def expired(parts: Sequence[Part], *, days: Mapping[str, int], now: dt.datetime) -> list[Part]:
    """Return the parts all of whose rows are older than *days* of their table (rollups under ``"rollups"``)."""
    return [part for part in parts if part.max_time < now - dt.timedelta(days=_days_of(part.table, days))]


def excess(parts: Sequence[Part], *, max_bytes: int) -> list[Part]:
    """Return the oldest parts whose removal makes the rest fit *max_bytes*; rollups, which are small, stay longest."""
    surplus = sum(part.bytes for part in parts) - max_bytes
    surplus_parts: list[Part] = []
    for part in sorted(parts, key=lambda part: (part.table in ROLLUPS, part.max_time)):
        if surplus <= 0:
            break
        surplus_parts.append(part)
        surplus -= part.bytes
    return surplus_parts


def _days_of(table: str, days: Mapping[str, int]) -> int:
    return days["rollups" if table in ROLLUPS else table]
