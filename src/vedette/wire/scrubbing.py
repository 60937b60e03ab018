"""Secrets taken out of what came from JSON, by key and by looks.

Nothing is changed in place: what holds no secret is returned as it is, so that most of an event is not copied, and what
another consumer holds (a second transport, say) stays whole.
"""

from __future__ import annotations

from typing import Any

from vedette.record.redaction import redacted
from vedette.record.secrets import FILTERED, is_secret
from vedette.wire.values import short

MOST_DEPTH = 24
PERSONAL_KEYS = frozenset(
    {
        "cf-connecting-ip",
        "client_address",
        "client.address",
        "contact_email",
        "email",
        "enduser.id",
        "forwarded",
        "http_x_forwarded_for",
        "http_x_real_ip",
        "ip",
        "ip_address",
        "net.peer.ip",
        "phone",
        "phone_number",
        "remote_addr",
        "remote_host",
        "true-client-ip",
        "user.email",
        "user.full_name",
        "user.ip_address",
        "user.name",
        "user.username",
        "x-client-ip",
        "x-forwarded-for",
        "x-real-ip",
    }
)
"""Keys, in lower case, under which a person's name or address is kept."""
_DASHES = ("-", "'-", '"-')
"""How an option of a command line begins, plain or as Python shows it; the argument after it is its value."""
_COUNTS = ("tokens", "count", "limit", "length", "_ms", "_s")


def scrubbed(value: Any, *, keep_pii: bool = False) -> Any:
    """Return *value*, made of what JSON has, without secrets; what is nested past `MOST_DEPTH` is left out."""
    return _scrubbed(value, keep_pii, 0)


def scrubbed_text(value: str, key: str, *, keep_pii: bool = False) -> str:
    """Return the text *value* that is kept under *key* without secrets."""
    if is_secret(key) and not _is_count(key, value):
        return FILTERED if value else value
    if not keep_pii and key.lower() in PERSONAL_KEYS:
        return FILTERED if value else value
    return redacted(value, keep_pii=keep_pii)


def attribute(value: Any, key: str, *, keep_pii: bool = False) -> str:
    """Return *value*, kept under *key*, as an attribute's text without secrets; a container is JSON."""
    if isinstance(value, dict | list):
        value = masked(value) if is_secret(key) else scrubbed(value, keep_pii=keep_pii)
    return scrubbed_text(short(value), key, keep_pii=keep_pii)


def masked(value: Any) -> Any:
    """Return *value* with each text and number in it replaced; its keys stay."""
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value if value is None or isinstance(value, bool) or value == "" else FILTERED


def _scrubbed(value: Any, keep_pii: bool, depth: int) -> Any:
    kind = type(value)
    if kind is str:
        return redacted(value, keep_pii=keep_pii)
    if kind is dict:
        return _dict(value, keep_pii, depth + 1) if depth < MOST_DEPTH else "…"
    if kind is list:
        return _list(value, keep_pii, depth + 1) if depth < MOST_DEPTH else "…"
    return value


def _dict(value: dict[str, Any], keep_pii: bool, depth: int) -> dict[str, Any]:
    changed: dict[str, Any] | None = None
    for key, item in value.items():
        kind = type(item)
        if is_secret(key):
            clean = item if _is_count(key, item) else masked(item)
        elif kind is str:
            is_personal = not keep_pii and key.lower() in PERSONAL_KEYS
            clean = (FILTERED if item else item) if is_personal else redacted(item, keep_pii=keep_pii)
        elif kind is dict or kind is list:
            clean = _scrubbed(item, keep_pii, depth)
        else:
            continue
        if clean is not item:
            if changed is None:
                changed = dict(value)
            changed[key] = clean
    return value if changed is None else changed


def _list(value: list[Any], keep_pii: bool, depth: int) -> list[Any]:
    if (
        len(value) == 2
        and type(value[0]) is str
        and is_secret(value[0])
        and not isinstance(value[1], dict | list)
    ):
        return [value[0], masked(value[1])]
    changed: list[Any] | None = None
    is_named = False
    for place, item in enumerate(value):
        clean = _scrubbed(item, keep_pii, depth)
        if type(item) is str:
            if is_named and not item.startswith(_DASHES):
                clean = masked(item)
            is_named = item.startswith(_DASHES) and is_secret(item.strip("-'\""))
        if clean is not item:
            if changed is None:
                changed = list(value)
            changed[place] = clean
    return value if changed is None else changed


def _is_count(key: str, value: object) -> bool:
    is_number = isinstance(value, int | float) or (
        isinstance(value, str) and value.isdigit() and len(value) < 10
    )
    return is_number and key.lower().endswith(_COUNTS)
