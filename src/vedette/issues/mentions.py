"""What a commit's message says it fixes: ``Fixes SHOP-12``, ``fixes: #12, #14``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vedette.issues.issue import short_id_of

_NAME = r"(?:#\d+|[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*-\d+)"
_FIXES = re.compile(
    rf"\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?)\b:?\s+({_NAME}(?:(?:\s*,\s*|\s+and\s+|\s+){_NAME})*)",
    re.IGNORECASE,
)
_EACH = re.compile(_NAME)
_SHA = re.compile(r"[0-9a-f]{7,64}")
_MOST_CHARS = 20_000
_MOST_DIGITS = 18


def is_sha(text: str) -> bool:
    """Tell whether *text* can be the name of a commit."""
    return _SHA.fullmatch(text) is not None


def fixed_in(service: str, commits: Mapping[str, str]) -> dict[int, str]:
    """Return the issues of *service* that *commits* (the messages by name) say they fix, each with the first that does."""
    fixes: dict[int, str] = {}
    for sha, message in commits.items():
        for found in _FIXES.finditer(message[:_MOST_CHARS]):
            for name in _EACH.findall(found[1]):
                _, _, digits = name.replace("#", "-").rpartition("-")
                if len(digits) > _MOST_DIGITS:
                    continue
                number = int(digits)
                if name.startswith("#") or name.upper() == short_id_of(service, number):
                    fixes.setdefault(number, sha)
    return fixes
