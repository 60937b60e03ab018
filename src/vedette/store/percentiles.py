"""Percentiles in SQL: nearest rank over counts by log bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vedette.record import buckets

FEWEST_VALUES = 20
"""Of fewer values there are no percentiles: they would say more than is known."""
_PERCENTS = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Durations in milliseconds, each within 1 % of the exact one; None below 20 values."""

    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


NONE = Percentiles()


def from_counts(counts: Mapping[int, int]) -> Percentiles:
    """Return the percentiles of a histogram {bucket: count}."""
    total = sum(counts.values())
    found: list[int | None] = []
    for percent in _PERCENTS:
        seen = 0
        for bucket in sorted(counts):
            seen += counts[bucket]
            if seen * 100 >= percent * total:
                found.append(bucket)
                break
    return from_buckets(found, total=total)


def from_buckets(found: Sequence[int | None], *, total: int) -> Percentiles:
    """Return the percentiles that the columns of `SELECTED` hold, of *total* values."""
    if total < FEWEST_VALUES:
        return NONE
    return Percentiles(*(None if bucket is None else buckets.value_of(bucket) for bucket in found))


SELECTED = ", ".join(
    f"min(CASE WHEN upto * 100 >= all_of_it * {percent} THEN bucket END) AS p{percent}"
    for percent in _PERCENTS
)
"""The columns p50, p95 and p99, each a bucket, selected from `ranked` grouped by its keys."""


def ranked(relation: str, *, keys: Mapping[str, str], sums: Mapping[str, str]) -> str:
    """Return ``WITH ranked AS …``: sums by *keys* and bucket, with the count up to each bucket and of them all.

    *keys* and *sums* map a column's name to its expression over *relation*, which has `bucket` and `requests`.
    """
    by = ", ".join(keys)
    selected = ", ".join(f"{expression} AS {name}" for name, expression in {**keys, **sums}.items())
    return (
        f"WITH grouped AS (SELECT {selected}, bucket, sum(requests) AS n FROM {relation} GROUP BY {by}, bucket), "
        f"ranked AS (SELECT *, sum(n) OVER (PARTITION BY {by} ORDER BY bucket) AS upto, "
        f"sum(n) OVER (PARTITION BY {by}) AS all_of_it FROM grouped) "
    )
