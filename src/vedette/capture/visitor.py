"""Who is asking, as far as it is known without a query."""

from __future__ import annotations

import functools
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

_SESSION_KEY_OF_USER = "_auth_user_id"


def user_id_of(request: HttpRequest) -> str:
    """Return the primary key of the request's user where somebody has asked for it already, else ``""``.

    Never raises an Exception, whatever the site has put there.
    """
    attributes = request.__dict__
    # None by its truth: a site's class of users may work that out with a query.
    user = attributes.get("_cached_user")
    if user is None:
        user = attributes.get("_acached_user")
    if user is None:
        user = attributes.get("user")
    try:
        if isinstance(user, LazyObject):
            user = user.__dict__.get("_wrapped")
        if user is not None and user is not empty:
            key = getattr(user, "pk", None)
            return "" if key is None else str(key)
        session = _loaded_session(attributes.get("session"))
        return str(session.get(_SESSION_KEY_OF_USER, "")) if session else ""
    except Exception:  # noqa: BLE001 - a user of the site's own making
        return ""


def session_id_of(request: HttpRequest) -> str:
    """Return a hash of the session's key where the session was loaded, else ``""``; the key itself is a secret."""
    session = request.__dict__.get("session")
    if not _loaded_session(session):
        return ""
    key = getattr(session, "session_key", None)
    return _hashed(key) if isinstance(key, str) and key else ""


def _loaded_session(session: Any) -> dict[str, Any] | None:
    # Django keeps a session's values here once they were read; asking the session itself would read them.
    values = (
        session.__dict__.get("_session_cache")
        if session is not None and hasattr(session, "__dict__")
        else None
    )
    return values if isinstance(values, dict) else None


@functools.lru_cache(maxsize=1024)
def _hashed(key: str) -> str:
    return blake2b(key.encode("utf-8", "replace"), digest_size=8, person=b"vedette-session").hexdigest()
