"""Which parts are merged, and when.

Parts grow in tiers, as in a log-structured merge tree (O'Neil et al., 1996; the size-tiered variant): when `FAN_IN` parts
of one level lie in the same period they become one of the next.  A period that is over is merged until it is one part, or
as many as `MAX_ROWS` asks for.  A part that was merged before there was a rollup is written once more, to be counted in it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vedette.store.catalogue import Part
from vedette.store.periods import period_start
from vedette.store.rollups import Rollup

FAN_IN = 10
MAX_INPUTS = 100
MAX_ROWS = 4_000_000
SETTLED_AFTER = dt.timedelta(hours=1)
"""A period is over this long after its last part was to be expected: late records still come."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Parts of `table` to become one part per period."""

    table: str
    inputs: Sequence[Part]

    @property
    def missing(self) -> tuple[Rollup, ...]:
        """The rollups in which the parts, all of them alike, are counted when they are merged."""
        return self.inputs[0].missing


def plan(parts: Sequence[Part], *, now: dt.datetime) -> Iterator[Merge]:
    """Yield the merges that are due, the most urgent first; their inputs do not overlap."""
    by_level: dict[tuple[str, int, dt.date | None], list[Part]] = defaultdict(list)
    behind = [part for part in parts if part.level and part.missing]
    parts = [part for part in parts if not (part.level and part.missing)]
    for part in parts:
        if part.rows < MAX_ROWS:
            # What the drain writes may span midnight; merging sorts it into periods.
            by_level[part.table, part.level, part.period if part.level else None].append(part)
    taken: set[str] = set()
    for (table, _, _), group in sorted(by_level.items(), key=lambda item: item[0][1]):
        if len(group) >= FAN_IN:
            inputs = _within_limits(group)
            if len(inputs) >= FAN_IN:
                taken.update(part.path for part in inputs)
                yield Merge(table, inputs)
    yield from _settling([part for part in parts if part.path not in taken], now=now)
    for part in sorted(behind, key=lambda part: part.max_time, reverse=True):
        yield Merge(part.table, [part])


def _settling(parts: Sequence[Part], *, now: dt.datetime) -> Iterator[Merge]:
    rest: dict[tuple[str, dt.date], list[Part]] = defaultdict(list)
    for part in parts:
        # What the drain wrote across midnight settles with the later day, and is divided then.
        period = period_start(part.table, part.max_time)
        is_over = now - part.max_time > SETTLED_AFTER and period < period_start(part.table, now)
        if is_over and part.rows < MAX_ROWS // 2:
            # Parts that are not rolled up yet and parts that are cannot be merged with each other.
            rest[part.table, period].append(part)
    for (table, _), group in rest.items():
        for is_fresh in (True, False):
            inputs = _within_limits([part for part in group if (part.level == 0) is is_fresh])
            if len(inputs) > 1 or (is_fresh and inputs):
                yield Merge(table, inputs)


def _within_limits(group: Sequence[Part]) -> list[Part]:
    inputs: list[Part] = []
    rows = 0
    for part in sorted(group, key=lambda part: part.min_time):
        if rows + part.rows > MAX_ROWS or len(inputs) >= MAX_INPUTS:
            break
        inputs.append(part)
        rows += part.rows
    return inputs
