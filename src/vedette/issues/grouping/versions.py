"""The algorithm's versions: what each does that another does not.

A hash that is kept must be computed the same way for good.  What changes a hash is a new version; for as long as issues
made by an older one matter, an event is looked up by the hashes of both.
"""

from __future__ import annotations

from typing import NamedTuple

GROUPING_VERSION = "2026-01-20"
"""The version that new issues are made with: Sentry's of that date, as far as the same event has the same hash."""


class Version(NamedTuple):
    """How a version of the algorithm differs from the others."""

    name: str
    is_trace_first: bool
    """Whether the stack trace of an exception is hashed before its type."""


VERSIONS = {
    version.name: version
    for version in (
        Version("2023-01-11", is_trace_first=True),
        Version(GROUPING_VERSION, is_trace_first=False),
    )
}
"""The versions that can be computed, the oldest first."""


class UnknownVersion(LookupError):
    """There is no version of that name."""


def version_named(name: str) -> Version:
    """Return the version called *name*; raises `UnknownVersion`."""
    try:
        return VERSIONS[name]
    except KeyError:
        raise UnknownVersion(f"no version {name!r} of grouping; there are {', '.join(VERSIONS)}") from None
