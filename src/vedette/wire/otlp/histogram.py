"""Histograms with bounds of their own, in log buckets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from vedette.record.buckets import LOWEST, bucket_of

MOST_POINTS = 8
"""Over how many places within its bounds a bucket's count is spread: a percentile then falls between the bounds, as where
one interpolates."""
_LARGEST = 1e300


def of_bounds(
    counts: Sequence[int],
    bounds: Sequence[float],
    *,
    scale: float = 1.0,
    low: float | None = None,
    high: float | None = None,
) -> dict[int, int]:
    """Return the log buckets of *counts* between *bounds*, whose values times *scale* are kept.

    *low* and *high* are the smallest and the largest value, where they are known; they bound the outermost buckets.
    """
    buckets: dict[int, int] = {}
    for place, count in enumerate(counts):
        if count <= 0:
            continue
        first, last = _edges(place, bounds, low, high)
        points = min(count, MOST_POINTS)
        for point in range(points):
            value = first + (last - first) * (point + 0.5) / points
            share = count // points + (1 if point < count % points else 0)
            _add(buckets, value * scale, share)
    return buckets


def _edges(place: int, bounds: Sequence[float], low: float | None, high: float | None) -> tuple[float, float]:
    if not bounds:
        first = last = low if low is not None else high if high is not None else 0.0
        return first, high if high is not None else last
    if place == 0:
        last = bounds[0]
        first = low if low is not None else min(0.0, last)
    elif place >= len(bounds):
        first = bounds[-1]
        last = high if high is not None else first
    else:
        first, last = bounds[place - 1], bounds[place]
    if low is not None:
        first, last = max(first, low), max(last, low)
    if high is not None:
        first, last = min(first, high), min(last, high)
    return first, last


def of_exponents(
    positive: Mapping[int, int],
    *,
    exponent_scale: int,
    zero_count: int,
    negative_count: int,
    scale: float = 1.0,
) -> dict[int, int]:
    """Return the log buckets of an exponential histogram: ``{index: count}`` at *exponent_scale*.

    Bucket ``i`` holds ``(base**i, base**(i+1)]`` with ``base = 2**(2**-exponent_scale)``; its middle stands for it.
    What is zero or less shares the lowest bucket.
    """
    buckets: dict[int, int] = {}
    if zero_count + negative_count > 0:
        buckets[LOWEST] = zero_count + negative_count
    factor = 2.0 ** -max(-10, min(20, exponent_scale))
    for index, count in positive.items():
        if count > 0:
            exponent = (index + 0.5) * factor
            _add(
                buckets,
                (2.0**exponent if abs(exponent) < 1000 else math.copysign(_LARGEST, exponent)) * scale,
                count,
            )
    return buckets


def _add(buckets: dict[int, int], value: float, count: int) -> None:
    bucket = bucket_of(min(value, _LARGEST)) if value == value else LOWEST  # noqa: PLR0124 - not a number
    buckets[bucket] = buckets.get(bucket, 0) + count
