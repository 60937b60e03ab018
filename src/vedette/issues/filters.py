"""Which issues a question is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from vedette.issues.statuses import STATUSES, UNRESOLVED
from vedette.store.bindings import Bindings

NOBODY = "none"
"""How a filter names issues that nobody is assigned to."""
MOST_WORDS = 20
_COLUMNS = {"host": "errors.host", "level": "errors.level"}
"""What every event has, and is filtered by like an attribute."""


class FilterError(ValueError):
    """A filter makes no sense; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFilters:
    """Conditions that an issue meets, all of them; ``""`` means any.

    `words` all occur in title, culprit, type or value, letters' case aside.  `environment`, `release`, `user` and `attributes`
    (names and values; ``host`` and ``level`` among them) are about events: an issue is found where one of its events meets them
    all, and its figures are of those events alone.

    Raises:
        FilterError: If a value makes no sense.
    """

    status: str = UNRESOLVED
    words: str = ""
    service: str = ""
    environment: str = ""
    release: str = ""
    level: str = ""
    assignee: str = ""
    type: str = ""
    is_unhandled: bool = False
    is_regressed: bool = False
    user: str = ""
    first_release: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.status and self.status not in STATUSES:
            raise FilterError(f"status: {self.status[:30]!r} is none of {', '.join(STATUSES)}")
        if len(self.words.split()) > MOST_WORDS:
            raise FilterError(f"there are more than {MOST_WORDS} words")


def of_state(filters: IssueFilters) -> Q:
    """Return what *filters* ask of an issue itself, but for its status."""
    asked = Q()
    for name, value in (
        ("service", filters.service),
        ("level", filters.level),
        ("type", filters.type),
        ("first_release", filters.first_release),
    ):
        if value:
            asked &= Q(**{name: value})
    if filters.assignee:
        asked &= Q(assignee="" if filters.assignee == NOBODY else filters.assignee)
    if filters.is_unhandled:
        asked &= Q(is_handled=False)
    if filters.is_regressed:
        asked &= Q(is_regressed=True)
    for word in filters.words.split():
        found = Q()
        for name in ("title", "culprit", "type", "value"):
            for written in _ways_to_write(word.replace("\0", "")):
                found |= Q(**{f"{name}__icontains": written})
        asked &= found
    return asked


def _ways_to_write(word: str) -> set[str]:
    # SQLite knows capitals of ASCII alone.
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}


def of_events(filters: IssueFilters, bindings: Bindings) -> Iterator[str]:
    """Yield the SQL conditions of *filters* over `errors`."""
    for column, value in (
        ("environment", filters.environment),
        ("release", filters.release),
        ("user_id", filters.user),
    ):
        if value:
            yield f"{column} = {bindings.bind(column, value)}"
    for name, value in filters.attributes:
        held = _COLUMNS.get(name) or bindings.dialect.map_get("attributes", bindings.bind("attribute", name))
        yield f"{held} = {bindings.bind('value', value)}"
