"""Secrets inside text, taken out by their looks.

What a key tells (`vedette.record.secrets`) is not all: a password stands in a message, a query string, an SQL statement or a
line of source.  `redacted` takes out what looks like a secret always, and what points to a person (e-mail and IP
addresses) unless that was asked for.

Most text holds nothing, so each pattern is tried only where a cheap look finds what it cannot do without.  The text of an
event repeats from event to event (source lines, representations, headers), so answers for short text are kept.
"""

from __future__ import annotations

import functools
import ipaddress
import re

from vedette.record.secrets import FILTERED

CACHED_CHARS = 400
CACHED_TEXTS = 8192
LONGEST = 64 * 1024
"""Text past this many characters is cut before it is looked at."""

_STRONG = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|api[ _.-]?key|access[ _.-]?key|private[ _.-]?key|credential|authorization"
    r"|credit[ _.-]?card|card[ _.-]?num|cvv|iban"
)
_WEAK = r"token|csrf|jwt|cookie|session[ _.-]?(?:id|key)|(?<![a-z])(?:auth|session|otp|pin|ssn|pass)(?=[^a-z]{0,3}[=:])"
_HINT = re.compile(f"{_STRONG}|{_WEAK}").search

# After the name: the rest of the identifier, what closes it, and `=`, `:`, `=>`, `:=` or a comparison.
_JOINT = (
    r"""[\w.-]{0,40}[\\"'`\])]{0,4}\s{0,20}(?::\s{0,3}[\w.\[\]| ]{1,40}=(?!=)|[=!]==?|=>|:=|=|:)\s{0,20}"""
)
_QUOTED = r"""(?:[fFbBrRuU]{0,2}(?P<quote>\\*["'])(?P<quoted>(?:(?!(?P=quote)).)+))"""
_BARE = r"""(?P<bare>[^\s&;,"'\\<>()\[\]{}|]+)"""
_NAMED = re.compile(rf"(?P<name>(?P<strong>{_STRONG})|{_WEAK})(?P<joint>{_JOINT})(?:{_QUOTED}|{_BARE})", re.I)
_HEADER = re.compile(
    r"""(?P<name>\b(?:proxy-)?authorization|\b(?:set-)?cookie)(?P<joint>["']?\s{0,3}:\s{0,3})(?P<bare>[^"'\r\n]+)""",
    re.I,
)
_SCHEME = re.compile(
    r"\b(bearer|basic|digest|negotiate|apikey)(\s{1,3}|%20|\+)"
    r"(?!(?:token|auth|authentication|authorization|realm|scheme|header|access|is|was|not|and|or|in|of|the)\b)"
    r"([\w.~+/=-]{4,})",
    re.I,
)
_JWT = re.compile(r"\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?")
_VENDOR = re.compile(
    r"\b(?:sk|pk|rk)_(?:live|test)_\w{10,200}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,255}|\bgithub_pat_\w{20,255}"
    r"|\bglpat-[\w-]{15,100}|\bxox[abeoprs]-[\w-]{10,250}|\bAIza[\w-]{30,60}|\bsk-[\w-]{20,200}|\bSG\.[\w-]{16,40}\.[\w-]{16,80}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?s:.{0,8000}?)(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"
)
_VENDOR_HINTS = ("k_live_", "k_test_", "AKIA", "gh", "glpat-", "xox", "AIza", "sk-", "SG.", "PRIVATE KEY")
_DIGITS = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w.]*\w)")
_USERINFO = re.compile(r"(?<=://)([^\s/@:'\"]{0,200}):([^\s/@'\"]{1,500})@")
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IPV4 = re.compile(r"(?<![\w.-])(?<!\w/)(?<!ersion=)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])")
_INSERT = re.compile(r"\s*(?:insert|replace)\s+(?:\w+\s+)?into\b", re.I)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_PLACEHOLDER = re.compile(
    r"(?:%s|%\(\w+\)s|\?|\$\d+|:\w+|null|none|true|false|undefined|nil|\.\.\.|…|\*+)\W*\Z", re.I
)
_LOOKS_SECRET = re.compile(r"(?=.*\d)|.{16}").match


def redacted(text: str, *, keep_pii: bool = False) -> str:
    """Return *text* without what looks like a secret; e-mail and IP addresses stay where *keep_pii*."""
    if len(text) < 5:
        return text
    if len(text) <= CACHED_CHARS:
        return _cached(text, keep_pii)
    return _redacted(text[:LONGEST], keep_pii, False)


def redacted_source(line: str, *, keep_pii: bool = False) -> str:
    """Return a *line* of source code without the literals that look like secrets; the code around them stays."""
    if len(line) < 5:
        return line
    return _redacted(line[:LONGEST], keep_pii, True)


def is_clean_source(lines: str, *, keep_pii: bool = False) -> bool:
    """Tell whether *lines*, joined, hold nothing that `redacted_source` would take out."""
    return _is_clean_source(lines, keep_pii) if len(lines) <= LONGEST else False


