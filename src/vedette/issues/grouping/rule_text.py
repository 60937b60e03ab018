"""Rules as people write them: `parse`.

    # what is not one issue but many
    type:ConnectionError path:**/payments/** -> payments-down, {{ tags.provider }} title="{{ tags.provider }} is down"
    !level:fatal message:"*deadlock detected*" -> deadlock

A line is a rule: conditions, an arrow, a fingerprint.  All conditions must hold, those on frames for one and the same
frame.  `!` negates one.  A fingerprint may hold variables; ``{{ default }}`` stands for what is grouped by otherwise.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from vedette.issues.grouping.rules import NO, SUBJECTS, YES, Matcher, Rule

_ALIASES = {
    "error.type": "type",
    "error.value": "value",
    "stack.module": "module",
    "stack.abs_path": "path",
    "stack.package": "package",
    "stack.function": "function",
    "in_app": "app",
}
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_SPACE = re.compile(r"\s*")
_KEY = re.compile(r'(!?)(?:"([\w.:-]+)"|([\w.-]+)):')
_ARGUMENT = re.compile(rf"{_QUOTED}|([^\s\"]\S*)")
_ATTRIBUTE = re.compile(rf"([\w-]+)={_QUOTED}")
_VALUE = re.compile(rf"{_QUOTED}|(\{{\{{\s*\S+?\s*\}}\}}|[^\s{{,\"]+)")
_ESCAPE = re.compile(r"\\(.)")


class UnableToParse(Exception):
    """A line is no rule; `line` is its number, `reason` what is wrong with it."""

    def __init__(self, reason: str, *, line: int) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class _Fault(Exception):
    """What is wrong with the line that is being read."""


def parse(text: str) -> tuple[Rule, ...]:
    """Return the rules in *text*, one on each line that is neither empty nor a comment; raises `UnableToParse`."""
    rules = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()  # noqa: PLW2901
        if not line or line.startswith("#"):
            continue
        try:
            rules.append(_rule(line))
        except _Fault as fault:
            raise UnableToParse(str(fault), line=number) from None
    return tuple(rules)


def _rule(line: str) -> Rule:
    matchers, position = _matchers(line)
    fingerprint, title = _fingerprint(line, position)
    if not fingerprint:
        raise _Fault("there is no fingerprint after `->`")
    return Rule(matchers, fingerprint, title, line)


def _matchers(line: str) -> tuple[tuple[Matcher, ...], int]:
    found: list[Matcher] = []
    position = 0
    while not line.startswith("->", position):
        if position >= len(line):
            raise _Fault("there is no `->` between the conditions and the fingerprint")
        key = _KEY.match(line, position)
        if key is None:
            raise _Fault(f"`{_word(line, position)}` is no condition; one looks like `type:ValueError`")
        argument = _ARGUMENT.match(line, key.end())
        if argument is None:
            raise _Fault(f"`{key[0]}` has nothing to match, or a quotation mark without its second")
        found.append(_matcher(key[2] or key[3], _unescaped(argument), is_negated=bool(key[1])))
        position = _skip(line, argument.end())
    if not found:
        raise _Fault("there is no condition before `->`")
    return tuple(found), _skip(line, position + 2)


def _matcher(key: str, pattern: str, *, is_negated: bool) -> Matcher:
    key = _ALIASES.get(key, key)
    if key not in SUBJECTS and not (key.startswith("tags.") and len(key) > 5):
        near = difflib.get_close_matches(key, [*SUBJECTS, *_ALIASES], n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(SUBJECTS)} and tags.<name>"
        raise _Fault(f"nothing is called `{key}`; {hint}")
    if key == "app" and pattern.lower() not in YES | NO:
        raise _Fault(f"`app:` takes yes or no, not `{pattern}`")
    return Matcher(key, pattern, is_negated)


def _fingerprint(line: str, position: int) -> tuple[tuple[str, ...], str]:
    values: list[str] = []
    title = ""
    for token in _tokens(line, position):
        if token.re is _ATTRIBUTE:
            if token[1] != "title":
                raise _Fault(f"a rule has no `{token[1]}`, only a title")
            title = _ESCAPE.sub(r"\1", token[2])
        else:
            values.append(_unescaped(token))
    return tuple(values), title


def _tokens(line: str, position: int) -> Iterator[re.Match[str]]:
    while position < len(line):
        token = _ATTRIBUTE.match(line, position) or _VALUE.match(line, position)
        if token is None:
            raise _Fault(f"`{_word(line, position)}` cannot be read as a part of a fingerprint")
        yield token
        position = _skip(line, token.end())
        if line.startswith(",", position):
            position = _skip(line, position + 1)


def _unescaped(token: re.Match[str]) -> str:
    return _ESCAPE.sub(r"\1", token[1]) if token[1] is not None else token[2]


def _skip(line: str, position: int) -> int:
    found = _SPACE.match(line, position)
    return found.end() if found else position


def _word(line: str, position: int) -> str:
    return line[position:].split(maxsplit=1)[0][:60]
