"""The methods that requests are told apart by."""

from __future__ import annotations

METHODS = frozenset(
    {
        *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"),
        # WebDAV and what builds on it.
        *(
            "PROPFIND",
            "PROPPATCH",
            "MKCOL",
            "COPY",
            "MOVE",
            "LOCK",
            "UNLOCK",
            "REPORT",
            "SEARCH",
            "ACL",
            "MKCALENDAR",
        ),
    }
)
OTHER = "_OTHER"
"""OpenTelemetry's word for all else: whoever sends requests could make up a new one each time, and rollups sum by it."""
ORIGINAL = "http.request.method_original"
"""OpenTelemetry's attribute that holds what was sent instead."""


def known(method: str) -> str:
    """Return *method* where it is one that is known, else `OTHER`."""
    return method if method in METHODS else OTHER
