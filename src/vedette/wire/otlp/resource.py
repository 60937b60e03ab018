"""Where OTLP's signals come from.

A resource is told once and stands for thousands of records, so that what is done with its attributes is done once, and what
each record keeps of them is short.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from vedette.wire import documents
from vedette.wire.arrival import Arrival
from vedette.wire.otlp.values import normalised, plain
from vedette.wire.scrubbing import attribute, scrubbed, scrubbed_text
from vedette.wire.values import Mapping, dict_of, short, text_of

MOST_ATTRIBUTES = 128
MOST_CHARS = 200
_KEPT = (
    "cloud.region",
    "container.name",
    "k8s.namespace.name",
    "k8s.pod.name",
    "service.instance.id",
    "service.namespace",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource: the fields it gives to every signal, and what else of it is kept."""

    arrival: Arrival
    service: str
    environment: str
    release: str
    host: str
    language: str
    attributes: dict[str, str]
    identity: str

    @classmethod
    def of(cls, message: Any, *, arrival: Arrival) -> Resource:
        """Return the resource in *message*, of a Resource in OTLP/JSON's form."""
        found = normalised(plain(dict_of(message).get("attributes")))
        named = text_of(found.get("service.name"))[:200]
        is_named = named and not named.startswith("unknown_service")
        return cls(
            arrival=arrival,
            service=named if is_named else arrival.service or named,
            environment=text_of(found.get("deployment.environment.name"))[:200],
            release=text_of(found.get("service.version"))[:250],
            host=text_of(found.get("host.name") or found.get("k8s.pod.name"))[:250],
            language=text_of(found.get("telemetry.sdk.language"))[:50],
            attributes=_texts(found, keep_pii=arrival.send_pii),
            identity=hashlib.blake2b(documents.encode(found).encode(), digest_size=16).hexdigest(),
        )

    def texts(self, *groups: Mapping) -> dict[str, str]:
        """Return *groups* and the resource's attributes as one mapping of text, scrubbed; the first group wins."""
        kept: dict[str, str] = {}
        keep_pii = self.arrival.send_pii
        for group in groups:
            for key, value in group.items():
                if value is None or value == "" or key in kept:
                    continue
                if len(kept) >= MOST_ATTRIBUTES:
                    return kept
                kept[key] = attribute(value, key, keep_pii=keep_pii)
        room = MOST_ATTRIBUTES - len(kept)
        more = [(key, value) for key, value in self.attributes.items() if key not in kept]
        return {**kept, **dict(more[:room])}

    def text(self, value: object, chars: int = 4096) -> str:
        """Return *value* as scrubbed text."""
        if isinstance(value, dict | list):
            value = scrubbed(value, keep_pii=self.arrival.send_pii)
        return scrubbed_text(short(value, chars), "", keep_pii=self.arrival.send_pii)


def _texts(found: Mapping, *, keep_pii: bool) -> dict[str, str]:
    texts = {
        key: attribute(found[key], key, keep_pii=keep_pii)
        for key in _KEPT
        if found.get(key) is not None and found[key] != ""
    }
    return {key: short(text, MOST_CHARS) for key, text in texts.items()}
