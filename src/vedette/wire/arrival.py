"""How a body came, and what became of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass, field

from vedette.record.redaction import redacted
from vedette.record.signals import Signal
from vedette.wire.values import Mapping, short, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the receiver knows of a body that is not in it.

    `service` is the project's; `address` the client's, for what asks for ``{{auto}}``.  `salt` is the site's own secret: with
    it, people whose id may not be kept are still told apart.
    """

    received_at: dt.datetime
    service: str = ""
    address: str = ""
    user_agent: str = ""
    send_pii: bool = False
    salt: bytes = b""

    def pseudonym(self, name: str) -> str:
        """Return what stands for *name*: the same each time, and of no use to who lacks the salt; ``""`` without one."""
        if not self.salt or not name:
            return ""
        digest = hashlib.blake2b(name.encode("utf-8", "replace"), key=self.salt[:64], digest_size=8)
        return f"anon-{digest.hexdigest()}"

    def person(self, name: object) -> str:
        """Return the user id for *name*: itself, or its pseudonym where it holds what may not be kept."""
        text = short(text_of(name), 200)
        if not text or text == "{{auto}}":
            return ""
        return text if redacted(text, keep_pii=self.send_pii) == text else self.pseudonym(text)

    def user_id(self, user: Mapping) -> str:
        """Return the id of Sentry's *user*: its id, else by what else it is known."""
        if known := self.person(user.get("id")):
            return known
        for key in ("username", "email", "ip_address"):
            name = user.get(key)
            if isinstance(name, str) and name and name != "{{auto}}":
                return self.person(name) if self.send_pii else self.pseudonym(name)
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that belongs to an event."""

    event_id: str
    name: str
    content_type: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Declined:
    """What was not taken: how many of which of Sentry's data categories, and why.

    Reasons: ``unsupported``, ``too_large``, ``too_many``, ``invalid``.
    """

    category: str
    reason: str
    quantity: int = 1


@dataclass(slots=True)
class Decoded:
    """What was in a body; `event_id` is what the answer names."""

    event_id: str = ""
    signals: list[Signal] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    _declined: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def declined(self) -> list[Declined]:
        """What was not taken, once for each category and reason."""
        return [Declined(*what, quantity) for what, quantity in self._declined.items()]

    def decline(self, category: str, reason: str, quantity: int = 1) -> None:
        """Count something that was not taken."""
        self._declined[category, reason] += quantity
