"""Issues as people name them: ``SHOP-12``, ``#12``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vedette.cli.options import UsageError
from vedette.issues.queries import Issue, get_issues

_NAME = re.compile(r"(?:([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)-|#)(\d{1,18})")


def named(words: Sequence[str]) -> list[Issue]:
    """Return the issues that *words* name, in this order; none where they are no names.

    Raises:
        UsageError: If they are names, and there is no such issue.
    """
    matches = [match for word in words if (match := _NAME.fullmatch(word))]
    if not words or len(matches) < len(words):
        return []
    known = get_issues(int(match[2]) for match in matches)
    found = []
    for match in matches:
        issue = known.get(int(match[2]))
        if issue is None or (match[1] and issue.short_id != match[0].upper()):
            raise UsageError(f"there is no issue {match[0]}")
        found.append(issue)
    return found
