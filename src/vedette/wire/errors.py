"""What can be wrong with a body that somebody sent."""

from __future__ import annotations


class WireError(Exception):
    """A body could not be taken; the text may be shown to whoever sent it."""


class MalformedError(WireError):
    """The body does not follow its protocol."""


class TooLargeError(WireError):
    """The body, or a part of it, is larger than the limit."""


class UnsupportedEncodingError(WireError):
    """The body is compressed in a way that needs a package which is not installed."""


class UnauthorizedError(WireError):
    """The sender named no key, or several that differ."""
