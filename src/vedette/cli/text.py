"""Text for a terminal: what other people's data may do there, and how wide it is."""

from __future__ import annotations

import re
import unicodedata

_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NAMED = {"\n": "⏎", "\r": "␍", "\t": " "}


def visible(text: str) -> str:
    """Return *text* in one line, without what would move the cursor, set colours or turn the direction of writing."""
    return _NOT_SHOWN.sub(lambda match: _NAMED.get(match[0]) or f"\\x{ord(match[0]):02x}", text)


def width_of(text: str) -> int:
    """Return how many columns *text* takes."""
    if text.isascii():
        return len(text)
    return sum(_width_of_character(character) for character in text)


def cut(text: str, width: int) -> str:
    """Return *text*, or its beginning and an ellipsis where it is wider than *width*."""
    if width_of(text) <= width:
        return text
    taken, room = [], max(width - 1, 0)
    for character in text:
        room -= _width_of_character(character)
        if room < 0:
            break
        taken.append(character)
    return "".join(taken) + "…"


def _width_of_character(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
