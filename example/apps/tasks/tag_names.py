"""How a tag may be called."""

from __future__ import annotations

from collections.abc import Iterable

MOST_TAGS = 20
LONGEST_NAME = 40


class UnableToReadTags(ValueError):
    """A list of tags has too many, or one that is too long."""


def parse_tags(words: Iterable[str]) -> list[str]:
    """Tidy words into names of tags: small letters, single spaces, each once.

    Raises UnableToReadTags.
    """
    names = list(dict.fromkeys(name for word in words if (name := " ".join(word.lower().split()))))
    if len(names) > MOST_TAGS:
        raise UnableToReadTags(f"A task has at most {MOST_TAGS} tags, not {len(names)}.")
    for name in names:
        if len(name) > LONGEST_NAME:
            raise UnableToReadTags(f"A tag has at most {LONGEST_NAME} characters: {name!r}.")
        if "\x00" in name or "," in name:
            raise UnableToReadTags("A tag has no commas and no NUL characters.")
    return names
