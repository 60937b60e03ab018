"""Secrets inside text, taken out by their looks.

What a key tells (`vedette.record.secrets`) is not all: a password stands in a message, a query string, an SQL statement or a
line of source.  `redacted` takes out what looks like a secret always, and what points to a person (e-mail and IP
addresses) unless that was asked for.

Most text holds nothing, so each pattern is tried only where a cheap look finds what it cannot do without.  The text of an
event repeats from event to event (source lines, representations, headers), so answers for short text are kept.
"""

from __future__ import annotations

import functools
import re
from urllib.parse import unquote_plus

from vedette.record.people import without_people
from vedette.record.secrets import FILTERED, is_secret
from vedette.record.token_shapes import without_tokens

SHORT_CHARS = 256
LONG_CHARS = 2048
BLOCK_CHARS = 8192
LONGEST = 64 * 1024
"""Text past this many characters is cut before it is looked at."""

# Each alternative begins with a plain letter: only then can `re` skip to where one may begin.  What has to stand alone
# looks back from behind its first letter.
_WEAK = ("token", "csrf", "jwt", "cookie", "session", "auth", "otp", "pin", "ssn", "pass")
_WORDS = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|api[ _.-]?key|access[ _.-]?key|private[ _.-]?key|credential|authorization"
    r"|credit[ _.-]?card|card[ _.-]?num|cvv|iban|token|csrf|jwt|cookie|sess(?:ion)?[ _.-]?(?:id|key)"
    r"|account[ _.-]?key|amz-signature"
)
_ALONE = "|".join(rf"{word[0]}(?<![a-z]{word[0]}){word[1:]}(?=[^a-z]{{0,3}}[=:])" for word in _WEAK[4:])

