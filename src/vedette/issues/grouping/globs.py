"""Patterns with ``*``, ``?`` and ``[…]`` in them, as rules are written."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

Test = Callable[[str], bool]


@functools.lru_cache(maxsize=2048)
def glob(pattern: str, *, ignores_case: bool = False) -> Test:
    """Return a test for texts that *pattern* fits as a whole; ``*`` stands for any text."""
    return _test(pattern, r"[\s\S]*", r"[\s\S]*", re.IGNORECASE if ignores_case else 0)


@functools.lru_cache(maxsize=2048)
def path_glob(pattern: str) -> Test:
    """Return a test for paths: ``**`` stands for any text, ``*`` for any without a slash; case does not matter."""
    matches = _test(pattern.replace("\\", "/"), "[^/]*", r"[\s\S]*", re.IGNORECASE)

    def test(path: str) -> bool:
        path = path.replace("\\", "/")
        return matches(path) or (not path.startswith("/") and matches("/" + path))

    return test


_TOKEN = re.compile(r"\*\*+|\*|\?|\[!?\]?[^\]]*\]|[\s\S]")
_RANGE = re.compile(r"([\s\S])-([\s\S])|([\s\S])")


def _test(pattern: str, one_star: str, two_stars: str, flags: int) -> Test:
    special = {"*": one_star, "?": r"[\s\S]"}
    parts = []
    for token in _TOKEN.findall(pattern):
        if token.startswith("**"):
            parts.append(two_stars)
        elif len(token) > 1:
            parts.append(_set(token[1:-1]))
        else:
            parts.append(special.get(token) or re.escape(token))
    try:
        expression = re.compile("".join(parts), flags)
    except re.error:  # a set of characters that is none, such as `[z-a]`
        return lambda text: text == pattern
    return lambda text: expression.fullmatch(text) is not None


def _set(inner: str) -> str:
    """Return a set of characters: ranges such as ``a-z``, all else stands for itself."""
    is_negated = inner.startswith("!")
    told = [
        f"{re.escape(first)}-{re.escape(last)}" if first else re.escape(single)
        for first, last, single in _RANGE.findall(inner[1:] if is_negated else inner)
    ]
    return f"[{'^' if is_negated else ''}{''.join(told)}]"
