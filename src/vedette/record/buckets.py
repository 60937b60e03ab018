"""Log-scaled buckets with a relative error of at most 1 %.

The mapping of DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019, section 2.1): bucket ``i`` holds values in
``(gamma^(i-1), gamma^i]`` with ``gamma = (1 + a) / (1 - a)``, and any of them is estimated by
``2 * gamma^i / (gamma + 1)``, which is within ``a`` of it.  Counts of the same bucket add up, so that sketches merge exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

RELATIVE_ERROR = 0.01
GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
LN_GAMMA = math.log(GAMMA)
SCALE = 1 / LN_GAMMA
SMALLEST = 0.001
"""Values at or below this (a microsecond, where the unit is the millisecond) share the lowest bucket."""
LOWEST = math.ceil(math.log(SMALLEST) * SCALE)


def bucket_of(value: float) -> int:
    """Return the bucket that holds *value*."""
    return LOWEST if value <= SMALLEST else math.ceil(math.log(value) * SCALE)


def value_of(bucket: int) -> float:
    """Return the estimate for every value of *bucket*."""
    return float(2 * math.exp(bucket * LN_GAMMA) / (GAMMA + 1))


def quantile(counts: Mapping[int, int], q: float) -> float | None:
    """Return the *q* quantile (0 to 1, nearest rank) of a histogram {bucket: count}; None where it is empty."""
    total = sum(counts.values())
    if not total:
        return None
    rank = max(1, math.ceil(q * total))
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= rank:
            return value_of(bucket)
    raise AssertionError("unreachable: the rank is at most the total")
