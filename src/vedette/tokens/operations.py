"""What is done to tokens; each function raises `django.db.Error` where the state database is away."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence

from django.db import transaction

from vedette.catalogue.database import ALIAS
from vedette.tokens.models import TokenRow
from vedette.tokens.queries import PREFIX, Token, digest_of

RELEASES = "project:releases"
"""May tell of releases; named as Sentry names it."""
SECRET_BYTES = 32
MOST_TOKENS = 100
"""That are on; more could not be told apart by anybody."""
LONGEST_SERVICE = 200
_NAME = re.compile(r"\S(?:[^\x00-\x1f\x7f]{0,98}\S)?")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class NoTokenError(Exception):
    """There is no such token that is active."""


class InvalidTokenError(Exception):
    """A token cannot be called so; the message says why."""


def make_token(
    name: str,
    *,
    at: dt.datetime,
    scopes: Sequence[str] = (RELEASES,),
    service: str = "",
    expires_at: dt.datetime | None = None,
    made_by: str = "",
) -> str:
    """Make a token and return it; it can be read this once.

    It may tell of one *service* alone where that is named, and ends by itself at *expires_at*.

    Raises:
        InvalidTokenError: If the name is taken, or is none; or there are too many tokens, or it would have ended already.
    """
    if not _NAME.fullmatch(name):
        raise InvalidTokenError("a token's name has 1 to 100 characters")
    if len(service) > LONGEST_SERVICE:
        raise InvalidTokenError(f"a service has a name of at most {LONGEST_SERVICE} characters")
    if expires_at is not None and expires_at <= at:
        raise InvalidTokenError("a token ends at a time to come")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic(using=ALIAS):
        if TokenRow.objects.using(ALIAS).filter(disabled_us=None).count() >= MOST_TOKENS:
            raise InvalidTokenError(f"there are {MOST_TOKENS} tokens that are on: switch some off first")
        row, is_new = TokenRow.objects.using(ALIAS).get_or_create(
            name=name,
            defaults={
                "digest": digest_of(secret),
                "scopes": list(scopes),
                "service": service,
                "made_by": made_by[:150],
                "created_us": _us(at),
                "expires_us": None if expires_at is None else _us(expires_at),
            },
        )
    if not is_new:
        state = "" if row.disabled_us is None else ", which is off"
        raise InvalidTokenError(f"there is a token {name} already{state}: choose another name")
    return secret


def switch_off(name: str, *, at: dt.datetime) -> None:
    """Switch a token off: it lets nobody in from now on.

    Raises:
        NoTokenError: If no active token is called *name*.
    """
    if not TokenRow.objects.using(ALIAS).filter(name=name, disabled_us=None).update(disabled_us=_us(at)):
        raise NoTokenError(f"there is no active token {name}")


def note_use(token: Token, *, at: dt.datetime) -> None:
    """Remember that *token* was used today: one write a day."""
    if token.last_used_on != at.astimezone(dt.UTC).date():
        day = (at - _EPOCH) // dt.timedelta(days=1)
        TokenRow.objects.using(ALIAS).filter(name=token.name).update(last_used_day=day)


def _us(time: dt.datetime) -> int:
    return (time - _EPOCH) // dt.timedelta(microseconds=1)
