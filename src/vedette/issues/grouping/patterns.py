"""How what changes from one message to the next is written: one regular expression for each kind.

A pattern tells all that can begin with a letter (`word`), with a digit (`digit`) or with a sign (`sign`).  Those of words
are tried at the first letter of a word, those of digits at the first of its digits.
"""

from __future__ import annotations

from typing import NamedTuple

DOMAINS = (
    "ae|al|app|ar|at|au|be|bg|biz|br|by|ca|cat|cc|cf|ch|cl|club|cn|co|com|cz|de|dk|edu|ee|es|eu|fi|fm|fr|ga|gov|"
    "gq|gr|hk|hr|hu|id|ie|il|in|info|io|ir|is|it|jobs|jp|kr|kz|la|link|lt|lv|ly|me|mobi|ms|mx|my|net|news|ng|nl|no|"
    "nz|online|org|pe|ph|pl|pro|pt|ro|rs|ru|sa|se|sg|si|site|sk|th|tips|tk|to|tr|tv|tw|ua|ug|uk|us|vn|wiki|xxx|xyz|za"
)
"""The top-level domains that most hosts are in: with all that exist, half the words of a sentence would be hosts."""

_DAY = r"(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)"
_LONG_DAY = rf"{_DAY}(?:(?:s|nes|rs|ur)?day)?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_ZONE = r"(?:[-+][0-9]{2}[0-5][0-9]|UT|GMT|[ECMP][SD]T|[A-IK-Z])"
_OFFSET = r"(?:Z(?:[0-9]{2}:[0-9]{2})?|[-+][0-2][0-9]:?[0-5][0-9])"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IP4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_GROUP = r"[0-9a-fA-F]{1,4}"
_IP6_END = rf"(?:(?:{_GROUP}:){{0,5}}{_IP4}|(?:{_GROUP}(?::{_GROUP}){{0,6}})?)(?:%\w+)?(?![\w:])"
_IP6 = rf"(?:(?:{_GROUP}:){{7}}{_GROUP}(?![\w:])|{_GROUP}(?::{_GROUP}){{0,6}}::{_IP6_END})"
_HEX = "[0-9a-fA-F]"
_UUID = rf"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}\b"

_NAMED_DATE = rf"""(?:
    {_LONG_DAY},\s+[0-9]{{1,2}}(?:
        \s+{_MONTH}\s+[0-9]{{2,4}}\s+[0-9]{{1,2}}:[0-9]{{1,2}}(?::[0-9]{{1,2}})?
        | -{_MONTH}-[0-9]{{2}}\s{_CLOCK}
    )\s+{_ZONE}
    | {_DAY}\s{_MONTH}\s[0-9]{{2}}\s[0-9]{{4}}\s{_CLOCK}\sGMT[-+][0-9]{{4}}(?:\s\([^)]+\))?
    | (?:{_DAY}\s+)?{_MONTH}\s+[0-9]{{1,2}}(?:,\s[0-9]{{2,4}}|\s+{_CLOCK}\s+[0-9]{{4}})
)"""
_PLAIN_DATE = r"datetime\.datetime\([^\n]*?\)"
_DATE = rf"""
    [0-9]{{4}}-?[01][0-9]-?[0-3][0-9][\sT][0-2][0-9]:?[0-5][0-9](?::?[0-5][0-9](?:\.[0-9]+)?)?{_OFFSET}?
    | (?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?![0-9:])(?:\s?[aApP][mM])?
    | [0-9]{{4}}-[01][0-9]-[0-3][0-9]
    | [0-2][0-9]:[0-5][0-9]:[0-5][0-9]
    | [0-3]?[0-9]\s+{_MONTH}\s+[0-9]{{4}}\s+[0-2][0-9]:[0-5][0-9](?::[0-6][0-9])?\s+{_ZONE}
"""


class Pattern(NamedTuple):
    """How one kind is written; ``""`` where none begins so."""

    kind: str
    word: str = ""
    digit: str = ""
    sign: str = ""


_LOCAL = "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]"
EMAIL = rf"{_LOCAL}(?<!{_LOCAL}{_LOCAL}){_LOCAL}*+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*"
"""Tried at each place before all else, in messages that have an ``@``."""
URL = Pattern("url", word=r"(?:wss?|https?|ftp)://[^\s/$.?#]\S*")
_HOST = rf"(?:[a-zA-Z0-9-]{{1,63}}+\.){{1,20}}(?:{DOMAINS}|{DOMAINS.upper()})\b"
HOSTNAME = Pattern("hostname", word=_HOST, digit=rf"\b{_HOST}")
IP4 = Pattern("ip", digit=rf"\b{_IP4}\b")
IP = Pattern("ip", word=_IP6, digit=rf"\b(?:{_IP6}|{_IP4}\b)", sign=rf"::(?<![\w:]::){_IP6_END}")
NUMBERED = (
    Pattern("traceparent", digit=r"\b(?:00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]|1-[0-9a-f]{8}-[0-9a-f]{24})\b"),
    Pattern("uuid", word=_UUID, digit=rf"\b{_UUID}"),
    Pattern("sha1", word=rf"{_HEX}{{40}}\b", digit=rf"\b{_HEX}{{40}}\b"),
    Pattern("md5", word=rf"{_HEX}{{32}}\b", digit=rf"\b{_HEX}{{32}}\b"),
    Pattern("date", word=rf"(?:{_NAMED_DATE}|{_PLAIN_DATE})", digit=rf"(?:{_DATE})"),
    Pattern("duration", digit=r"(?:\b[0-9]+ms|[0-9]+(?:\.[0-9]+)?s\b)"),
    Pattern("swift_txn_id", word=r"tx[0-9a-f]{21}-[0-9a-f]{10}\S*"),
    Pattern(
        "hex",
        word=r"(?:(?=[a-f]*[0-9])[0-9a-f]{8,128}|(?=[A-F]*[0-9])[0-9A-F]{8,128})\b",
        digit=r"\b(?:0[xX][0-9a-fA-F]+|[0-9a-f]{8,128}|[0-9A-F]{8,128})\b",
    ),
    Pattern("git_sha", word=r"(?=[a-f]*[0-9])[0-9a-f]{7}\b", digit=r"\b(?=[0-9]*[a-f])[0-9a-f]{7}\b"),
    Pattern("float", digit=r"\b[0-9]+\.[0-9]+\b", sign=r"-[0-9]+\.[0-9]+\b"),
    Pattern("int", digit=r"\b[0-9]{1,7}\b", sign=r"-(?<!\w-)[0-9]{1,7}\b"),
)
"""The kinds that have a digit in them, in the order in which they are tried."""
NUMBERED_WORD = rf"(?={_HEX}{{7}}|[SMTWFJAOND][a-z]{{2}}|tx[0-9a-f]|datetime)"
"""What a word must begin with to be one of them: most words do not, and that is seen at once."""
PLAIN_DATE = Pattern("date", word=_PLAIN_DATE)
"""What is left of dates where there is no digit."""
ASSIGNED = (
    Pattern("quoted_str", sign=r"""(?:'(?<==')[^']+'|"(?<==")[^"]+")"""),
    Pattern("bool", word=r"(?<==)(?:[Tt]rue|[Ff]alse)"),
)
"""The kinds that come after an equals sign."""
