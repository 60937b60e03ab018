"""Secrets, taken out by the name under which they are kept.

A value is replaced where its key looks like a secret's, at any depth.  What is left is made of text, numbers, booleans,
None, lists and dicts alone, however odd the value was.
"""

from __future__ import annotations

from collections.abc import Mapping

from vedette.pipeline.limits import VALUE_CHARS, as_text, clip
from vedette.record.secrets import FILTERED, is_secret

__all__ = ["FILTERED", "MOST_DEPTH", "MOST_ITEMS", "described", "is_secret", "scrubbed"]

MOST_DEPTH = 6
MOST_ITEMS = 100


def scrubbed(value: object, *, key: str = "", depth: int = 0) -> object:
    """Return *value*, kept under *key*, without secrets; never raises an Exception.

    Containers are cut at `MOST_ITEMS` items and `MOST_DEPTH` levels, which also ends cycles.
    """
    if key and is_secret(key):
        return FILTERED
    value = _without_laziness(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return clip(value, VALUE_CHARS)
    if depth >= MOST_DEPTH:
        return f"<{type(value).__name__}>"
    try:
        if isinstance(value, Mapping):
            return {
                (name := clip(as_text(item), 200)): scrubbed(value[item], key=name, depth=depth + 1)
                for item in list(value)[:MOST_ITEMS]
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [scrubbed(item, depth=depth + 1) for item in list(value)[:MOST_ITEMS]]
    except Exception as error:  # noqa: BLE001 - a site's container may raise anything
        return f"<{type(value).__name__}: {type(error).__name__}>"
    return clip(described(value), VALUE_CHARS)


def described(value: object) -> str:
    """Return *value* as text, without asking a database for it.

    The text of a model instance or a query set may take a query to make, and may say more about a person than their key.
    """
    kind = type(value)
    if kind.__module__.startswith("django.db.models"):
        return f"<{kind.__name__}>"
    meta = getattr(kind, "_meta", None)
    if meta is not None and hasattr(meta, "label"):
        return f"<{meta.label} {as_text(getattr(value, 'pk', None))}>"
    return as_text(value)


def _without_laziness(value: object) -> object:
    # Of Django's lazy objects (`request.user` is one), even `isinstance` asks the database.
    if type(value).__name__ != "SimpleLazyObject":
        return value
    wrapped = vars(value).get("_wrapped")
    return "<SimpleLazyObject>" if type(wrapped) is object else wrapped
