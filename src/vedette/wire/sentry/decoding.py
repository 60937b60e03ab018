"""Envelopes, and bodies of the older endpoints, into signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from vedette.record.redaction import redacted, without_keys
from vedette.wire import documents
from vedette.wire.arrival import Arrival, Attachment, Decoded
from vedette.wire.errors import MalformedError, TooLargeError
from vedette.wire.scrubbing import scrubbed
from vedette.wire.sentry import (
    checkin,
    feedback,
    log,
    metric,
    profile,
    report,
    security,
    session,
    span,
    transaction,
)
from vedette.wire.sentry.envelope import Envelope, Item
from vedette.wire.sentry.error import error_of
from vedette.wire.sentry.limits import Limits
from vedette.wire.sentry.sending import Sending
from vedette.wire.values import Mapping, short

_Decoder = Callable[[Item, Any, Sending, Decoded], None]

_SLICE = 32 * 1024
_HELD = frozenset({"event", "nel", "profile", "profile_chunk", "raw_security"})
"""Items whose payloads are in their records, and in memory until the last of the envelope is read."""
CATEGORIES = {
    "attachment": "attachment",
    "check_in": "monitor",
    "client_report": "internal",
    "event": "error",
    "feedback": "feedback",
    "log": "log_item",
    "metric_buckets": "metric_bucket",
    "metric_meta": "metric_bucket",
    "nel": "security",
    "otel_log": "log_item",
    "profile": "profile",
    "profile_chunk": "profile_chunk",
    "raw_security": "security",
    "replay_event": "replay",
    "replay_recording": "replay",
    "replay_video": "replay",
    "session": "session",
    "sessions": "session",
    "span": "span",
    "statsd": "metric_bucket",
    "trace_metric": "trace_metric",
    "transaction": "transaction",
    "user_report": "feedback",
}
"""Sentry's data category of each item type, as rate limits and client reports name it."""


def decode(envelope: Envelope, *, arrival: Arrival, limits: Limits | None = None) -> Decoded:
    """Return what is in *envelope*.

    What is wrong with one item is told in `declined` and does not break the others.  Raises `MalformedError` and
    `TooLargeError` where the envelope itself is wrong.
    """
    limits = limits or Limits()
    sending = Sending.of(envelope.headers, arrival=arrival, limits=limits)
    decoded = Decoded(event_id=sending.event_id)
    held = documents.Parts(limits.parts)
    for item in envelope:
        _decode_item(item, sending, decoded, held)
    return decoded


def decode_pieces(pieces: Iterable[bytes], *, arrival: Arrival, limits: Limits | None = None) -> Decoded:
    """Return what is in the envelope whose decompressed bytes are *pieces*; raises as `decode` does."""
    limits = limits or Limits()
    return decode(Envelope(pieces, limits=limits), arrival=arrival, limits=limits)


def decode_event(data: bytes, *, arrival: Arrival, limits: Limits | None = None) -> Decoded:
    """Return what is in *data*, the JSON of one event as the store endpoint takes it; raises as `decode` does."""
    sending = Sending.of({}, arrival=arrival, limits=limits or Limits())
    decoded = Decoded()
    payload = _mapping(documents.decode(data))
    kind = payload.get("type")
    item = Item({"type": "transaction" if kind == "transaction" else "event"}, data)
    _DECODERS[item.type](item, payload, sending, decoded)
    return decoded


def decode_security(data: bytes, *, arrival: Arrival, limits: Limits | None = None) -> Decoded:
    """Return what is in *data*, a report that a browser posted to ``security/`` or ``nel/``; raises `MalformedError`."""
    sending = Sending.of({}, arrival=arrival, limits=limits or Limits())
    errors = security.errors_of(documents.decode(data), data=data, sending=sending)
    return Decoded(event_id=errors[0].event_id, signals=[*errors])


def _decode_item(item: Item, sending: Sending, decoded: Decoded, held: documents.Parts) -> None:
    category = CATEGORIES.get(item.type, "default")
    if item.type == "attachment":
        _attachment(item, sending, decoded)
        return
    decoder = _DECODERS.get(item.type)
    if decoder is None:
        decoded.decline(category, "unsupported", _quantity(item))
        return
    if item.payload is None:
        decoded.decline(category, "too_large", _quantity(item))
        return
    if len(decoded.signals) >= sending.limits.records or (item.type in _HELD and not held.take(item.payload)):
        decoded.decline(category, "too_many", _quantity(item))
        return
    try:
        decoder(item, documents.decode(item.payload), sending, decoded)
    except MalformedError:
        decoded.decline(category, "invalid", _quantity(item))
    except TooLargeError:
        decoded.decline(category, "too_large", _quantity(item))


def _quantity(item: Item) -> int:
    count = item.headers.get("item_count")
    return count if isinstance(count, int) and 0 < count <= 100_000 else 1


