"""Figures of some spans: sums, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.store import percentiles
from vedette.store.percentiles import Percentiles
from vedette.store.query import TimeRange


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums and percentiles of some spans; a share or a mean of none is None."""

    spans: int = 0
    failed: int = 0
    duration_ms: float = 0.0
    percentiles: Percentiles = percentiles.NONE

    @property
    def failed_share(self) -> float | None:
        """The share (0 to 1) that failed."""
        return self.failed / self.spans if self.spans else None

    @property
    def mean_ms(self) -> float | None:
        """The mean duration."""
        return self.duration_ms / self.spans if self.spans else None

    def per_minute(self, range: TimeRange) -> float:
        """Return how many there were a minute of *range*."""
        return self.spans * 60 / range.seconds

    @staticmethod
    def of_row(values: Sequence[Any]) -> Figures:
        """Return the figures in a row: the sums in this order, then the buckets of the percentiles."""
        spans, failed, duration_ms, *found = values
        return Figures(
            int(spans), int(failed), duration_ms, percentiles.from_buckets(found, total=int(spans))
        )
