"""The store endpoint: one event a body, as SDKs sent before there were envelopes."""

from __future__ import annotations

import base64
import binascii

from vedette.wire import compression
from vedette.wire.errors import MalformedError


def event_bytes(body: bytes | bytearray, *, limit: int) -> bytes:
    """Return the event's JSON in *body*: plain, or base64 of JSON that may be compressed by zlib (Raven).

    Raises `MalformedError` and `TooLargeError`.
    """
    text = bytes(body).strip()
    if text.startswith((b"{", b"\xef\xbb\xbf{")):
        return text
    try:
        packed = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        raise MalformedError("the body is neither JSON nor base64") from None
    if packed.lstrip().startswith(b"{"):
        return packed
    try:
        return bytes(compression.read([packed], encoding="deflate", limit=limit))
    except MalformedError:
        raise MalformedError("the body is neither JSON nor base64 of it") from None
