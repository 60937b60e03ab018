"""The language of the query bar: ``level:error logger:django user:7 key:value words "a phrase" -not``.

A word or a quoted phrase must occur.  ``name:value`` names a field of every record (`FIELDS`) or else an attribute;
``attributes.<name>:value`` or ``"any name":value`` always names an attribute, and ``*`` is any value.  ``level:error`` means
that level and above, ``level:=error`` it alone, ``level:info,error`` these two.  A minus in front excludes words, loggers and
attributes.  Inside quotes, a backslash keeps a quote or a backslash from its meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from vedette.logs import levels
from vedette.logs.filters import Filters

FIELDS: Mapping[str, str] = {
    "level": "level",
    "logger": "logger",
    "user": "user_id",
    "request": "request_id",
    "trace": "trace_id",
    "service": "service",
    "environment": "environment",
    "env": "environment",
    "release": "release",
    "host": "host",
    "template": "template",
}
"""What the names before a colon stand for."""
ATTRIBUTE = "attributes."
MOST_CONDITIONS = 100
"""Each condition is looked for in every record: past this many a question takes the engine minutes to understand."""
_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*):(?!//)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(r"\S+")


class ParseError(ValueError):
    """The text is not in the language; `position` and `length` say where in it."""

    def __init__(self, message: str, *, position: int, length: int = 1) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position
        self.length = length


@dataclass(frozen=True, slots=True)
class _Item:
    position: int
    length: int
    is_excluded: bool
    key: str
    is_attribute: bool
    value: str

    def error(self, message: str) -> ParseError:
        return ParseError(message, position=self.position, length=self.length)


@dataclass(slots=True)
class _Found:
    values: dict[str, Any] = field(default_factory=dict)

    def set(self, name: str, value: object, item: _Item) -> None:
        if name in self.values:
            raise item.error(f"'{item.key}:' is there twice")
        self.values[name] = value

    def add(self, name: str, value: object) -> None:
        self.values[name] = (*self.values.get(name, ()), value)


def parse(text: str) -> Filters:
    """Return the filters that *text* stands for.

    Raises:
        ParseError: If it makes no sense, with the place.
    """
    found = _Found()
    for number, item in enumerate(_items(text)):
        if number == MOST_CONDITIONS:
            raise item.error(f"There are more than {MOST_CONDITIONS} words and conditions")
        if not item.key:
            found.add("excluded_words" if item.is_excluded else "words", item.value)
        elif item.is_attribute:
            found.add("excluded_attributes" if item.is_excluded else "attributes", (item.key, item.value))
        elif item.key == "level":
            _add_level(found, item)
        elif item.key == "logger" and item.is_excluded:
            found.add("excluded_loggers", item.value)
        elif item.is_excluded:
            raise item.error(f"'{item.key}:' cannot be excluded; words, loggers and attributes can")
        else:
            found.set(FIELDS[item.key], item.value, item)
    return Filters(**found.values)


def render(filters: Filters) -> str:
    """Return the text that stands for *filters*: `parse` gives them back."""
    parts: list[str] = []
    if filters.levels:
        parts.append(f"level:{'=' if len(filters.levels) == 1 else ''}{','.join(filters.levels).lower()}")
    elif filters.min_level:
        parts.append(f"level:{filters.min_level.lower()}")
    names = {column: name for name, column in reversed(list(FIELDS.items()))}
    parts += [
        f"{names[each.name]}:{_quoted_value(value)}"
        for each in fields(Filters)
        if each.name in names and (value := getattr(filters, each.name))
    ]
    parts += [f"-logger:{_quoted_value(value)}" for value in filters.excluded_loggers]
    parts += [f"{_quoted_key(key)}:{_quoted_value(value)}" for key, value in filters.attributes]
    parts += [f"-{_quoted_key(key)}:{_quoted_value(value)}" for key, value in filters.excluded_attributes]
    parts += [_quoted_word(word) for word in filters.words]
    parts += [f"-{_quoted_word(word)}" for word in filters.excluded_words]
    return " ".join(parts)


def _items(text: str) -> Iterable[_Item]:
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        item = _item(text, position)
        yield item
        position += item.length


def _item(text: str, start: int) -> _Item:
    position = start
    is_excluded = text[position] == "-"
    if is_excluded:
        position += 1
        if position == len(text) or text[position].isspace():
            raise ParseError("Nothing follows '-'", position=start)
    key, is_attribute = "", False
    if text[position] == '"':
        value, position = _quoted(text, position)
        if text[position : position + 1] == ":":
            key, is_attribute = value, True
            value, position = _value(text, position + 1, after=f'"{key}":', start=start)
    elif (match := _KEY.match(text, position)) and _is_key(text, match):
        key, is_attribute = _named(match[1])
        value, position = _value(text, match.end(), after=match[0], start=start)
    else:
        bare = _BARE.match(text, position)
        assert bare is not None
        value, position = bare[0], bare.end()
    return _Item(start, position - start, is_excluded, key, is_attribute, value)


def _is_key(text: str, match: re.Match[str]) -> bool:
    # "Error: it broke" pasted from a log is words; "level: " is a slip of the one who types.
    return match[1] in FIELDS or (match.end() < len(text) and not text[match.end()].isspace())


def _named(name: str) -> tuple[str, bool]:
    if name in FIELDS:
        return name, False
    return name.removeprefix(ATTRIBUTE) or name, True


def _value(text: str, position: int, *, after: str, start: int) -> tuple[str, int]:
    if text[position : position + 1] == '"':
        return _quoted(text, position)
    match = _BARE.match(text, position)
    if match is None:
        raise ParseError(f"Nothing follows '{after}'", position=start, length=position - start)
    return match[0], match.end()


def _quoted(text: str, position: int) -> tuple[str, int]:
    match = _QUOTED.match(text, position)
    if match is None:
        raise ParseError("The quote is not closed", position=position, length=len(text) - position)
    value = re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
    if not value:
        raise ParseError("There is nothing between the quotes", position=position, length=2)
    return value, match.end()


def _add_level(found: _Found, item: _Item) -> None:
    if item.is_excluded:
        raise item.error("'level:' cannot be excluded; name the wanted ones, as in level:info,warning")
    names = item.value.removeprefix("=").split(",")
    try:
        named = tuple(levels.level_named(name) for name in names)
    except levels.UnknownLevelError as error:
        raise item.error(str(error)) from error
    if {"levels", "min_level"} & set(found.values):
        raise item.error("'level:' is there twice")
    if len(named) == 1 and not item.value.startswith("="):
        found.set("min_level", named[0], item)
    else:
        found.set("levels", named, item)


def _escaped(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted_value(value: str) -> str:
    return value if value and not re.search(r'[\s"]', value) else _escaped(value)


def _quoted_word(word: str) -> str:
    is_plain = word and not re.search(r'[\s"]', word) and word[0] != "-" and not _KEY.match(word)
    return word if is_plain else _escaped(word)


def _quoted_key(key: str) -> str:
    if key in FIELDS or key.startswith(ATTRIBUTE):
        return _escaped(key)
    return key if _KEY.fullmatch(f"{key}:") else _escaped(key)
