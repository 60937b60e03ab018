"""Why a body was not taken, as a status and a text for whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.ingest.keys import KeysUnavailableError
from vedette.wire.errors import (
    TooLargeError,
    UnauthorizedError,
    UnsupportedEncodingError,
    WireError,
)

RETRY_AFTER_S = 5
_STATUSES: tuple[tuple[type[WireError], int], ...] = (
    (TooLargeError, 413),
    (UnsupportedEncodingError, 415),
    (UnauthorizedError, 403),
    (WireError, 400),
)


class RefusedError(Exception):
    """A body was not taken: the answer's status, its text, and its headers."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})

    @classmethod
    def unavailable(cls, message: str) -> RefusedError:
        """Return a refusal that asks to try again soon."""
        return cls(503, message, {"Retry-After": str(RETRY_AFTER_S)})

    @classmethod
    def of(cls, error: Exception) -> RefusedError | None:
        """Return what to answer where *error* was raised, None where it is a fault of ours."""
        if isinstance(error, RefusedError):
            return error
        if isinstance(error, KeysUnavailableError):
            return cls.unavailable(str(error))
        for kind, status in _STATUSES:
            if isinstance(error, kind):
                return cls(status, str(error))
        return None
