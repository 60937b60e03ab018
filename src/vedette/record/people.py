"""What points to a person inside text: e-mail addresses, and IP addresses that are not of a private network."""

from __future__ import annotations

import ipaddress
import re

from vedette.record.secrets import FILTERED

_EMAIL = re.compile(r"(?<![\w.+%-])(?<!://)[\w.+%-]+(?:@|%40)(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,63}(?![\w-])")
_IPV4 = re.compile(
    r"[0-9](?<![\w.-].)(?<!\w/.)(?<!ersion=.)[0-9]{0,2}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![\w-]|\.[0-9])"
)
_IPV6 = re.compile(r"[0-9a-fA-F:](?<![\w:.].)[0-9a-fA-F:]{3,43}(?![\w:])")


def without_people(text: str) -> str:
    """Return *text* without what points to a person."""
    if "@" in text or "%40" in text:
        text = _EMAIL.sub(FILTERED, text)
    if text.count(".") >= 3:
        text = _IPV4.sub(_of_ipv4, text)
    if "::" in text or text.count(":") >= 7:
        text = _IPV6.sub(_of_ipv6, text)
    return text


def _of_ipv4(match: re.Match[str]) -> str:
    first, second, third, fourth = (int(part) for part in match[0].split("."))
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