# After the name: the rest of the identifier, what closes it, and `=`, `:`, `=>`, `:=` or a comparison.
_JOINT = (
    r"""[\w.-]{0,40}[\\"'`\])]{0,4}\s{0,20}(?::\s{0,3}[\w.\[\]| ]{1,40}=(?!=)|[=!]==?|=>|:=|=|:)\s{0,20}"""
)
_QUOTED = r"""(?:[fbru]{0,2}(?P<quote>\\*["'])(?P<quoted>(?:(?!(?P=quote))(?:\\.|.))+))"""
_BARE = r"""(?P<bare>[^\s&;,"'\\<>()\[\]{}|]+)"""
_NAMED_START = rf"(?P<name>{_WORDS}|{_ALONE})(?P<joint>{_JOINT})"
# As `<QueryDict: {'password': ['a', 'b']}>` has it: what a form says of a name goes whole.
_LISTED = r"""(?P<listed>\[\s{0,3}[bru]{0,2}\\*["'][^\[\]]{1,2000}\]?)"""
_NAMED = re.compile(rf"{_NAMED_START}(?:{_QUOTED}|{_LISTED}|{_BARE})").search
# In source what is bare is code, of which only a word is looked at: what is kept is searched again from behind its name.
_NAMED_IN_SOURCE = re.compile(
    rf"{_NAMED_START}(?:{_QUOTED}|{_LISTED}|(?P<bare>[^\s&;,\"'\\<>()\[\]{{}}|=:]{{1,200}}))"
).search
# As headers are told in pairs: `[(b'x-api-key', b'…')]`.
_PAIR = re.compile(
    rf"""([(\[]\s{{0,3}}[bru]{{0,2}}(?P<quote>\\*["'])[\w.-]{{0,40}}?(?:{_WORDS})[\w.-]{{0,40}}(?P=quote)\s{{0,3}},\s{{0,3}}"""
    r"""[bru]{0,2}(?P<mark>\\*["']))(?P<value>(?:(?!(?P=mark)).)+)""",
    re.I,
)
# A part of a form as `multipart/form-data` has it, and as its representation shows it.
_LINE_END = r"(?:\r?\n|\\{1,4}r\\{1,4}n|\\{1,4}n)"
_PART = re.compile(
    rf"""(\bform-data;[^\r\n]{{0,100}}?\bname=\\?["']?(?P<name>[\w.\[\]-]{{1,100}})(?:(?!{_LINE_END}).){{0,300}}+"""
    rf"""(?:{_LINE_END}(?:(?!{_LINE_END}).){{1,300}}+){{0,5}}+{_LINE_END}{{2}})(?P<value>.+?)(?={_LINE_END}--|\Z)""",
    re.I | re.S,
)
# What signs an address, or lets in once whoever brings it.
_SIGNED = re.compile(
    r"((?:(?:\A|[?&\"'])(?:sig|(?:x-(?:amz|goog|oss|ms)-)?signature|hmac|ticket|(?:client_)?assertion|oobcode"
    r"|code(?==[^&\s]{16}))|\bsaml(?:response|request))=)[^&\s\"'<>]{6,}",
    re.I,
)
# What a shell is told after the name of a user, or of a program.
_LOGIN = re.compile(
    r"(\bcurl\b[^\n|;]{0,150}?\s(?:-u|--user)[ =]{0,3}[\"']?[^\s:\"']{1,100}:|\bsshpass\s{1,3}-p\s{0,3}|\bmysql\w{0,10}\b[^\n|;]{0,100}?\s-p)[^\s\"']+"
)
_HEADER = re.compile(
    r"""(?P<name>\b(?:proxy-)?authorization|\b(?:set-)?cookie)(?P<joint>["']?\s{0,3}:\s{0,3})(?P<bare>(?:(?<==)\\*"[^"\r\n]*"|[^"'\r\n])+)""",
    re.I,
)
# Where a value in a query, a path or a form may be written as URLs write it, and what it reaches to.
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}").search
_PIECE = re.compile(r"""[^\s=&?#;,"'<>(){}|\\]+""")
_MOST_ENCODINGS = 3
_MOST_NAME_CHARS = 200
# Its dashes come before it, and are looked for only where the rest was found: a line of dashes would be tried at each of them.
_FLAG = re.compile(
    r"((?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|access[_-]?key|credential)[\w-]{0,20}\s{1,3})(?!-)[^\s\"']+",
    re.I,
)
_OPTION = re.compile(r"-[\w-]{0,40}\Z").search
_ELEMENT = re.compile(
    rf"(<[\w:.-]{{0,40}}(?:{_WORDS})[\w:.-]{{0,40}}(?:\s[^<>]{{0,200}})?>)[^<>]+(?=</)", re.I
)
_SQL_USER = re.compile(
    r"""(\b(?:password|identified\s{1,3}(?:with\s{1,3}\S{1,40}\s{1,3})?(?:by|as))\s{1,3}(?P<quote>["']))(?:(?!(?P=quote)).)+""",
    re.I,
)
_SCHEME = re.compile(
    r"\b(bearer|basic)(\s{1,3}|%20|\+)"
    r"(?!(?:token|auth|authentication|authorization|realm|scheme|header|access|is|was|not|and|or|in|of|the)\b)"
    r"([\w.~+/=-]{4,})",
    re.I,
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.S,
)
# A line of a key whose first and last line are out of sight, as in the source around an error.
_KEY_LINE = re.compile(
    r"^[ \t\"'`(bru]{0,80}(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+/]{60,76}={0,2}(?=(?:\\n)?[\s\"'`)+,\\]*$)",
    re.M,
)
_DIGITS = re.compile(r"[0-9](?<![\w.].)(?:[ -]?[0-9]){12,18}(?![\w.]*\w)")
_DIGIT_TABLE = bytes(48 if 48 <= code <= 57 else code for code in range(256))
_USERINFO = re.compile(r"(?<=://)([^\s/@:'\"]{0,200}):([^\s/@'\"]{1,500})@")
_INSERT = re.compile(r"\b(?:insert|replace)\s+(?:\w+\s+)?into\b").search
_NAMES_SECRET = re.compile(_WORDS).search
_QUERY_NAME = re.compile(r".*[?&][\w.-]*\Z", re.S).match
_ASCII_LOWER = {code: code + 32 for code in range(65, 91)}
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_PLACEHOLDER = re.compile(
    r"(?:%s|%\(\w+\)s|\?|\$\d+|:\w+|null|none|true|false|undefined|nil|\.\.\.|…|\*)\W*\Z", re.I
)
_LOOKS_SECRET = re.compile(r"(?=.*\d)|.{16}").match


def redacted(text: str, *, keep_pii: bool = False) -> str:
    """Return *text* without what looks like a secret; e-mail and IP addresses stay where *keep_pii*."""
    if len(text) < 5:
        return text
    if len(text) <= SHORT_CHARS:
        return _short(text, keep_pii, False)
    return (
        _long(text, keep_pii, False)
        if len(text) <= LONG_CHARS
        else _redacted(text[:LONGEST], keep_pii, False)
    )


def redacted_source(line: str, *, keep_pii: bool = False) -> str:
    """Return a *line* of source code without the literals that look like secrets; the code around them stays."""
    if len(line) < 5:
        return line
    return (
        _short(line, keep_pii, True)
        if len(line) <= SHORT_CHARS
        else _redacted(line[:LONGEST], keep_pii, True)
    )


