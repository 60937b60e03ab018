"""The order of releases for those who ask of many pairs in a row, such as the digest of issues."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.releases.listing import order
from vedette.releases.order import Order

KEPT_S = 10.0


@dataclass(slots=True)
class _Kept:
    at: float
    order: Order
    missed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Orders:
    """Remembers each service's order for a few seconds; a version that it has not met is looked for at once."""

    monotonic: Callable[[], float] = time.monotonic
    _kept: dict[str, _Kept] = field(default_factory=dict, init=False)

    def is_newer(self, service: str, release: str, than: str) -> bool:
        """Tell whether *release* comes after *than*.

        Raises:
            django.db.Error: If the state database cannot be asked.
        """
        now, versions = self.monotonic(), {release, than}
        kept = self._kept.get(service)
        if kept is None or now - kept.at >= KEPT_S:
            kept = self._kept[service] = _Kept(now, order(service))
        elif versions - kept.order.dates.keys() - kept.missed:
            kept.order = order(service)
        kept.missed |= versions - kept.order.dates.keys()
        return kept.order.is_newer(release, than)
