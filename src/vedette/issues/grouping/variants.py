"""What a hash is made of: parts, and the variants in which an event's parts are put together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

Kind = Literal[
    "type", "value", "code", "place", "message", "directive", "source", "host", "template", "fingerprint"
]
Name = Literal["app", "system", "default", "fingerprint", "checksum", "none"]


class Part(NamedTuple):
    """One thing that two events of an issue have in common: its kind, and the texts that are hashed."""

    kind: Kind
    texts: tuple[str, ...]


class Variant(NamedTuple):
    """Parts that are hashed together.

    `name` is ``"app"`` where only the site's own frames count, ``"system"`` where all do, ``"default"`` where there is
    nothing to choose.  `strategy` says what of the event the parts come from.
    """

    name: Name
    strategy: str
    parts: tuple[Part, ...]

    @property
    def has_trace(self) -> bool:
        """Return whether a place is among the parts."""
        return any(part.kind == "place" for part in self.parts)


Variants = dict[Name, Variant]


def hash_of(texts: Iterable[str]) -> str:
    """Return the MD5 of *texts*, one after the other: what Sentry publishes for the same event."""
    return hashlib.md5("".join(texts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def kept(variants: Variants) -> Variants:
    """Return the *variants* that tell something: not what has no stack trace beside what has, nor the same twice."""
    found = {name: variant for name, variant in variants.items() if variant.parts}
    if any(variant.has_trace for variant in found.values()):
        found = {name: variant for name, variant in found.items() if variant.has_trace}
    app, system = found.get("app"), found.get("system")
    if app and system and app.parts == system.parts:
        del found["system"]
    return found