def redacted_traceback(text: str, *, keep_pii: bool = False) -> str:
    """Return a formatted traceback without secrets: its lines of source as `redacted_source` has them, the others as text."""
    if not text:
        return text
    return "\n".join(
        redacted_source(line, keep_pii=keep_pii)
        if line.startswith("    ")
        else redacted(line, keep_pii=keep_pii)
        for line in without_keys(text).split("\n")
    )


def redacted_sql(statement: str, *, keep_pii: bool = False) -> str:
    """Return an SQL *statement* without secrets; a literal that holds one goes whole."""

    def literal(match: re.Match[str]) -> str:
        text = match[0][1:-1].replace("''", "'")
        return match[0] if redacted(text, keep_pii=keep_pii) == text else f"'{FILTERED}'"

    return redacted(_LITERAL.sub(literal, statement), keep_pii=keep_pii)


def is_clean_source(lines: str, *, keep_pii: bool = False) -> bool:
    """Tell whether *lines*, joined, hold nothing that `redacted_source` would take out."""
    if len(lines) <= BLOCK_CHARS:
        return _is_clean_source(lines, keep_pii)
    return len(lines) <= LONGEST and _redacted(lines, keep_pii, True) == lines


def names_secret(text: str) -> bool:
    """Tell whether *text*, an SQL statement say, has the name of a secret in it."""
    return _NAMES_SECRET(_lowered(text)) is not None


def without_keys(text: str) -> str:
    """Return *text* without what is secret on several lines: private keys, and parts of a form."""
    if "form-data" in text:
        text = _PART.sub(_of_part, text)
    return _PRIVATE_KEY.sub(FILTERED, text)


def _redacted(text: str, keep_pii: bool, is_source: bool) -> str:
    if "%" in text and _ESCAPE(text):
        text = _PIECE.sub(lambda piece: _of_piece(piece[0], keep_pii), text)
    return _looked_through(text, keep_pii, is_source)


def _looked_through(text: str, keep_pii: bool, is_source: bool) -> str:
    # Before what is named: that ends with its line, and would leave the key without the mark by which it is known.
    if "PRIVATE KEY" in text or "form-data" in text:
        text = without_keys(text)
    if " '" in text or ' "' in text:
        text = _without_sql_users(text)
    if "=" in text or ":" in text or "(" in text:
        text = _without_named(text, is_source)
    text = _without_told(text)
    if "--" in text:
        text = _FLAG.sub(_of_flag, text)
    if "</" in text:
        text = _ELEMENT.sub(_of_group, text)
    if "@" in text and "://" in text:
        text = _USERINFO.sub(rf"\1:{FILTERED}@", text)
    if len(text) < 12:
        return text if keep_pii else without_people(text)
    if "earer" in text or "asic" in text or "EARER" in text or "BASIC" in text:
        text = _SCHEME.sub(_of_scheme, text)
    text = without_tokens(text)
    if is_source and len(text) >= 60:
        text = _KEY_LINE.sub(FILTERED, text)
    if len(text) < 100 or _may_hold_number(text):
        text = _DIGITS.sub(_of_digits, text)
    return text if keep_pii else without_people(text)


def _without_told(text: str) -> str:
    """Return *text* without what stands beside a secret's name in a pair, an address or a command."""
    if "," in text and ("(" in text or "[" in text):
        text = _PAIR.sub(_of_pair, text)
    if "=" in text and ("?" in text or "&" in text or "SAML" in text):
        text = _SIGNED.sub(_of_group, text)
    if " -u" in text or " -p" in text or " --user" in text:
        text = _LOGIN.sub(_of_group, text)
    return text


# What text repeats: a few thousand short pieces, and a few hundred blocks of source and long representations.
_short = functools.lru_cache(maxsize=8192)(_redacted)
_long = functools.lru_cache(maxsize=512)(_redacted)


@functools.lru_cache(maxsize=1024)
def _is_clean_source(lines: str, keep_pii: bool) -> bool:
    return _redacted(lines, keep_pii, True) == lines


def forget() -> None:
    """Empty the memory of text that was seen, which a measurement needs."""
    _short.cache_clear()
    _long.cache_clear()
    _is_clean_source.cache_clear()


