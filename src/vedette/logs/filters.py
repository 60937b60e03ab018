"""Which log records a question is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vedette.logs import levels
from vedette.store.bindings import Bindings

ANY = "*"
"""The value of an attribute that need only be there."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that a log record meets, all of them; ``""`` and ``()`` mean any.

    Each of `words` occurs in the message or the exception, letters' case aside, and none of `excluded_words` does; a
    word with spaces is a phrase.  `min_level` and `levels` are names of `vedette.logs.levels`.  `logger` names a logger
    and those below it.  The value ``*`` of an attribute means that there is one.

    Raises:
        UnknownLevelError: If a level is none.
    """

    words: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    min_level: str = ""
    levels: tuple[str, ...] = ()
    logger: str = ""
    excluded_loggers: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    excluded_attributes: tuple[tuple[str, str], ...] = ()
    template: str = ""
    request_id: str = ""
    trace_id: str = ""
    user_id: str = ""
    service: str = ""
    environment: str = ""
    release: str = ""
    host: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "min_level", levels.level_named(self.min_level) if self.min_level else "")
        object.__setattr__(self, "levels", tuple(levels.level_named(level) for level in self.levels))


NO_FILTERS = Filters()
EQUAL = ("template", "request_id", "trace_id", "user_id", "service", "environment", "release", "host")
"""The filters whose values a record's column equals."""


def conditions(filters: Filters, bindings: Bindings) -> Iterator[str]:
    """Yield the SQL conditions of *filters* over `logs`."""
    for name in EQUAL:
        if value := getattr(filters, name):
            yield f"{name} = {bindings.bind(name, value)}"
    if filters.min_level:
        yield levels.at_least(filters.min_level)
    if filters.levels:
        yield f"({' OR '.join(f'({levels.exactly(level)})' for level in filters.levels)})"
    if filters.logger:
        yield _is_below(bindings, filters.logger)
    for logger in filters.excluded_loggers:
        yield f"NOT {_is_below(bindings, logger)}"
    for word in filters.words:
        yield _contains(bindings, word)
    for word in filters.excluded_words:
        yield f"NOT {_contains(bindings, word)}"
    for key, value in filters.attributes:
        yield _has(bindings, key, value)
    for key, value in filters.excluded_attributes:
        yield f"NOT ({_has(bindings, key, value)})"


def _is_below(bindings: Bindings, logger: str) -> str:
    exact = bindings.bind("logger", logger)
    below = bindings.bind("below", f"{logger}.")
    return f"(logger = {exact} OR left(logger, length({below})) = {below})"


def _contains(bindings: Bindings, word: str) -> str:
    bound = bindings.bind("word", word)
    return (
        f"({bindings.dialect.contains('message', bound)} OR {bindings.dialect.contains('exception', bound)})"
    )


def _has(bindings: Bindings, key: str, value: str) -> str:
    found = bindings.dialect.map_get("attributes", bindings.bind("attribute", key))
    return f"{found} <> ''" if value == ANY else f"{found} = {bindings.bind('value', value)}"
