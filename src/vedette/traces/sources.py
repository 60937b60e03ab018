"""Where figures about spans come from: the rows themselves, or their sums over hours and days (`vedette.store.grains`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from vedette.store import grains
from vedette.store.bindings import Bindings
from vedette.store.grains import HOURLY_SERIES_UP_TO, HOURLY_UP_TO, Grain, Source, shortest_step_s
from vedette.store.query import TimeRange
from vedette.traces.filters import Filters, conditions

__all__ = [
    "HOURLY_SERIES_UP_TO", "HOURLY_UP_TO", "Grain", "Source", "choose_grain", "shortest_step_s", "spans",
]  # fmt: skip


def choose_grain(range: TimeRange, filters: Filters, *, hourly_up_to: dt.timedelta = HOURLY_UP_TO) -> Grain:
    """Return the coarsest grain that can answer for *range* and is needed for it."""
    return grains.choose(range, needs_raw_rows=filters.needs_raw_rows, hourly_up_to=hourly_up_to)


def spans(
    bindings: Bindings,
    ranges: Sequence[TimeRange],
    *,
    grain: Grain,
    filters: Filters,
    columns: Sequence[str],
    also: str = "",
) -> Source:
    """Return the spans of *ranges*, which meet *also*: *columns* and the number `spans`; sum up what is a number.

    Where both `bucket` and `duration_ms` are asked for, a row may hold the one or the other: `spans` counts by bucket,
    and rows of bucket NULL hold the sums.  `is_rest` tells whether a row sums up names that are not kept apart.
    """
    wanted = (*columns, "spans")
    derived = {"bucket": bindings.dialect.log_bucket("duration_ms"), "spans": "1", "is_rest": "0"}
    hull = ranges[0]
    for range in ranges:
        hull = hull.covering(range)
    selects: dict[str, str] = {}
    for each, found in grains.by_grain(ranges, grain).items():
        is_raw = each == "raw"
        where = [grains.within(found, bindings), *conditions(filters, bindings, is_raw=is_raw), also]
        meeting = " AND ".join(part for part in where if part)
        names = {"spans": _with(wanted, derived)} if is_raw else _rolled_up(wanted, each)
        selects |= {
            table: f"SELECT {selected} FROM {table} WHERE {meeting}" for table, selected in names.items()
        }
    return Source(f"({' UNION ALL '.join(selects.values())}) AS source", tuple(sorted(selects)), hull)


def _rolled_up(wanted: Sequence[str], grain: Grain) -> Mapping[str, str]:
    if "bucket" not in wanted:
        return {f"spans_{grain}": ", ".join(wanted)}
    found = {f"span_durations_{grain}": _with(wanted, {"duration_ms": "0"})}
    if "duration_ms" in wanted:
        found[f"spans_{grain}"] = _with(wanted, {"bucket": "NULL", "spans": "0"})
    return found


def _with(wanted: Sequence[str], constants: Mapping[str, str]) -> str:
    return ", ".join(f"{constants[name]} AS {name}" if name in constants else name for name in wanted)
