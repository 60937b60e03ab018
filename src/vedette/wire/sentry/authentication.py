"""Who sends: the key in a header, in the query, or in an envelope's DSN."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from vedette.wire.errors import MalformedError, UnauthorizedError
from vedette.wire.sentry.dsn import Dsn

_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}\Z").match


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sent a body: the public key, and the SDK by its own name."""

    key: str
    client: str = ""
    version: str = ""


def sender(
    header: str = "", *, query: Mapping[str, str] | None = None, dsn: object = None, project: str = ""
) -> Sender:
    """Return who sent, of an ``X-Sentry-Auth`` or ``Authorization`` *header*, the *query* and an envelope's *dsn*.

    Raises `UnauthorizedError` where none holds a key, where they name different keys, where a key cannot be one, or
    where the DSN is of another *project* than the one that was posted to.
    """
    named = _of_header(header)
    asked = query or {}
    keys = {key for key in (named.get("sentry_key"), asked.get("sentry_key")) if key}
    if isinstance(dsn, str) and dsn:
        keys.add(_of_dsn(dsn, project=project).key)
    if not keys:
        raise UnauthorizedError("no key: send X-Sentry-Auth, ?sentry_key= or the envelope header dsn")
    if len(keys) > 1:
        raise UnauthorizedError("header, query and dsn name different keys")
    (key,) = keys
    if not _KEY(key):
        raise UnauthorizedError("the key has characters that no key has")
    return Sender(
        key=key,
        client=(named.get("sentry_client") or asked.get("sentry_client") or "")[:200],
        version=(named.get("sentry_version") or asked.get("sentry_version") or "")[:20],
    )


def _of_header(header: str) -> dict[str, str]:
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "sentry":
        return {}
    pairs = (part.partition("=") for part in rest.split(","))
    return {name.strip().lower(): unquote(value.strip().strip('"')) for name, _, value in pairs}


def _of_dsn(text: str, *, project: str) -> Dsn:
    try:
        dsn = Dsn.of(text)
    except MalformedError as error:
        raise UnauthorizedError(str(error)) from None
    if project and dsn.project != project:
        raise UnauthorizedError("the dsn is of another project")
    return dsn