def _mapping(payload: Any) -> Mapping:
    if not isinstance(payload, dict):
        raise MalformedError("a payload is not a JSON object")
    return payload


def _event(item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    event = _mapping(payload)
    if event.get("type") == "transaction":
        _transaction(item, payload, sending, decoded)
        return
    if event.get("type") == "feedback":
        _feedback(item, payload, sending, decoded)
        return
    error = error_of(event, data=item.payload or b"", sending=sending)
    decoded.event_id = decoded.event_id or error.event_id
    decoded.signals.append(error)


def _transaction(item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    spans = transaction.spans_of(_mapping(payload), data=item.payload or b"", sending=sending)
    decoded.event_id = decoded.event_id or spans[0].attributes.get("sentry.transaction.id", "")
    decoded.signals += spans


def _span(_item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals += span.spans_of(_mapping(payload), sending=sending)
    _decline_rest(payload, "span", sending, decoded)


def _log(_item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals += log.logs_of(_mapping(payload), sending=sending)
    _decline_rest(payload, "log_item", sending, decoded)


def _metric(_item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals += metric.metrics_of(_mapping(payload), sending=sending)
    _decline_rest(payload, "trace_metric", sending, decoded)


def _decline_rest(payload: Mapping, category: str, sending: Sending, decoded: Decoded) -> None:
    more = len(payload["items"]) - sending.limits.container_items
    if more > 0:
        decoded.decline(category, "too_many", more)


def _check_in(_item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals.append(checkin.check_of(_mapping(payload), sending=sending))


def _session(_item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals.append(session.session_of(_mapping(payload), sending=sending))


def _sessions(_item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals += session.sessions_of(_mapping(payload), sending=sending)


def _profile(item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    size = len(item.payload or b"")
    decoded.signals.append(profile.profile_of(_mapping(payload), size=size, sending=sending))


def _report(_item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals += report.losses_of(_mapping(payload), sending=sending)


def _feedback(item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    said = feedback.feedback_of(_mapping(payload), data=item.payload or b"", sending=sending)
    decoded.event_id = decoded.event_id or said.properties["event_id"]
    decoded.signals.append(said)


def _user_report(_item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals.append(feedback.report_of(_mapping(payload), sending=sending))


def _security(item: Item, payload: Any, sending: Sending, decoded: Decoded) -> None:
    decoded.signals += security.errors_of(payload, data=item.payload or b"", sending=sending)


def _attachment(item: Item, sending: Sending, decoded: Decoded) -> None:
    kind = short(item.headers.get("attachment_type") or "event.attachment", 100)
    if kind in {"event.minidump", "event.applecrashreport", "unreal.context", "unreal.logs"}:
        decoded.decline("attachment", "unsupported")
    elif item.payload is None:
        decoded.decline("attachment", "too_large")
    elif len(decoded.attachments) >= sending.limits.attachments:
        decoded.decline("attachment", "too_many")
    else:
        content_type = short(item.headers.get("content_type") or "application/octet-stream", 100).lower()
        decoded.attachments.append(
            Attachment(
                event_id=sending.event_id or decoded.event_id,
                name=short(item.headers.get("filename") or "unnamed", 200),
                content_type=content_type,
                kind=kind,
                data=_without_secrets(item.payload, content_type, sending),
            )
        )


def _without_secrets(data: bytes, content_type: str, sending: Sending) -> bytes:
    """Return the file *data* without secrets where it is text, whatever it says that it is; other files as they are."""
    if b"\0" in data[:_SLICE]:
        return data
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    keep_pii = sending.arrival.send_pii
    if "json" in content_type or text[:1] in {"{", "["}:
        try:
            document = documents.decode(data)
        except (MalformedError, TooLargeError):
            pass
        else:
            clean = scrubbed(document, keep_pii=keep_pii)
            return data if clean is document else documents.encode(clean).encode()
    # One line in memory at a time: a file may be five million of them.
    clean = bytearray()
    for line in _lines(without_keys(text)):
        for start in range(0, len(line), _SLICE):
            clean += redacted(line[start : start + _SLICE], keep_pii=keep_pii).encode()
        clean += b"\n"
    return bytes(clean[:-1])


def _lines(text: str) -> Iterator[str]:
    at = 0
    while (end := text.find("\n", at)) >= 0:
        yield text[at:end]
        at = end + 1
    yield text[at:]


_DECODERS: dict[str, _Decoder] = {
    "event": _event,
    "transaction": _transaction,
    "span": _span,
    "log": _log,
    "trace_metric": _metric,
    "check_in": _check_in,
    "session": _session,
    "sessions": _sessions,
    "profile": _profile,
    "profile_chunk": _profile,
    "client_report": _report,
    "feedback": _feedback,
    "user_report": _user_report,
    "raw_security": _security,
    "nel": _security,
}
