"""OTLP's values, in the form of its JSON, as plain ones."""

from __future__ import annotations

import base64
import re
from typing import Any

from vedette.record.redaction import LONGEST, redacted
from vedette.record.secrets import FILTERED
from vedette.wire.otlp.conventions import NEW_NAMES
from vedette.wire.values import Mapping, integer_of, list_of, number_of, short, text_of

MOST_DEPTH = 12
_URLSAFE = b"-_"
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]").search


def value_of(value: Any, depth: int = 0) -> Any:
    """Return what an AnyValue holds, as what JSON has."""
    if not isinstance(value, dict) or not value:
        return None
    if "stringValue" in value:
        return text_of(value["stringValue"])
    if "intValue" in value:
        return integer_of(value["intValue"])
    if "boolValue" in value:
        return value["boolValue"] is True
    if "doubleValue" in value:
        return _double(value["doubleValue"])
    if depth >= MOST_DEPTH:
        return "…"
    if "arrayValue" in value:
        inner = value["arrayValue"]
        return [value_of(item, depth + 1) for item in _values(inner)]
    if "kvlistValue" in value:
        return plain(_values(value["kvlistValue"]), depth + 1)
    return _of_bytes(text_of(value.get("bytesValue"))) or None


def plain(attributes: Any, depth: int = 0) -> Mapping:
    """Return a list of KeyValues as a mapping."""
    kept: Mapping = {}
    for item in attributes if isinstance(attributes, list) else ():
        if isinstance(item, dict) and item.get("key"):
            kept[short(item["key"], 200)] = value_of(item.get("value"), depth)
    return kept


def normalised(attributes: Mapping) -> Mapping:
    """Return *attributes* under the names of today's semantic conventions; a new name beside an old one wins."""
    if not any(name in NEW_NAMES for name in attributes):
        return attributes
    renamed: Mapping = {}
    for name, value in attributes.items():
        new = NEW_NAMES.get(name)
        if new is None:
            renamed[name] = value
        elif new not in attributes:
            renamed.setdefault(new, value)
    return renamed


def messages(value: Any) -> list[Mapping]:
    """Return the messages of a repeated field."""
    return [item for item in list_of(value) if isinstance(item, dict)]


def _values(inner: Any) -> list[Any]:
    values = inner.get("values") if isinstance(inner, dict) else None
    return values if isinstance(values, list) else []


def _of_bytes(encoded: str) -> str:
    """Return bytes, which come in base64, as the text that they are; else in base64, unless a secret is among them."""
    try:
        data = base64.b64decode(
            encoded + "=" * (-len(encoded) % 4),
            altchars=_URLSAFE if "-" in encoded or "_" in encoded else None,
        )
    except ValueError:
        return encoded
    text = data.decode("utf-8", "replace")
    if _NO_TEXT(text) is None:
        return text
    # Nobody who looks for secrets later would look into base64.
    return encoded if redacted(text) == text[:LONGEST] else FILTERED


def _double(value: Any) -> float | str | None:
    number = number_of(value)
    return text_of(value)[:20] if number is None and isinstance(value, str) else number
