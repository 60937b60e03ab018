"""The site's own rules of grouping, as the setting ``GROUPING_RULES`` holds them."""

from __future__ import annotations

from typing import NamedTuple

from vedette.issues.grouping.rule_text import UnableToParse, parse
from vedette.issues.grouping.rules import Rule


class Fault(NamedTuple):
    """A line that is no rule, and why."""

    line: int
    text: str
    reason: str


def read_rules(text: str) -> tuple[tuple[Rule, ...], list[Fault]]:
    """Return the rules in *text*, and what is wrong with the lines that are none: the others hold meanwhile."""
    rules: list[Rule] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            rules += parse(line)
        except UnableToParse as error:
            faults.append(Fault(number, line.strip(), error.reason))
    return tuple(rules), faults
