"""The header that tells an SDK to hold back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """For how long which categories are refused; no categories means all of them."""

    seconds: float
    categories: tuple[str, ...] = ()
    scope: str = "key"
    reason: str = ""
    namespaces: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [str(max(1, math.ceil(self.seconds))), ";".join(self.categories), self.scope]
        if self.reason or self.namespaces:
            parts.append(self.reason)
        if self.namespaces:
            parts.append(";".join(self.namespaces))
        return ":".join(parts)


def encode(limits: Iterable[RateLimit]) -> dict[str, str]:
    """Return the response headers for *limits*: ``X-Sentry-Rate-Limits`` and, of the longest, ``Retry-After``."""
    told = list(limits)
    if not told:
        return {}
    longest = max(math.ceil(limit.seconds) for limit in told)
    return {"X-Sentry-Rate-Limits": ", ".join(map(str, told)), "Retry-After": str(max(1, longest))}
