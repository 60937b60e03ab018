"""The SDK's way into the journal: a transport that decodes each envelope where it is captured."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import Any

from sentry_sdk.envelope import Envelope, Item
from sentry_sdk.transport import Transport, make_transport

from vedette.capture import fingerprints, pseudonyms
from vedette.capture.attachments import attachments
from vedette.capture.recorder import recorder, settings
from vedette.capture.sentry import joining
from vedette.capture.sentry.losses import Losses
from vedette.capture.sentry.spans import REQUEST
from vedette.capture.served import Served
from vedette.capture.work import Work
from vedette.record.context import current_request, is_recording
from vedette.record.secrets import is_secret
from vedette.record.signals import Error, Signal, Span
from vedette.wire.arrival import Arrival, Attachment, Decoded
from vedette.wire.sentry.decoding import CATEGORIES, decode_pieces

# Letters and digits both: a word or a number could be one of the event's own.
_SECRET = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_.~-]{6,}")
_TABLES = {
    "error": "errors",
    "security": "errors",
    "attachment": "attachment",
    "log_item": "logs",
    "monitor": "checks",
    "profile": "profiles",
    "profile_chunk": "profiles",
    "session": "metrics",
    "span": "spans",
    "trace_metric": "metrics",
    "transaction": "spans",
}


class JournalTransport(Transport):
    """Writes what is captured to the journal, at once; then gives it to *inner*, the way to a Sentry elsewhere.

    Never raises, whatever *inner* does.  Made by the SDK with its *options* where there is a DSN: it then makes the
    usual transport as *inner* by itself.
    """

    def __init__(self, options: dict[str, Any] | None = None, *, inner: Transport | None = None) -> None:
        super().__init__(options)
        if inner is None and options and options.get("dsn"):
            inner = make_transport({**options, "transport": None})
        self.inner = inner
        if inner is not None:
            self.parsed_dsn = inner.parsed_dsn
        self._losses = Losses()

    def capture_envelope(self, envelope: Envelope) -> None:
        """Write what is in *envelope* to the journal, and hand it on."""
        if is_recording.get():
            # Whatever is logged or asked of a database meanwhile is Vedette's own doing, and would come back here.
            token = is_recording.set(False)
            try:
                self._store(envelope)
            except Exception:  # noqa: BLE001 - the host's edge: to capture must not fail
                recorder().drops.count(Error.table, "capture_failed")
            finally:
                is_recording.reset(token)
        if self.inner is not None:
            try:
                self.inner.capture_envelope(envelope)
            except Exception:  # noqa: BLE001 - the host's edge: a broken way to a Sentry changes nothing here
                self._losses.count("internal_sdk_error", "default", 1)

    def record_lost_event(
        self, reason: str, data_category: Any = None, item: Item | None = None, *, quantity: int = 1
    ) -> None:
        """Count what the SDK dropped by itself."""
        try:
            category = str(
                data_category or (CATEGORIES.get(item.type or "") if item is not None else "") or "default"
            )
            if is_recording.get():
                self._losses.count(str(reason), category, quantity)
            if self.inner is not None:
                self.inner.record_lost_event(reason, data_category, item, quantity=quantity)
        except Exception:  # noqa: BLE001 - the host's edge
            recorder().drops.count(Error.table, "capture_failed")

    def flush(self, timeout: float, callback: Any = None) -> Any:
        """Write the losses counted so far, and have *inner* send what it holds."""
        self._losses.write()
        return self.inner.flush(timeout, callback) if self.inner is not None else None

    def kill(self) -> Any:
        """End *inner*."""
        self._losses.write()
        return self.inner.kill() if self.inner is not None else None

    def is_healthy(self) -> bool:
        """Say yes: how a Sentry elsewhere fares is no reason to sample less here."""
        return True

    def _store(self, envelope: Envelope) -> None:
        values = settings()
        arrival = Arrival(
            received_at=dt.datetime.now(dt.UTC), send_pii=values.SEND_DEFAULT_PII, salt=pseudonyms.salt()
        )
        found = current_request.get()
        work = found if isinstance(found, Work) else None
        data = envelope.serialize()
        for secret in _secrets_in_path(work):
            # As long as it was: the envelope's items say how long they are.
            data = data.replace(secret, b"*" * len(secret))
        decoded = decode_pieces([data], arrival=arrival)
        # Before the records: an event that is written has its files.
        _keep(decoded.attachments)
        for signal in decoded.signals:
            if isinstance(signal, Error):
                fingerprints.name(signal)
            if isinstance(signal, Span) and REQUEST in signal.attributes:
                continue
            if work is None or not _is_merged(signal, work):
                recorder().record(signal)
            if isinstance(signal, Span):
                joining.end(signal)
        _count_declined(decoded)


def _secrets_in_path(work: Work | None) -> list[bytes]:
    """Return what the route captured under a secret's name, which is in the text of Django's request wherever that is a variable."""
    request = work.request if isinstance(work, Served) else None
    match = request.resolver_match if request is not None else None
    captured = match.kwargs.items() if match is not None else ()
    return [
        text.encode() for name, value in captured if is_secret(name) and _SECRET.fullmatch(text := str(value))
    ]


def _is_merged(signal: Signal, work: Work) -> bool:
    """Bring *signal* and the work in which it was captured together; tell whether what is recorded of the work says it all."""
    # An event is captured where it happens; logs and metrics are sent in batches, some of them of other requests.
    if signal.trace_id and signal.trace_id != work.trace_id and not isinstance(signal, Error):
        return False
    signal.request_id = signal.request_id or work.request_id
    signal.user_id = signal.user_id or work.user_id
    if isinstance(signal, Error):
        work.note_event(signal.event_id, signal.fingerprint)
    if isinstance(signal, Span) and signal.span_id == work.span_id and not work.is_joined:
        # The work's own span, which Vedette records: it takes over what the site has added to it.
        work.span_attributes = signal.attributes
        return True
    return False


def _keep(files: list[Attachment]) -> None:
    if not files:
        return
    kept_in = attachments()
    if kept_in is None:
        losses = Counter(unsupported=len(files))
    else:
        losses = kept_in.keep(files, service=settings().SERVICE)
    for reason, number in losses.items():
        recorder().drops.count("attachment", reason, number)


def _count_declined(decoded: Decoded) -> None:
    drops = recorder().drops
    for declined in decoded.declined:
        table = _TABLES.get(declined.category, "events")
        drops.count(table, declined.reason, declined.quantity)
