"""What every page says to the browser about what it may load and who may see it."""

from __future__ import annotations

from django.http import HttpResponseBase

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Telemetry holds what people did: no shared cache may keep it, and a page that was left must be asked for anew.
    "Cache-Control": "private, no-store",
}


def protect(response: HttpResponseBase) -> HttpResponseBase:
    """Set the headers that every page carries, where it has not set its own."""
    for name, value in HEADERS.items():
        response.setdefault(name, value)
    return response
