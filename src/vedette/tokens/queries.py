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
    """A token, without what it is itself; `last_used_on` is the last day on which it was used."""

    name: str
    scopes: tuple[str, ...]
    created_at: dt.datetime
    disabled_at: dt.datetime | None = None
    last_used_on: dt.date | None = None

    @property
    def is_active(self) -> bool:
        """Whether it lets anybody in."""
        return self.disabled_at is None


def list_tokens() -> list[Token]:
    """Return all tokens, those that are off among them, in the order of their names.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    return [_token(row) for row in TokenRow.objects.using(ALIAS).order_by("name")]


def find_token(secret: str) -> Token | None:
    """Return the active token that *secret* is; None where there is none.

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
        disabled_at=None if row.disabled_us is None else _EPOCH + dt.timedelta(microseconds=row.disabled_us),
        last_used_on=None if day is None else _EPOCH.date() + dt.timedelta(days=day),
    )
