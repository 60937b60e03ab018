"""Values that a sender may have written in several ways, as the one way in which records hold them."""

from __future__ import annotations

import math
import re
from typing import Any

from vedette.wire import documents

NAME_CHARS = 200
TEXT_CHARS = 4096
_HEX = re.compile(r"[0-9a-f]+\Z").match

Mapping = dict[str, Any]


def text_of(value: object) -> str:
    """Return *value*, which came from JSON, as text: ``""`` for None, JSON for containers."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int | float):
        return repr(value)
    return documents.encode(value)


def short(value: object, chars: int = TEXT_CHARS) -> str:
    """Return *value* as text of at most *chars* characters, with an ellipsis where it was cut."""
    text = value if isinstance(value, str) else text_of(value)
    return text if len(text) <= chars else text[: chars - 1] + "…"


def dict_of(value: object) -> Mapping:
    """Return *value* where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """Return the items of *value*: a list, ``{"values": [...]}``, or a single mapping; without what is None."""
    if isinstance(value, dict):
        values = value.get("values", value)
        if values is value:
            return [value] if value else []
        value = values
    if not isinstance(value, list):
        return []
    return [item for item in value if item is not None] if None in value else value


def pairs_of(value: object) -> Mapping:
    """Return *value* as a mapping: it may be one, a list of pairs, or a list of ``{"key", "value"}``."""
    if isinstance(value, dict):
        return value
    pairs: Mapping = {}
    for item in value if isinstance(value, list) else ():
        if isinstance(item, list) and len(item) == 2:
            pairs[text_of(item[0])] = item[1]
        elif isinstance(item, dict) and "key" in item:
            pairs[text_of(item["key"])] = item.get("value")
    return pairs


def number_of(value: object) -> float | None:
    """Return *value*, a number or its digits, as a finite float; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def integer_of(value: object) -> int | None:
    """Return *value*, a whole number or its digits, as an int; None where it is none, or none of 64 bits."""
    number: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and len(value) <= 40:
        try:
            number = int(value)
        except ValueError:
            return None
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    return number if number is not None and -(1 << 63) <= number < 1 << 64 else None


def hex_id(value: object, digits: int) -> str:
    """Return an id of *digits* hex digits, lower case and without dashes; ``""`` where *value* is none, or zero."""
    if not isinstance(value, str):
        return ""
    bare = value.replace("-", "").strip().lower()
    return bare if len(bare) == digits and _HEX(bare) and bare.strip("0") else ""


def trace_id_of(value: object) -> str:
    """Return a trace id, ``""`` where *value* is none."""
    return hex_id(value, 32)


def span_id_of(value: object) -> str:
    """Return a span id, ``""`` where *value* is none."""
    return hex_id(value, 16)
