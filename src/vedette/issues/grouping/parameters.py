"""What changes from one event to the next, taken out of a message: `parameterize`, `normalized`."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from itertools import islice

from vedette.issues.grouping.patterns import (
    ASSIGNED,
    EMAIL,
    HOSTNAME,
    IP,
    IP4,
    NUMBERED,
    NUMBERED_WORD,
    PLAIN_DATE,
    URL,
    Pattern,
)

MOST_CHARS = 8192
"""What is longer is cut before it is looked at: its end tells nothing that its beginning does not."""
_LINES = 2
_DIGIT = re.compile("[0-9]").search
_GUARDS = {"digit": "(?=[0-9])(?<![0-9])", "word": r"\b(?=[a-zA-Z])", "sign": "(?=[:'\"-])"}
"""What must hold where a kind that begins with a digit, a letter or a sign can be."""


def parameterize(message: str) -> str:
    """Return *message* with each id, address, time and number in it replaced by the name of its kind: ``<int>``."""
    if len(message) > MOST_CHARS:
        message = message[:MOST_CHARS]
    has_digit = _DIGIT(message) is not None
    has_ip6 = "::" in message or (has_digit and message.count(":") > 6)
    return _replacer("@" in message, "://" in message, "." in message, has_ip6, has_digit, "=" in message)(
        message
    )


def normalized(message: str) -> str:
    """Return what *message* is grouped by: its first two lines that are not blank, parameterized."""
    if "\n" in message or "\r" in message or not message.isprintable():
        lines = (line for line in message[:MOST_CHARS].splitlines() if line.strip())
        first = "\n".join(islice(lines, _LINES))
        message = first if first == message else first + "..."
    return parameterize(message)


@functools.cache
def _replacer(
    has_at: bool, has_url: bool, has_dot: bool, has_ip6: bool, has_digit: bool, has_equals: bool
) -> Callable[[str], str]:
    """Return what replaces the kinds that can be in a message.

    One expression goes over the message from unit to unit, and tries all kinds at the beginning of each, in their order.
    A unit is the letters of a word and what is between it and the next, or digits in a row; kinds that need a character which the
    message lacks are left out of the expression.
    """
    groups = [
        [*([URL] if has_url else []), *([HOSTNAME] if has_dot else []), *_addresses(has_ip6, has_dot)],
        NUMBERED if has_digit else [PLAIN_DATE] if has_dot else [],
        ASSIGNED if has_equals else [],
    ]
    if not any(groups) and not has_at:
        return str
    names = ["", "email"] if has_at else [""]
    branches = [f"({EMAIL})"] if has_at else []
    for place, guard in _GUARDS.items():
        choices = []
        for group in groups:
            told = [(pattern.kind, written) for pattern in group if (written := getattr(pattern, place))]
            names += [kind for kind, _ in told]
            choice = "|".join(f"({written})" for _, written in told)
            is_numbered = group is NUMBERED and place == "word"
            choices += [f"{NUMBERED_WORD}(?:{choice})" if is_numbered else choice] if told else []
        if choices:
            branches.append(f"{guard}(?:{'|'.join(choices)})")
    # An address may begin at any sign, so signs are taken one by one where there may be one.
    after, between = (r"\s*+", "") if has_at else (r"[^\w:'\"-]*+", "++")
    unit = rf"(?>[^\W0-9]++{after}|[0-9]++|[^\w:'\"-]{between}|[:'\"-])"
    expression = re.compile(rf"({unit}*?)(?:{'|'.join(branches)}|\Z)", re.VERBOSE)
    replacements = ["", *(f"<{name}>" if name else "" for name in names)]

    def replaced(found: re.Match[str]) -> str:
        return found[1] + replacements[found.lastindex or 1]

    return functools.partial(expression.sub, replaced)


def _addresses(has_ip6: bool, has_dot: bool) -> list[Pattern]:
    return [IP] if has_ip6 else [IP4] if has_dot else []
