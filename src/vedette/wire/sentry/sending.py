"""What holds for every item of one envelope."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vedette.wire.arrival import Arrival
from vedette.wire.scrubbing import attribute, scrubbed_text
from vedette.wire.sentry.limits import Limits
from vedette.wire.times import Clock, time_of
from vedette.wire.values import Mapping, dict_of, hex_id, short, text_of

MOST_ATTRIBUTES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How an envelope came: the receiver's part, the sender's clock, and the headers that items refer to."""

    arrival: Arrival
    clock: Clock
    event_id: str = ""
    trace: Mapping = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, headers: Mapping, *, arrival: Arrival, limits: Limits) -> Sending:
        """Return the sending of an envelope with *headers*."""
        return cls(
            arrival=arrival,
            clock=Clock.of(received_at=arrival.received_at, sent_at=time_of(headers.get("sent_at"))),
            event_id=hex_id(headers.get("event_id"), 32),
            trace=dict_of(headers.get("trace")),
            limits=limits,
        )

    def event_id_of(self, payload: Mapping, data: bytes) -> str:
        """Return the id of an event: the envelope's, else its own, else one made of its bytes."""
        return (
            self.event_id
            or hex_id(payload.get("event_id"), 32)
            or hashlib.blake2b(data, digest_size=16).hexdigest()
        )

    def attributes(self, pairs: Iterable[tuple[object, Any]]) -> dict[str, str]:
        """Return *pairs* as attributes: text, scrubbed, without what is empty."""
        keep_pii = self.arrival.send_pii
        kept: dict[str, str] = {}
        for key, value in pairs:
            if value is None or value == "":
                continue
            name = short(key, 200)
            kept[name] = attribute(value, name, keep_pii=keep_pii)
            if len(kept) >= MOST_ATTRIBUTES:
                break
        return kept

    def text(self, value: object, chars: int = 4096) -> str:
        """Return *value* as scrubbed text."""
        return scrubbed_text(short(text_of(value), chars), "", keep_pii=self.arrival.send_pii)

    @property
    def sample_rate(self) -> str:
        """The rate at which the trace was sampled, as text; ``""`` where it is not told."""
        return text_of(self.trace.get("sample_rate"))[:20]
