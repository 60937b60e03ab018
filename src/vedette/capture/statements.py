"""SQL statements without what makes each of them different: the literals, the length of lists, the layout."""

from __future__ import annotations

import functools
import re

STATEMENT_CHARS = 4096
"""How much of a statement is looked at; what lies beyond is cut."""

_COMMON = r"""
    (?P<space>(?:\s++|--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))+)
  | (?P<kept>{kept})
  | (?P<value>{strings}
      | \$(?P<tag>[A-Za-z_]\w*+|)\$(?:[^$]++|\$(?!(?P=tag)\$))*+(?:\$(?P=tag)\$|\Z)    # PostgreSQL's dollar quotes
      | %s | %\(\w++\)s | \$\d++ | \?                                        # parameters
      | (?<!:):(?!:)\w++
      | \d++(?:\.\d++)?(?:[eE][+-]?\d++)?\w*+                                 # numbers, 0x1f among them
    )
  | \w++                                                                      # words: digits in them are no numbers
"""
_DOUBLED = r"[eEnNbBxX]?{q}(?:[^{q}]++|{q}{q})*+(?:{q}|\Z)"
_ESCAPED = r"[nNbBxX]?{q}(?:[^{q}\\]++|{q}{q}|\\.|\\\Z)*+(?:{q}|\Z)"
_QUOTED_NAME = r"{q}(?:[^{q}]++|{q}{q})*+{q}"

_STANDARD = re.compile(
    _COMMON.format(
        kept=_QUOTED_NAME.format(q='"') + "|" + _QUOTED_NAME.format(q="`"),
        # PostgreSQL's E'' strings alone know backslashes.
        strings="[eE]" + _ESCAPED.format(q="'").removeprefix("[nNbBxX]?") + "|" + _DOUBLED.format(q="'"),
    ),
    re.VERBOSE | re.DOTALL,
)
_MYSQL = re.compile(
    _COMMON.format(
        kept=_QUOTED_NAME.format(q="`"), strings=_ESCAPED.format(q="'") + "|" + _ESCAPED.format(q='"')
    ),
    re.VERBOSE | re.DOTALL,
)
_LIST = r"\(\?(?:, ?\?)*\)"
_LISTS = re.compile(rf"\b(IN|VALUES) ?{_LIST}(?:, ?{_LIST})*", re.IGNORECASE)
_SAVEPOINT = re.compile(r"^(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) .*", re.DOTALL)


@functools.lru_cache(maxsize=2048)
def normalised(sql: str, *, is_mysql: bool = False) -> str:
    """Return *sql* with every literal and parameter as ``?``, lists of them as one, comments and line ends as a space.

    *is_mysql* tells that backslashes escape and that double quotes hold text, as they do there; elsewhere they hold names.
    Whatever is unterminated counts as text to its end, so that no part of a literal is left.
    """
    text = (_MYSQL if is_mysql else _STANDARD).sub(_replaced, sql[:STATEMENT_CHARS])
    text = _LISTS.sub(r"\1 (?)", text).strip("; ")
    return _SAVEPOINT.sub(r"\1 ?", text) if text[:1] in "SR" else text


def _replaced(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind == "space":
        return " "
    return "?" if kind in {"value", "tag"} else match[0]
