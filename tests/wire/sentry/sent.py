"""Envelopes of this suite's own."""

from __future__ import annotations

import json
from typing import Any

from tests.wire.cases import arrival
from vedette.record.signals import Error
from vedette.wire.arrival import Decoded
from vedette.wire.sentry.decoding import decode_event, decode_pieces
from vedette.wire.sentry.limits import Limits


def envelope(*items: tuple[str, Any], headers: dict[str, Any] | None = None) -> bytes:
    """Return an envelope with *items*, each a type and what its payload says (or its bytes)."""
    lines = [json.dumps(headers or {}).encode()]
    for kind, payload in items:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        lines += [json.dumps({"type": kind, "length": len(data)}).encode(), data]
    return b"\n".join(lines)


def decoded(*items: tuple[str, Any], headers: dict[str, Any] | None = None, **arrived: Any) -> Decoded:
    """Return what comes of an envelope with *items*."""
    limits = arrived.pop("limits", Limits())
    return decode_pieces([envelope(*items, headers=headers)], arrival=arrival(**arrived), limits=limits)


def error(event: dict[str, Any], **arrived: Any) -> Error:
    """Return the error in *event*."""
    (signal,) = decode_event(json.dumps(event).encode(), arrival=arrival(**arrived)).signals
    assert isinstance(signal, Error)
    return signal
