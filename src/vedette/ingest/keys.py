"""Which keys let in, asked of the state database every few seconds and never for each body."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import Error as DatabaseError

REFRESH_S = 5.0
LOOK_AGAIN_S = 1.0
"""How soon after the last look a key that is not known is looked for again: it may be new."""


class KeysUnavailableError(Exception):
    """Whether a key lets in cannot be told now."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key lets in to: the project in its DSN, and the service that the project is of; and since when."""

    key: str
    project: str
    service: str
    since: dt.datetime


@dataclass(slots=True)
class KeyRing:
    """The active keys, as `load` last gave them; where it fails, those that were known go on.

    No lock: whoever finds the keys old moves the time of the next look on before looking, so that the others go on with
    what is known.
    """

    load: Callable[[], Mapping[str, Grant]]
    monotonic: Callable[[], float] = time.monotonic
    _known: Mapping[str, Grant] | None = field(default=None, init=False)
    _look_at: float = field(default=0.0, init=False)
    _look_again_at: float = field(default=0.0, init=False)
    _has_failed: bool = field(default=False, init=False)

    def grant(self, key: str) -> Grant | None:
        """Return what *key* lets in to, None where it does not.

        Raises:
            KeysUnavailableError: If it is not known and the keys cannot be asked for.
        """
        now = self.monotonic()
        if now >= self._look_at or (self._known is None and not self._has_failed):
            self._look(now)
        found = (self._known or {}).get(key)
        if found is None and now >= self._look_again_at:
            self._look(now)
            found = (self._known or {}).get(key)
        if found is None and self._has_failed:
            raise KeysUnavailableError("the keys cannot be looked up at the moment")
        return found

    def _look(self, now: float) -> None:
        self._look_at, self._look_again_at = now + REFRESH_S, now + LOOK_AGAIN_S
        try:
            self._known = self.load()
            self._has_failed = False
        except DatabaseError:
            self._has_failed = True
