"""OTLP's values, in the form of its JSON, as plain ones."""

from __future__ import annotations

from typing import Any

from vedette.wire.otlp.conventions import NEW_NAMES
from vedette.wire.values import Mapping, integer_of, list_of, number_of, short, text_of

MOST_DEPTH = 12


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
    return text_of(value.get("bytesValue")) or None


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


def _double(value: Any) -> float | str | None:
    number = number_of(value)
    return text_of(value)[:20] if number is None and isinstance(value, str) else number
