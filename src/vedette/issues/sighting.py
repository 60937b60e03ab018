"""An error event, and by what it is grouped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from vedette.issues.columns import SERVICE_CHARS, clean
from vedette.issues.grouping.algorithm import Grouping, group
from vedette.issues.grouping.explanation import Explanation, Reason
from vedette.issues.grouping.reading import read_event, reduced
from vedette.issues.grouping.rules import Rule
from vedette.issues.grouping.titles import TITLE_CHARS
from vedette.issues.grouping.variants import Part, Variant, hash_of
from vedette.issues.grouping.versions import GROUPING_VERSION
from vedette.record.signals import Error
from vedette.store.paging import micros_of
from vedette.wire.values import Mapping, short

Key = tuple[str, str]
"""A service and a hash."""
FALLBACK = "fallback"
"""The version of what grouping choked on."""


@dataclass(slots=True)
class Sighting:
    """An error event and how it is grouped; `is_readable` is off where grouping choked on it.

    `keys` are the service with each of its hashes.
    """

    error: Error
    grouping: Grouping
    time_us: int
    is_readable: bool = True
    keys: tuple[Key, ...] = field(init=False)

    def __post_init__(self) -> None:
        service = clean(self.error.service, SERVICE_CHARS)
        self.keys = tuple((service, hash_) for hash_ in self.grouping.hashes)

    @property
    def order(self) -> tuple[int, str]:
        """What events are put in order by: their time, then their id."""
        return self.time_us, self.error.event_id


class Grouper:
    """Groups events by the site's *rules*; never raises, whatever is in an event."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self._rules = rules

    def sight(self, error: Error) -> Sighting:
        """Return *error* with its grouping."""
        time_us = micros_of(error.time)
        try:
            return Sighting(error, group(event_of(error), rules=self._rules), time_us)
        except Exception:  # noqa: BLE001 - events come from anywhere: one that nobody foresaw must not hold up all others
            return Sighting(error, _fallback(error), time_us, is_readable=False)

    def fingerprint_of(self, error: Error) -> str:
        """Return by what *error* is known: its first hash."""
        return self.sight(error).grouping.hashes[0]

    def hashes_by(self, error: Error, *, version: str) -> tuple[str, ...]:
        """Return the hashes that *version* of the algorithm gives *error*; empty where it chokes on it."""
        try:
            return group(event_of(error), rules=self._rules, version=version).hashes
        except Exception:  # noqa: BLE001 - as above
            return ()


def event_of(error: Error) -> Mapping:
    """Return Sentry's event in *error*, as far as grouping looks at it.

    Raises:
        msgspec.DecodeError: If its payload is no JSON.
    """
    payload = error.payload
    return read_event(payload) if isinstance(payload, msgspec.Raw) else reduced(payload)


def _fallback(error: Error) -> Grouping:
    first, *_ = error.value.splitlines() or [""]
    title = f"{error.type}: {first}" if error.type and first else error.type or first or "<unreadable event>"
    parts = (Part("type", (error.type,)), Part("fingerprint", (error.culprit,)))
    reason = Reason(
        hash_of([FALLBACK, "\0", error.type, "\0", error.culprit]), Variant("none", "nothing", parts)
    )
    return Grouping(
        hashes=(reason.hash,),
        title=short(title, TITLE_CHARS),
        culprit=error.culprit,
        type=error.type,
        value=error.value,
        main_frame=None,
        explanation=Explanation((reason,)),
        version=GROUPING_VERSION,
    )
