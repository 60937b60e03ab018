"""What is known of the tokens with which programs call the API."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from vedette.catalogue.database import ALIAS
from vedette.tokens.models import TokenRow

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
PREFIX = "vedette_"
MOST_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, without what it is itself.

    `service` is the only one that it may tell of, ``""`` where that is any; `made_by` whoever made it on a page; at
    `expires_at` it ends by itself.  `last_used_on` is the last day on which it was used.
    """

    name: str
    scopes: tuple[str, ...]
    created_at: dt.datetime
    service: str = ""
    made_by: str = ""
    expires_at: dt.datetime | None = None
    disabled_at: dt.datetime | None = None
    last_used_on: dt.date | None = None

    def is_active(self, at: dt.datetime) -> bool:
        """Tell whether it lets anybody in at the time *at*."""
        return self.disabled_at is None and not self.has_expired(at)

    def has_expired(self, at: dt.datetime) -> bool:
        """Tell whether it has ended by itself."""
        return self.expires_at is not None and self.expires_at <= at


def list_tokens() -> list[Token]:
    """Return all tokens, those that are off among them, in the order of their names.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    return [_token(row) for row in TokenRow.objects.using(ALIAS).order_by("name")]


def find_token(secret: str) -> Token | None:
    """Return the token that *secret* is, be it that it has expired; None where there is none or it was switched off.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    if not secret.startswith(PREFIX) or len(secret) > MOST_CHARS:
        return None
    row = TokenRow.objects.using(ALIAS).filter(digest=digest_of(secret), disabled_us=None).first()
    return None if row is None else _token(row)


def digest_of(secret: str) -> str:
    """Return what is kept of a token: it is random and long, so that a plain hash gives nothing away."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _token(row: TokenRow) -> Token:
    day = row.last_used_day
    return Token(
        name=row.name,
        scopes=tuple(row.scopes),
        created_at=_EPOCH + dt.timedelta(microseconds=row.created_us),
        service=row.service,
        made_by=row.made_by,
        expires_at=_time(row.expires_us),
        disabled_at=_time(row.disabled_us),
        last_used_on=None if day is None else _EPOCH.date() + dt.timedelta(days=day),
    )


def _time(us: int | None) -> dt.datetime | None:
    return None if us is None else _EPOCH + dt.timedelta(microseconds=us)
