"""What a minified function was called: told by the map at the place where the function is declared.

A position in a stack trace is that of a call within a function, and the name that the map has there is that of what is called.
The name of the function itself stands where the minified file declares it: `function t(`, `t=(a,b)=>`, `class t`.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator

WINDOW = 50_000
"""So many characters before a position are searched for its function."""
_MOST_CANDIDATES = 5
_MOST_PLACES = 500
_NAME = re.compile(r"[A-Za-z_$][\w$]{0,60}")
_LEADING = re.compile(r"\A(?:async\*? |new |Object\.|get |set |static )+")
_ALIAS = re.compile(r" \[as [^\]]{0,200}\]\Z")
_NOT_CODE = re.compile(
    r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`""",
)
_BEFORE_NAME = re.compile(r"[^\w$.]")
_AFTER_NAME = re.compile(r"(?=[({\s])")
_FUNCTION = re.compile(r"\s*(?:async\b\s*)?(?:function\b|\([^()]{0,300}\)\s*=>|[\w$]{1,60}\s*=>)")
_CLASS = re.compile(r"\s*(?:class|function)\b")
_UNNAMED = frozenset({"", "?", "<anonymous>", "anonymous", "eval", "<unknown>"})

NameAt = Callable[[int], str]
"""How what begins at a column of the line was called, ``""`` where that is not told."""


def original_name(minified: str, *, before: str, begins: int, name_at: NameAt) -> str:
    """Return how the function *minified*, as a browser names it, was called; as it is where that cannot be told.

    *before* is what stands in the line before the position, from the column *begins* on.
    """
    plain = _ALIAS.sub("", minified)
    leading = _LEADING.match(plain)
    name = plain[leading.end() :] if leading else plain
    if name in _UNNAMED:
        return minified
    owner, dot, last = name.rpartition(".")
    if dot:
        return _method(owner, last, before, begins, name_at) or minified
    is_class = plain.startswith("new ")
    found = _declared(name, before, begins, name_at, is_class=is_class)
    return (f"new {found}" if is_class else found) or minified if found else minified


def _method(owner: str, last: str, before: str, begins: int, name_at: NameAt) -> str:
    """Return a method's name with that of its class, where the map tells it; without it where it is a minified one."""
    head = owner.split(".", maxsplit=1)[0]
    found = _declared(head, before, begins, name_at, is_class=True)
    if found:
        return f"{found}.{last}"
    return last if len(head) <= 2 and _NAME.fullmatch(last) else ""


def _declared(name: str, before: str, begins: int, name_at: NameAt, *, is_class: bool) -> str:
    if not _NAME.fullmatch(name):
        return ""
    for start, end in _declarations(name, before, is_class=is_class):
        if is_class or _encloses(before[end:]):
            return name_at(begins + len(before[:start].encode("utf-16-le", "surrogatepass")) // 2)
    return ""


def _declarations(name: str, before: str, *, is_class: bool) -> Iterator[tuple[int, int]]:
    """Yield where *name* is declared, and where that ends, the last one first."""
    value = _CLASS if is_class else _FUNCTION
    heads = ("class ", "function ") if is_class else ("function ", "function*", "function* ")
    tails = ("=",) if is_class else ("=", ":")
    # The text is searched for the few ways in which minifiers write it: a pattern would be tried at each of its characters.
    found = heapq.merge(
        *(_places(before, f"{head}{name}", len(head)) for head in heads),
        *(_places(before, f"{name}{tail}", 0) for tail in tails),
        reverse=True,
    )
    count = 0
    for start, skip in found:
        end = start + len(name)
        if skip:
            match = _AFTER_NAME.match(before, end)
        else:
            is_whole = start == 0 or _BEFORE_NAME.match(before, start - 1) is not None
            match = value.match(before, end + 1) if is_whole else None
        if match is not None:
            yield start, match.end()
            count += 1
            if count == _MOST_CANDIDATES:
                return


def _places(text: str, written: str, skip: int) -> Iterator[tuple[int, int]]:
    """Yield where the name begins, *skip* characters into what is *written*, the last place first."""
    place = len(text)
    for _ in range(_MOST_PLACES):
        place = text.rfind(written, 0, place + len(written) - 1)
        if place < 0:
            return
        yield place + skip, skip


def _encloses(body: str) -> bool:
    """Tell whether a function that is declared before *body* has not ended at the end of it."""
    depth, has_begun = 0, False
    for char in re.findall(r"[{}]", _NOT_CODE.sub("", body)):
        depth += 1 if char == "{" else -1
        has_begun = has_begun or char == "{"
        if depth < 0 or (has_begun and depth == 0):
            return False
    # An arrow function without braces ends somewhere: what stands in the same statement is taken for its body.
    return has_begun or ";" not in body
