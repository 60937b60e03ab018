"""What Sentry's SDKs post to."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from vedette.ingest.keys import Grant
from vedette.ingest.receiver import ATTACHMENT, Receiver, Taken
from vedette.ingest.refusal import RefusedError
from vedette.wire import documents
from vedette.wire.arrival import Decoded
from vedette.wire.errors import MalformedError, TooLargeError, UnauthorizedError
from vedette.wire.sentry import authentication, decoding
from vedette.wire.sentry.checkin import check_of
from vedette.wire.sentry.envelope import Envelope, Item
from vedette.wire.sentry.sending import Sending
from vedette.wire.sentry.store import event_bytes
from vedette.wire.values import Mapping, dict_of, short

MOST_SECURITY_BYTES = 64 * 1024
MOST_CHECK_IN_BYTES = 100 * 1024
_BAD = {"invalid": MalformedError, "too_large": TooLargeError, "too_many": TooLargeError}


class _Counted(Envelope):
    """An envelope that knows how many items were read."""

    items = 0

    def __iter__(self) -> Iterator[Item]:
        for item in super().__iter__():
            self.items += 1
            yield item


def envelope(request: HttpRequest, receiver: Receiver, *, project: str) -> HttpResponse:
    """Take an envelope; the key may be in it alone."""
    named = _named(request, receiver, project=project)
    pieces = receiver.body(request).pieces()
    found = _Counted(pieces, limits=receiver.limits)
    dsn = found.headers.get("dsn")
    grant = named if named and dsn is None else _admitted(request, receiver, project=project, dsn=dsn)
    if named is None:
        receiver.count_body(grant)
    decoded = decoding.decode(found, arrival=receiver.arrival(request, grant), limits=receiver.limits)
    if not found.items and not decoded.event_id:
        raise MalformedError("the envelope has neither an item nor an event_id")
    return _answer(decoded, receiver.take(decoded, grant))


def store(request: HttpRequest, receiver: Receiver, *, project: str = "") -> HttpResponse:
    """Take one event, as SDKs sent it before there were envelopes."""
    if request.content_type == "application/x-sentry-envelope":
        # Python's SDK 0.14 has envelopes, and no other address for them.
        return envelope(request, receiver, project=project)
    grant = _let_in(request, receiver, project=project)
    limit = receiver.limits.store_bytes
    data = event_bytes(_bounded(request, receiver, limit=limit), limit=limit)
    arrival = receiver.arrival(request, grant)
    decoded = decoding.decode_event(data, arrival=arrival, limits=receiver.limits)
    return _answer(decoded, receiver.take(decoded, grant))


def security(request: HttpRequest, receiver: Receiver, *, project: str) -> HttpResponse:
    """Take a report that a browser sends by itself: of a content security policy and the like, or a network error."""
    grant = _let_in(request, receiver, project=project)
    data = bytes(_bounded(request, receiver, limit=MOST_SECURITY_BYTES))
    decoded = decoding.decode_security(data, arrival=receiver.arrival(request, grant), limits=receiver.limits)
    for signal in decoded.signals:
        signal.environment = request.GET.get("sentry_environment", signal.environment)[:200]
        signal.release = request.GET.get("sentry_release", signal.release)[:250]
    return _answer(decoded, receiver.take(decoded, grant))


def cron(request: HttpRequest, receiver: Receiver, *, project: str, slug: str, key: str = "") -> HttpResponse:
    """Take a check-in that is said in the address, as from ``curl``; a body may bring the monitor's settings."""
    grant = _let_in(request, receiver, project=project, key=key)
    said = dict_of(_json(_bounded(request, receiver, limit=MOST_CHECK_IN_BYTES)))
    payload: Mapping = {**said, "monitor_slug": slug}
    for name in ("status", "check_in_id", "environment", "release", "duration"):
        if request.GET.get(name):
            payload[name] = request.GET[name]
    payload["check_in_id"] = short(payload.get("check_in_id") or uuid.uuid4().hex, 100)
    arrival = receiver.arrival(request, grant)
    check = check_of(payload, sending=Sending.of({}, arrival=arrival, limits=receiver.limits))
    decoded = Decoded(event_id=payload["check_in_id"], signals=[check])
    # 202 is what Sentry's own documentation of check-ins over HTTP promises.
    return _answer(decoded, receiver.take(decoded, grant), status=202)


def unsupported(
    request: HttpRequest, receiver: Receiver, *, project: str, key: str = "", event_id: str = ""
) -> HttpResponse:
    """Say that crash reports of native programs, and files without their event, are not kept; and count what came."""
    grant = _let_in(request, receiver, project=project, key=key)
    receiver.recorder().drops.count(ATTACHMENT, "unsupported", service=grant.service)
    raise RefusedError(501, "minidumps, and files without their event, are not kept here")


def refused(error: RefusedError, request: HttpRequest) -> HttpResponse:
    """Return the answer that SDKs log."""
    response = JsonResponse({"detail": str(error)}, status=error.status, headers=error.headers)
    # A text may quote what was sent, and a header's value must be one line of ASCII.
    response["X-Sentry-Error"] = "".join(char if " " <= char <= "~" else "?" for char in str(error)[:500])
    return response


def _named(request: HttpRequest, receiver: Receiver, *, project: str) -> Grant | None:
    """Return the grant of the key in header or query, before anything of the body is read; None where there is none."""
    if not _header(request) and "sentry_key" not in request.GET:
        return None
    return _let_in(request, receiver, project=project)


def _let_in(request: HttpRequest, receiver: Receiver, *, project: str, key: str = "") -> Grant:
    grant = _admitted(request, receiver, project=project, key=key)
    receiver.count_body(grant)
    return grant


def _admitted(
    request: HttpRequest, receiver: Receiver, *, project: str, dsn: object = None, key: str = ""
) -> Grant:
    query = request.GET.dict()
    if key and query.setdefault("sentry_key", key) != key:
        raise UnauthorizedError("path and query name different keys")
    sender = authentication.sender(_header(request), query=query, dsn=dsn, project=project)
    return receiver.admit(sender.key, project=project)


def _header(request: HttpRequest) -> str:
    header = request.headers.get("X-Sentry-Auth", "")
    if header:
        return header
    general = request.headers.get("Authorization", "")
    return general if general[:7].lower() == "sentry " else ""


def _bounded(request: HttpRequest, receiver: Receiver, *, limit: int) -> bytearray:
    body = bytearray()
    for piece in receiver.body(request).pieces():
        body += piece
        if len(body) > limit:
            raise TooLargeError(f"the body is larger than {limit} bytes")
    return body


def _json(body: bytearray) -> Any:
    return documents.decode(body) if body.strip() else {}


def _answer(decoded: Decoded, taken: Taken, *, status: int = 200) -> HttpResponse:
    if taken.lost:
        raise RefusedError.unavailable("not all of it can be written at the moment")
    if not taken.written:
        if taken.limited:
            raise RefusedError(429, "too many in this minute", taken.headers)
        for declined in decoded.declined:
            if declined.reason in _BAD:
                raise _BAD[declined.reason](f"{declined.category}: {declined.reason.replace('_', ' ')}")
    body = {"id": decoded.event_id} if decoded.event_id else {}
    # Without blanks, as SDKs have always seen it.
    content = json.dumps(body, separators=(",", ":"))
    return HttpResponse(content, status=status, content_type="application/json", headers=taken.headers)
