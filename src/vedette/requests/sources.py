"""Where figures about requests come from: the rows themselves, or their sums over hours and days (`vedette.store.grains`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from vedette.requests.filters import Filters, conditions
from vedette.store import grains
from vedette.store.bindings import Bindings
from vedette.store.grains import HOURLY_SERIES_UP_TO, HOURLY_UP_TO, Grain, Source, shortest_step_s
from vedette.store.query import TimeRange

__all__ = [
    "CURRENT", "HOURLY_SERIES_UP_TO", "HOURLY_UP_TO", "PREVIOUS", "Grain", "Period", "Source",
    "choose_grain", "shortest_step_s", "traffic", "users",
]  # fmt: skip


def choose_grain(range: TimeRange, filters: Filters, *, hourly_up_to: dt.timedelta = HOURLY_UP_TO) -> Grain:
    """Return the coarsest grain that can answer for *range* and is needed for it."""
    return grains.choose(range, needs_raw_rows=filters.needs_raw_rows, hourly_up_to=hourly_up_to)


Period = tuple[int, TimeRange]
"""A number that the rows of a range bear as `period`, and the range."""
CURRENT, PREVIOUS = 1, 0


def traffic(
    bindings: Bindings, periods: Sequence[Period], *, grain: Grain, filters: Filters, columns: Sequence[str]
) -> Source:
    """Return the requests of *periods*: `period`, *columns* and the number `requests`; sum up what is a number.

    Where both `bucket` and a sum such as `duration_ms` are asked for, a row may hold the one or the other: `requests`
    counts by bucket, and rows of bucket NULL hold the sums.
    """
    derived = {
        "status_class": "CAST(floor(status / 100) AS INTEGER)",
        "bucket": bindings.dialect.log_bucket("duration_ms"),
        "requests": "1",
    }
    wanted = (*columns, "requests")
    raw = _with(wanted, derived)
    return _union(
        bindings, periods, grain=grain, filters=filters, raw=raw, rolled_up=_rolled_up(wanted, filters)
    )


def _rolled_up(wanted: Sequence[str], filters: Filters) -> Mapping[str, str]:
    if "bucket" not in wanted:
        return {"requests": ", ".join(wanted)}
    sums = [name for name in wanted if name in _SUMS]
    has_route = bool({"route", "method"} & {*wanted} or filters.route or filters.method)
    found = {"route_durations" if has_route else "durations": _with(wanted, dict.fromkeys(sums, "0"))}
    if sums:
        found["requests"] = _with(wanted, {"bucket": "NULL", "requests": "0"})
    return found


def _with(wanted: Sequence[str], constants: Mapping[str, str]) -> str:
    return ", ".join(f"{constants[name]} AS {name}" if name in constants else name for name in wanted)


_SUMS = (
    "duration_ms",
    "query_ms",
    "response_bytes",
    "query_count",
    "slow_query_count",
    "repeated_query_count",
)


def users(bindings: Bindings, periods: Sequence[Period], *, grain: Grain, filters: Filters) -> Source:
    """Return a relation with every `user_id` of *periods*, each at least once, and the number `requests` of each row."""
    if filters.names_traffic:
        grain = "raw"
    elif grain == "hourly":
        # Most people come in more than one hour of a day.
        grain = "daily"
    return _union(
        bindings,
        periods,
        grain=grain,
        filters=filters,
        raw="user_id, 1 AS requests",
        rolled_up={"users": "user_id, requests"},
        condition="user_id <> ''",
    )


def _union(
    bindings: Bindings,
    periods: Sequence[Period],
    *,
    grain: Grain,
    filters: Filters,
    raw: str,
    rolled_up: Mapping[str, str],
    condition: str = "",
) -> Source:
    hull = periods[0][1]
    for _, range in periods:
        hull = hull.covering(range)
    ranges = grains.by_grain([range for _, range in periods], grain)
    selects: list[str] = []
    tables: set[str] = set()
    for each, found in ranges.items():
        is_raw = each == "raw"
        where = [grains.within(found, bindings), *conditions(filters, bindings, is_raw=is_raw), condition]
        meeting = " AND ".join(part for part in where if part)
        columns = {"requests": raw} if is_raw else {f"{name}_{each}": rolled_up[name] for name in rolled_up}
        tables |= columns.keys()
        selects += [
            f"SELECT {_number(periods, bindings)} AS period, {selected} FROM {table} WHERE {meeting}"
            for table, selected in columns.items()
        ]
    return Source(f"({' UNION ALL '.join(selects)}) AS source", tuple(sorted(tables)), hull)


def _number(periods: Sequence[Period], bindings: Bindings) -> str:
    """Return the expression of the number of the period that a row's time lies in; periods do not overlap."""
    *later, (first, _) = sorted(periods, key=lambda period: period[1].start, reverse=True)
    if not later:
        return str(first)
    cases = " ".join(
        f"WHEN time >= {bindings.bind('start', range.start)} THEN {number}" for number, range in later
    )
    return f"CASE {cases} ELSE {first} END"
