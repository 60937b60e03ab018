"""What every way in shares: who may send, how much, and where it goes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest

from vedette.ingest.body import Body
from vedette.ingest.keys import Grant, KeyRing
from vedette.ingest.rates import BODIES, Rates
from vedette.ingest.refusal import RefusedError
from vedette.ingest.room import Room
from vedette.ingest.uses import Uses
from vedette.pipeline.recorder import Recorder
from vedette.record.signals import Signal
from vedette.store.attachments import Attachments
from vedette.wire.arrival import Arrival, Attachment, Decoded
from vedette.wire.errors import UnauthorizedError
from vedette.wire.sentry import rate_limits
from vedette.wire.sentry.limits import Limits
from vedette.wire.sentry.rate_limits import RateLimit

CATEGORIES: dict[str, tuple[str, ...]] = {
    "errors": ("default", "error", "security"),
    "spans": ("transaction", "span"),
    "logs": ("log_item", "log_byte"),
    "metrics": ("trace_metric", "trace_metric_byte", "session", "internal"),
    "checks": ("monitor",),
    "events": ("feedback",),
    "profiles": ("profile", "profile_chunk"),
}
"""Which of Sentry's data categories come to lie in a table."""
SERVICE_NAME = "service.name"
ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a body: how many records were written, and what is to be held back from now on.

    `limited_tables` says of which tables the records past a limit would have been.
    """

    written: int
    limited: int = 0
    lost: int = 0
    limits: tuple[RateLimit, ...] = ()
    limited_tables: Mapping[str, int] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """The response headers that tell senders to hold back."""
        return rate_limits.encode(self.limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Lets senders in and writes what they send to the journal, and files that come with events to *attachments*."""

    keys: KeyRing
    rates: Rates
    recorder: Callable[[], Recorder]
    address_of: Callable[[str, str], str]
    now: Callable[[], dt.datetime]
    salt: bytes
    attachments: Attachments | None = None
    is_on: bool = True
    send_pii: bool = False
    max_bytes: int = 20 << 20
    limits: Limits = field(default_factory=Limits)
    room: Room | None = None
    uses: Uses | None = None

    def admit(self, key: str, *, project: str = "") -> Grant:
        """Return what *key* lets in to; *project* is the one that was posted to.

        Raises:
            UnauthorizedError: If it does not let in there.
            KeysUnavailableError: If that cannot be told now.
        """
        grant = self.keys.grant(key)
        if grant is None:
            raise UnauthorizedError("the key is not known, or was switched off")
        if project and project != grant.project:
            raise UnauthorizedError("the key is of another project")
        if self.uses is not None:
            self.uses.note(grant)
        return grant

    def count_body(self, grant: Grant) -> None:
        """Count a body against the key's rate, before it is read.

        Raises:
            RefusedError: If the key has sent too many (429), or there is no room for what others send (503).
        """
        if self.room is not None and not self.room.is_left():
            self.recorder().drops.count("requests", "journal_full", service=grant.service)
            raise RefusedError.unavailable("the journal is half full, and the other half is the site's own")
        seconds = self.rates.take(grant.key, BODIES)
        if seconds:
            self.recorder().drops.count("requests", "rate_limited", service=grant.service)
            limit = RateLimit(seconds=seconds, reason="rate_limited")
            raise RefusedError(429, "too many in this minute", rate_limits.encode([limit]))

    def body(self, request: HttpRequest) -> Body:
        """Return the body of *request*, to be read no further than the limits."""
        return Body(request, limit=self.max_bytes)

    def arrival(self, request: HttpRequest, grant: Grant) -> Arrival:
        """Return how a body came."""
        meta = request.META
        return Arrival(
            received_at=self.now(),
            service=grant.service,
            address=self.address_of(meta.get("REMOTE_ADDR") or "", meta.get("HTTP_X_FORWARDED_FOR") or ""),
            user_agent=meta.get("HTTP_USER_AGENT", "")[:500],
            send_pii=self.send_pii,
            salt=self.salt,
        )

    def take(self, decoded: Decoded, grant: Grant) -> Taken:
        """Write what was decoded, as far as the key's rate allows; what is left out is counted among the losses.

        Raises:
            RefusedError: If nothing could be written (503).
        """
        recorder = self.recorder()
        for declined in decoded.declined:
            recorder.drops.count(declined.category, declined.reason, declined.quantity, service=grant.service)
        kept, limits = self._within_rates(decoded.signals, grant)
        files = self._files_within_rates(decoded, kept, grant, limits)
        # Before the records: an event that is written has its files.
        self._keep(files, grant)
        written = 0
        for signal in kept:
            written += recorder.record(_owned(signal, grant))
        if kept and not written:
            raise RefusedError.unavailable("nothing can be written at the moment")
        limited = len(decoded.signals) - len(kept) + len(decoded.attachments) - len(files)
        tables = Counter(signal.table for signal in decoded.signals) if limits else Counter()
        tables -= Counter(signal.table for signal in kept)
        return Taken(written, limited, len(kept) - written, tuple(limits), tables)

    def _keep(self, files: list[Attachment], grant: Grant) -> None:
        if not files:
            return
        if self.attachments is None:
            losses = Counter(unsupported=len(files))
        else:
            losses = self.attachments.keep(files, service=grant.service)
        for reason, number in losses.items():
            self.recorder().drops.count(ATTACHMENT, reason, number, service=grant.service)

    def _files_within_rates(
        self, decoded: Decoded, kept: list[Signal], grant: Grant, limits: list[RateLimit]
    ) -> list[Attachment]:
        number = len(decoded.attachments)
        if not number:
            return []
        seconds = self.rates.take(grant.key, ATTACHMENT, number)
        if seconds:
            limits.append(RateLimit(seconds=seconds, categories=(ATTACHMENT,), reason="rate_limited"))
        if seconds or (decoded.signals and not kept):
            # Without its event a file is of no use.
            self.recorder().drops.count(ATTACHMENT, "rate_limited", number, service=grant.service)
            return []
        return decoded.attachments

    def _within_rates(self, signals: list[Signal], grant: Grant) -> tuple[list[Signal], list[RateLimit]]:
        if not self.rates.per_minute:
            return signals, []
        numbers: dict[str, int] = {}
        for signal in signals:
            numbers[signal.table] = numbers.get(signal.table, 0) + 1
        refused: set[str] = set()
        limits = []
        for table, number in numbers.items():
            seconds = self.rates.take(grant.key, table, number)
            if seconds:
                refused.add(table)
                self.recorder().drops.count(table, "rate_limited", number, service=grant.service)
                limits.append(
                    RateLimit(
                        seconds=seconds, categories=CATEGORIES.get(table, ("default",)), reason="rate_limited"
                    )
                )
        return [signal for signal in signals if signal.table not in refused] if refused else signals, limits


def _owned(signal: Signal, grant: Grant) -> Signal:
    # The service is the tenant: a key, which every browser that uses it knows, must not write into another's records.
    if signal.service != grant.service:
        if signal.service:
            signal.attributes = {**signal.attributes, SERVICE_NAME: signal.service}
        signal.service = grant.service
    return signal
