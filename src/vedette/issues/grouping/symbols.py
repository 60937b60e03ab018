"""Names of functions in C, C++, Rust and Swift: a symbol without what a compiler put into it."""

from __future__ import annotations

import functools
import re

_MOST_CHARS = 1000
_RUST_HASH = re.compile(r"::h[0-9a-f]{16}\Z")
_SUFFIXES = re.compile(r"(?:\s*(?:\bconst|\bvolatile|\bnoexcept|&&?)|\s*\[clone [^\]]*\])+\Z")
_KEPT = ("anonymous namespace", "anonymous class", "anonymous", "lambda")
_PAIRS = {"<": ">", "(": ")", "{": "}", "[": "]"}


def symbol(name: str) -> str:
    """Return the function's name in the symbol *name*: without arguments, type parameters and the type it returns.

    What it is compiled for differs from build to build; the place is the same.  A name that cannot be read stays.
    """
    return _symbol(name) if len(name) <= _MOST_CHARS else name


@functools.lru_cache(maxsize=4096)
def _symbol(name: str) -> str:
    if name.startswith(("[", "+[", "-[", '"')) or "operator" in name:
        return name  # Objective-C's methods and C++'s operators are written otherwise
    bare = _SUFFIXES.sub("", _RUST_HASH.sub("", name.split(" -> ", maxsplit=1)[0]))
    folded = _folded(bare)
    if folded is None:
        return name
    words = re.split(r"\s(?![^({]*[)}])", folded)
    return words[-1] or name


def _folded(name: str) -> str | None:
    """Return *name* with ``<T>`` for each list of types and without arguments; None where brackets do not match."""
    parts: list[str] = []
    place = 0
    while place < len(name):
        opening = name[place]
        if opening not in _PAIRS or name.startswith("->", place - 1):
            if opening in ">)}]" and not name.startswith("->", place - 1):
                return None
            parts.append(opening)
            place += 1
            continue
        end = _end(name, place)
        if end is None:
            return None
        is_whole = place == 0 and end == len(name) - 1  # `<unknown>`, `<lambda>`
        parts.append(name if is_whole else _bracket(name[place : end + 1], is_first=place == 0))
        place = end + 1
    return "".join(parts)


def _end(name: str, place: int) -> int | None:
    waiting = []
    for at in range(place, len(name)):
        character = name[at]
        if character == ">" and name[at - 1] == "-":
            continue
        if character in _PAIRS:
            waiting.append(_PAIRS[character])
        elif character in ">)}]":
            if not waiting or waiting.pop() != character:
                return None
            if not waiting:
                return at
    return None


def _bracket(text: str, *, is_first: bool) -> str:
    inner = text[1:-1]
    if text[0] == "<":
        # Rust's `<Type as Trait>::method` is a method of the type.
        return symbol(inner.split(" as ")[0].lstrip("&* ")) if is_first and " as " in inner else "<T>"
    if text[0] == "(":
        return text if inner.startswith(_KEPT) else ""
    return text