@functools.lru_cache(maxsize=CACHED_TEXTS)
def _cached(text: str, keep_pii: bool) -> str:
    return _redacted(text, keep_pii, False)


@functools.lru_cache(maxsize=2048)
def _is_clean_source(lines: str, keep_pii: bool) -> bool:
    return _redacted(lines, keep_pii, True) == lines


def _redacted(text: str, keep_pii: bool, is_source: bool) -> str:
    if "=" in text or ":" in text or "(" in text:
        lower = text.lower()
        if _HINT(lower):
            text = _without_named(text, is_source)
        if "://" in text and "@" in text:
            text = _USERINFO.sub(rf"\1:{FILTERED}@", text)
    if len(text) < 12:
        return text if keep_pii else _without_people(text)
    text = _SCHEME.sub(_of_scheme, text) if _may_hold_scheme(text) else text
    if "eyJ" in text:
        text = _JWT.sub(FILTERED, text)
    for hint in _VENDOR_HINTS:
        if hint in text:
            text = _VENDOR.sub(FILTERED, text)
            break
    text = _DIGITS.sub(_of_digits, text)
    return text if keep_pii else _without_people(text)


def _may_hold_scheme(text: str) -> bool:
    lower = text.lower()
    return (
        "bearer" in lower
        or "basic" in lower
        or "digest" in lower
        or "negotiate" in lower
        or "apikey" in lower
    )


def _without_named(text: str, is_source: bool) -> str:
    if is_source:
        return _NAMED.sub(_of_source, text)
    if _INSERT.match(text):
        return _LITERAL.sub(f"'{FILTERED}'", text)
    if ":" in text and not text.startswith("{"):
        text = _HEADER.sub(_of_header, text)
    return _NAMED.sub(_of_name, text)


def _of_header(match: re.Match[str]) -> str:
    return f"{match['name']}{match['joint']}{FILTERED}"


def _of_name(match: re.Match[str]) -> str:
    if (quoted := match["quoted"]) is not None:
        if _is_nothing(quoted):
            return match[0]
        return _rebuilt(match)
    bare = match["bare"]
    is_loose = match["joint"].rstrip().endswith(":") and match["strong"] is None
    if _is_nothing(bare) or (is_loose and not _LOOKS_SECRET(bare)):
        return match[0]
    return f"{match['name']}{match['joint']}{FILTERED}"


def _of_source(match: re.Match[str]) -> str:
    if (quoted := match["quoted"]) is not None:
        return match[0] if _is_nothing(quoted) or quoted.lower() == match["name"].lower() else _rebuilt(match)
    bare = match["bare"]
    before = match.string[max(0, match.start() - 40) : match.start()]
    is_in_query = re.search(r"[?&][\w.-]*\Z", before) is not None and match["joint"] == "="
    is_number = len(bare) >= 4 and bare.isdigit()
    if (is_in_query or is_number) and not _is_nothing(bare):
        return f"{match['name']}{match['joint']}{FILTERED}"
    return match[0]


def _rebuilt(match: re.Match[str]) -> str:
    before = match.string[match.start() : match.start("quoted")]
    return f"{before}{FILTERED}"


def _is_nothing(value: str) -> bool:
    return value.startswith("[Filtered") or value == "[" or _PLACEHOLDER.match(value) is not None


def _of_scheme(match: re.Match[str]) -> str:
    scheme, gap, value = match.groups()
    is_word = value.isalpha() and (value.islower() or value.istitle()) and len(value) < 16
    if scheme.lower() != "bearer" and is_word:
        return match[0]
    return f"{scheme}{gap}{FILTERED}"


def _of_digits(match: re.Match[str]) -> str:
    digits = match[0].replace(" ", "").replace("-", "")
    return FILTERED if digits[0] in "23456" and _is_luhn(digits) else match[0]


def _is_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _without_people(text: str) -> str:
    if "@" in text or "%40" in text:
        text = _EMAIL.sub(FILTERED, text)
    if text.count(".") >= 3:
        text = _IPV4.sub(_of_ipv4, text)
    if text.count(":") >= 3:
        text = _IPV6.sub(_of_ipv6, text)
    return text


def _of_ipv4(match: re.Match[str]) -> str:
    first, second, third, fourth = (int(part) for part in match.groups())
    if max(first, second, third, fourth) > 255 or first in {0, 10, 127, 255}:
        return match[0]
    is_private = (first, second) in {(192, 168), (169, 254)} or (first == 172 and 16 <= second <= 31)
    return match[0] if is_private else FILTERED


def _of_ipv6(match: re.Match[str]) -> str:
    text = match[0]
    if text.count(":") < 3 or not any(character.isdigit() for character in text):
        return text
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return text
    return text if address.is_loopback or address.is_link_local else FILTERED
