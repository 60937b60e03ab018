"""The language of the search bar: ``is:unresolved assigned:grace level:error release:2.0 user:7 TypeError checkout``.

A word must occur in an issue's title, culprit, type or value.  ``is:`` takes a state, ``all`` for any, ``unhandled`` or
``regressed``; without one, issues are unresolved.  ``assigned:none`` names those that nobody is assigned to.  A value with
spaces in it stands in quotes.  ``tag.browser.name:Firefox`` names a tag of the events.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from vedette.issues.filters import FilterError, IssueFilters
from vedette.issues.statuses import STATUSES, UNRESOLVED
from vedette.wire.sentry.event import LEVELS

FIELDS: Mapping[str, str] = {
    "assigned": "assignee",
    "level": "level",
    "service": "service",
    "environment": "environment",
    "env": "environment",
    "release": "release",
    "first-release": "first_release",
    "user": "user",
    "type": "type",
}
"""What the names before a colon stand for, beside ``is``."""
TAG = "tag."
"""What the name of a tag begins with."""
ANY = "all"
FLAGS: Mapping[str, str] = {"unhandled": "is_unhandled", "regressed": "is_regressed"}
_KEY = r'(?:tag\.[^\s:"]+|[A-Za-z-]+)'
_TAG = re.compile(r'tag\.[^\s:"]+').fullmatch
_TOKEN = re.compile(rf'(?:(?P<key>{_KEY}):(?!//))?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>\S+))')
_DANGLING = re.compile(rf"({_KEY}):(?=\s|$)")


class SearchError(ValueError):
    """The text is not in the language; `position` says where in it."""

    def __init__(self, message: str, *, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position


class _Token(NamedTuple):
    position: int
    key: str
    value: str


def parse_search(text: str) -> IssueFilters:
    """Return the filters that *text* stands for.

    Raises:
        SearchError: If it makes no sense, with the place.
    """
    values: dict[str, Any] = {}
    tags: list[tuple[str, str]] = []
    words: list[str] = []
    for token in _tokens(text):
        if not token.key:
            words.append(token.value)
        elif token.key == "is":
            _add_state(values, token)
        elif token.key.startswith(TAG):
            tags.append((token.key.removeprefix(TAG), token.value))
        elif FIELDS[token.key] in values:
            raise SearchError(f"'{token.key}:' is there twice", position=token.position)
        else:
            values[FIELDS[token.key]] = _checked(token)
    try:
        return IssueFilters(words=" ".join(" ".join(words).split()), attributes=tuple(tags), **values)
    except FilterError as error:
        raise SearchError(str(error), position=0) from error


def render_search(filters: IssueFilters) -> str:
    """Return the text that stands for *filters*: `parse_search` gives them back.

    A tag whose name has a blank, a colon or a quote in it cannot be searched for, and is left out.
    """
    parts = [f"is:{filters.status or ANY}"]
    parts += [f"is:{name}" for name, flag in FLAGS.items() if getattr(filters, flag)]
    names = {column: name for name, column in reversed(list(FIELDS.items()))}
    parts += [
        f"{names[each.name]}:{_quoted(value)}"
        for each in fields(IssueFilters)
        if each.name in names and (value := getattr(filters, each.name))
    ]
    parts += [
        f"{TAG}{name}:{_quoted(value)}" for name, value in filters.attributes if _is_key(TAG + name) and value
    ]
    parts += [_word(word) for word in filters.words.split()]
    return " ".join(parts)


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        dangling = _DANGLING.match(text, position)
        if dangling and _is_key(_folded(dangling[1])):
            raise SearchError(f"Nothing follows '{dangling[0]}'", position=position)
        found = _TOKEN.match(text, position)
        if found is None or (found["bare"] or "").startswith('"'):
            raise SearchError("The quote is not closed", position=position)
        yield _token(found)
        position = found.end()


def _token(found: re.Match[str]) -> _Token:
    value = found["bare"] if found["quoted"] is None else re.sub(r"\\(.)", r"\1", found["quoted"])
    key = _folded(found["key"] or "")
    if not key or _is_key(key):
        if key and not value:
            raise SearchError(f"Nothing follows '{key}:'", position=found.start())
        return _Token(found.start(), key, value)
    near = difflib.get_close_matches(key, ["is", *FIELDS], n=1, cutoff=0.7)
    if near and found["quoted"] is None:
        raise SearchError(f"There is no '{key}:'; did you mean '{near[0]}:'?", position=found.start())
    # "KeyError:foo" pasted from a title is a word.
    return _Token(found.start(), "", f"{found['key']}:{value}")


def _folded(key: str) -> str:
    return key if key.startswith(TAG) else key.lower()


def _is_key(name: str) -> bool:
    return name == "is" or name in FIELDS or _TAG(name) is not None


def _add_state(values: dict[str, Any], token: _Token) -> None:
    name = token.value.lower()
    if name in FLAGS:
        values[FLAGS[name]] = True
        return
    if name not in (*STATUSES, ANY):
        choices = ", ".join((*STATUSES, ANY, *FLAGS))
        raise SearchError(f"'is:{token.value}' is none of {choices}", position=token.position)
    if "status" in values:
        raise SearchError("An issue is in one state only", position=token.position)
    values["status"] = "" if name == ANY else name


def _checked(token: _Token) -> str:
    if token.key == "level" and token.value.lower() not in LEVELS:
        raise SearchError(f"'{token.value}' is none of {', '.join(LEVELS)}", position=token.position)
    return token.value.lower() if token.key == "level" else token.value


def _quoted(value: str) -> str:
    if value and not re.search(r'[\s"]', value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _word(word: str) -> str:
    is_plain = '"' not in word and not re.match(rf"{_KEY}:", word)
    return word if is_plain else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


__all__ = ["ANY", "FIELDS", "FLAGS", "TAG", "UNRESOLVED", "SearchError", "parse_search", "render_search"]
