"""What a receiver answers: `Export*ServiceResponse`, and `google.rpc.Status` where it could not take a request."""

from __future__ import annotations

from typing import Literal

import msgspec

from vedette.wire.errors import MalformedError
from vedette.wire.otlp.protobuf import field

Encoding = Literal["json", "protobuf"]
SignalName = Literal["traces", "metrics", "logs"]

CONTENT_TYPES: dict[Encoding, str] = {"json": "application/json", "protobuf": "application/x-protobuf"}
RPC_CODES = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    405: 12,
    413: 8,
    415: 3,
    429: 8,
    500: 13,
    502: 14,
    503: 14,
    504: 4,
}
_REJECTED = {"traces": "rejectedSpans", "metrics": "rejectedDataPoints", "logs": "rejectedLogRecords"}


def encoding_of(content_type: str) -> Encoding:
    """Return the encoding that a Content-Type names; raises `MalformedError` for another than OTLP's two."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return "json"
    if kind in {"application/x-protobuf", "application/protobuf"}:
        return "protobuf"
    raise MalformedError("OTLP is application/x-protobuf or application/json")


def accepted(signal: SignalName, *, encoding: Encoding, rejected: int = 0, message: str = "") -> bytes:
    """Return the body of a 200: empty but for what was *rejected*, which the sender must not send again."""
    if not rejected and not message:
        return b"{}" if encoding == "json" else b""
    if encoding == "json":
        partial: dict[str, str] = {_REJECTED[signal]: str(rejected)} if rejected else {}
        if message:
            partial["errorMessage"] = message
        return msgspec.json.encode({"partialSuccess": partial})
    inner = (field(1, rejected) if rejected else b"") + (field(2, message) if message else b"")
    return field(1, inner)


def refused(http_status: int, message: str, *, encoding: Encoding) -> bytes:
    """Return the `google.rpc.Status` for an answer with *http_status*."""
    code = RPC_CODES.get(http_status, 2)
    if encoding == "json":
        return msgspec.json.encode({"code": code, "message": message})
    return field(1, code) + field(2, message)
