"""SQL in one line: which columns a statement reads matters less than from where."""

from __future__ import annotations

import re

FEWEST_CHARS = 24
"""A list of columns up to this long is shown."""
MOST_CHARS = 20_000
_SELECT = re.compile(r"\s*(SELECT(?:\s+DISTINCT)?)\s+", re.IGNORECASE)
_STEP = re.compile(r"[()]|\bFROM\b", re.IGNORECASE)


def shortened(text: str) -> str:
    """Return *text* with ``…`` in place of a long list of columns; unchanged where it is no SELECT."""
    begins = _SELECT.match(text)
    if begins is None:
        return text
    depth = 0
    for step in _STEP.finditer(text, begins.end(), MOST_CHARS):
        if step[0] == "(":
            depth += 1
        elif step[0] == ")":
            depth -= 1
        elif depth == 0:
            # A FROM within parentheses is that of a subquery, or of EXTRACT(… FROM …).
            is_long = step.start() - begins.end() > FEWEST_CHARS
            return f"{begins[1]} … {text[step.start() :]}" if is_long else text
    return text
