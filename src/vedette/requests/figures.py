"""Figures of some requests: sums, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.store import percentiles
from vedette.store.percentiles import Percentiles


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums and percentiles of some requests; a share or a mean of none is None."""

    requests: int = 0
    errors: int = 0
    duration_ms: float = 0.0
    query_ms: float = 0.0
    query_count: int = 0
    seconds: float = 0.0
    percentiles: Percentiles = percentiles.NONE

    @property
    def per_minute(self) -> float:
        """Requests per minute of the time that has passed."""
        return self.requests * 60 / self.seconds if self.seconds else 0.0

    @property
    def error_share(self) -> float | None:
        """The share (0 to 1) that the site answered with 500 or above."""
        return self.errors / self.requests if self.requests else None

    @property
    def mean_ms(self) -> float | None:
        """The mean duration."""
        return self.duration_ms / self.requests if self.requests else None

    @property
    def mean_query_ms(self) -> float | None:
        """The mean time in SQL queries per request."""
        return self.query_ms / self.requests if self.requests else None

    @property
    def mean_query_count(self) -> float | None:
        """The mean number of SQL queries per request."""
        return self.query_count / self.requests if self.requests else None

    @staticmethod
    def of_row(values: Sequence[Any], *, seconds: float) -> Figures:
        """Return the figures in a row: the sums in this order, then the buckets of the percentiles."""
        requests, errors, duration_ms, query_ms, query_count, *found = values
        return Figures(
            requests=int(requests),
            errors=int(errors),
            duration_ms=duration_ms,
            query_ms=query_ms,
            query_count=int(query_count),
            seconds=seconds,
            percentiles=percentiles.from_buckets(found, total=int(requests)),
        )
