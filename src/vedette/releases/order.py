"""The order of a service's releases: by semantic version where the service names them so, by date where it does not.

1. A version such as ``2.10.0``, ``v2.10``, ``shop@2.10.0-rc.1+57`` is read by semantic versioning; the package in front is left
   out, and a build is later than the same version without one.
2. A service follows it if more than half of its ten latest releases can be read so.  Its versions are then compared as such, and
   what cannot be read comes before all that can.
3. All other services' releases are compared by when they were finalized, else first seen, else announced.

One rule for all releases of a service makes the order total: comparing some pairs by version and others by date would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LATEST = 10
_VERSION = re.compile(
    r"(?:[^@\s]+@)?v?(\d{1,9}(?:\.\d{1,9}){1,3})(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?", re.ASCII
)
Key = tuple[Any, ...]


def parse(text: str) -> Key | None:
    """Return what orders *text* among semantic versions; None where it is none."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    numbers = [int(number) for number in match[1].split(".")]
    numbers += [0] * (4 - len(numbers))
    before = (1,) if match[2] is None else (0, _identifiers(match[2]))
    build = (0,) if match[3] is None else (1, _identifiers(match[3]))
    return (*numbers, before, build)


def _identifiers(text: str) -> Key:
    # Numbers are compared as such, and come before words.
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in text.split("."))


@dataclass(frozen=True, slots=True)
class Order:
    """The order of one service's releases, of which *dates* tells when each came."""

    dates: Mapping[str, int]
    is_semantic: bool = field(init=False)

    def __post_init__(self) -> None:
        latest = sorted(self.dates, key=lambda version: (self.dates[version], version))[-LATEST:]
        read = sum(parse(version) is not None for version in latest)
        object.__setattr__(self, "is_semantic", 2 * read > len(latest))

    def key(self, version: str) -> Key:
        """Return what *version* is compared by; one that is not known came before all that are."""
        dated = (self.dates.get(version, -1), version)
        read = parse(version) if self.is_semantic else None
        return (0, dated) if read is None else (1, read, dated)

    def is_newer(self, version: str, than: str) -> bool:
        """Tell whether *version* comes after *than*."""
        return self.key(version) > self.key(than)

    def sorted(self, versions: Iterable[str]) -> list[str]:
        """Return *versions* from the oldest to the newest."""
        return sorted(versions, key=self.key)
