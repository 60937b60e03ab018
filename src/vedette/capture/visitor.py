"""Who is asking, as far as it is known without a query."""

from __future__ import annotations

import functools
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

_SESSION_KEY_OF_USER = "_auth_user_id"


def user_id_of(request: HttpRequest) -> str:
    """Return the primary key of the request's user where somebody has asked for it already, else ``""``."""
    attributes = request.__dict__
    user = attributes.get("_cached_user") or attributes.get("_acached_user") or attributes.get("user")
    if isinstance(user, LazyObject):
        user = user.__dict__.get("_wrapped")
    if user is not None and user is not empty:
        key = getattr(user, "pk", None)
        return "" if key is None else str(key)
    session = _loaded_session(attributes.get("session"))
    return str(session.get(_SESSION_KEY_OF_USER, "")) if session else ""


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