def _without_named(text: str, is_source: bool) -> str:
    lower = _lowered(text)  # six times as fast to search as the text itself without regard to case
    find = _NAMED_IN_SOURCE if is_source else _NAMED
    if "into" in lower and (insert := _INSERT(lower)) and _NAMES_SECRET(lower):
        text = text[: insert.end()] + _LITERAL.sub(f"'{FILTERED}'", text[insert.end() :])
        if not insert.start():
            return text
        lower = _lowered(text)
    if "cookie" in lower or "authorization" in lower:
        # In code, and in what is written like it, only what stands within a literal is a header.
        is_code = is_source or lower.startswith("{")
        text = _HEADER.sub(_of_header_in_code if is_code else _of_header, text)
        lower = _lowered(text)
    match = find(lower)
    if match is None:
        return text
    pieces, done = [], 0
    while match is not None:
        group = match.lastgroup or "bare"
        is_secret_value = _in_source(match, text) if is_source else _in_text(match)
        if is_secret_value and not _is_name(match[group]) and not _is_nothing(match[group]):
            pieces += [text[done : match.start(group)], FILTERED]
            done = match.end(group)
            match = find(lower, done)
        else:
            match = find(lower, match.end("name"))
    return "".join(pieces) + text[done:]


def _lowered(text: str) -> str:
    lower = text.lower()
    return lower if len(lower) == len(text) else text.translate(_ASCII_LOWER)


def _without_sql_users(text: str) -> str:
    lower = _lowered(text)
    if "identified" in lower or (
        "password" in lower and ("alter" in lower or "create" in lower or "set " in lower)
    ):
        return _SQL_USER.sub(_of_group, text)
    return text


def _of_piece(piece: str, keep_pii: bool) -> str:
    if "%" not in piece:
        return piece
    decoded = piece
    for _ in range(_MOST_ENCODINGS):
        decoded = unquote_plus(decoded)
    return piece if _looked_through(decoded, keep_pii, False) == decoded else FILTERED


def _of_group(match: re.Match[str]) -> str:
    return f"{match[1]}{FILTERED}"


def _of_flag(match: re.Match[str]) -> str:
    start = match.start()
    return _of_group(match) if _OPTION(match.string, max(0, start - 41), start) else match[0]


def _of_part(match: re.Match[str]) -> str:
    return _of_group(match) if is_secret(match["name"]) else match[0]


def _of_pair(match: re.Match[str]) -> str:
    value = match["value"]
    is_told = _LOOKS_SECRET(value) is not None and not _is_nothing(value) and not is_secret(value)
    return _of_group(match) if is_told else match[0]


def _of_header(match: re.Match[str]) -> str:
    return f"{match['name']}{match['joint']}{FILTERED}"


def _of_header_in_code(match: re.Match[str]) -> str:
    is_told_in_one = '"' not in match["joint"] and "'" not in match["joint"]
    return _of_header(match) if is_told_in_one and _is_in_words(match.string, match.start()) else match[0]


def _is_in_words(line: str, place: int) -> bool:
    """Tell whether *place* is in a literal or a comment of a *line* of source, as far as the line itself tells."""
    before = line[max(line.rfind("\n", 0, place), place - 500, 0) : place]
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1 or "#" in before or "//" in before


def _in_text(match: re.Match[str]) -> bool:
    if (
        match["bare"] is None
        or not match["joint"].rstrip().endswith(":")
        or not match["name"].startswith(_WEAK)
    ):
        return True
    return _LOOKS_SECRET(match["bare"]) is not None  # "Unexpected token: else" is no secret


def _in_source(match: re.Match[str], text: str) -> bool:
    if match["listed"] is not None:
        joint = match["joint"]
        return ":" in joint and ("'" in joint or '"' in joint) and _LOOKS_SECRET(match["listed"]) is not None
    if (bare := match["bare"]) is None:
        return match["quoted"] != match["name"]  # `token = "token"` names it
    is_in_query = match["joint"].endswith("=") and _QUERY_NAME(
        text, max(0, match.start() - 40), match.start()
    )
    if is_in_query or (len(bare) >= 4 and bare.isdigit()):
        return True
    return _LOOKS_SECRET(bare) is not None and _is_in_words(text, match.start())


def _is_name(value: str) -> bool:
    # What ends with a colon is a name as well, and what it names comes after it; a chain of hundreds of names is none.
    return value.endswith(":") and len(value) <= _MOST_NAME_CHARS


def _is_nothing(value: str) -> bool:
    return value.startswith("[filtered") or value == "[" or _PLACEHOLDER.match(value) is not None


def _of_scheme(match: re.Match[str]) -> str:
    scheme, gap, value = match.groups()
    is_word = value.isalpha() and (value.islower() or value.istitle()) and len(value) < 16
    if scheme.lower() != "bearer" and is_word:
        return match[0]
    return f"{scheme}{gap}{FILTERED}"


def _may_hold_number(text: str) -> bool:
    return b"0" * 13 in text.encode("ascii", "replace").translate(_DIGIT_TABLE, b" -")


def _of_digits(match: re.Match[str]) -> str:
    digits = match[0].replace(" ", "").replace("-", "")
    return FILTERED if digits[0] in "23456" and _is_luhn(digits) else match[0]


def _is_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0
