"""By what an error is known, worked out where it is captured, so that the request that raised it can name it at once.

Capture does not know how errors are grouped: whoever puts the parts together hands that down.
"""

from __future__ import annotations

from collections.abc import Callable

from vedette.record.signals import Error

_fingerprint_of: Callable[[Error], str] | None = None


def install(fingerprint_of: Callable[[Error], str]) -> None:
    """Know errors by *fingerprint_of* from now on."""
    global _fingerprint_of
    _fingerprint_of = fingerprint_of


def name(error: Error) -> str:
    """Fill in by what *error* is known, and return it; ``""`` where nobody knows: the drain will."""
    if _fingerprint_of is None:
        return ""
    try:
        error.fingerprint = _fingerprint_of(error)
    except Exception:  # noqa: BLE001 - the host's edge: the error must be recorded, known or not
        return ""
    return error.fingerprint
