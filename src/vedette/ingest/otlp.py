"""What OpenTelemetry's exporters post to."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest, HttpResponse

from vedette.ingest.keys import Grant
from vedette.ingest.receiver import Receiver
from vedette.ingest.refusal import RefusedError
from vedette.ingest.series import Series
from vedette.wire.arrival import Decoded
from vedette.wire.errors import MalformedError, UnauthorizedError
from vedette.wire.otlp.answers import CONTENT_TYPES, Encoding, SignalName, accepted, encoding_of
from vedette.wire.otlp.answers import refused as status_of
from vedette.wire.otlp.decoding import decode_logs, decode_metrics, decode_traces
from vedette.wire.sentry import authentication

_TABLES: dict[SignalName, str] = {"traces": "spans", "logs": "logs", "metrics": "metrics"}


def traces(request: HttpRequest, receiver: Receiver, *, series: Series, project: str = "") -> HttpResponse:
    """Take spans, and the errors among their events."""
    return _export(request, receiver, "traces", series=series, project=project)


def logs(request: HttpRequest, receiver: Receiver, *, series: Series, project: str = "") -> HttpResponse:
    """Take log records."""
    return _export(request, receiver, "logs", series=series, project=project)


def metrics(request: HttpRequest, receiver: Receiver, *, series: Series, project: str = "") -> HttpResponse:
    """Take metrics; of cumulative ones what was added since they were last seen."""
    return _export(request, receiver, "metrics", series=series, project=project)


def refused(error: RefusedError, request: HttpRequest) -> HttpResponse:
    """Return a ``google.rpc.Status`` in the request's encoding; JSON where that is none of OTLP's."""
    encoding = _encoding(request) or "json"
    return HttpResponse(
        status_of(error.status, str(error), encoding=encoding),
        status=error.status,
        content_type=CONTENT_TYPES[encoding],
        headers=error.headers,
    )


def _export(
    request: HttpRequest, receiver: Receiver, signal: SignalName, *, series: Series, project: str
) -> HttpResponse:
    grant = receiver.admit(_key(request), project=project)
    receiver.count_body(grant)
    encoding = _encoding(request)
    if encoding is None:
        raise RefusedError(415, "OTLP is application/x-protobuf or application/json")
    body = receiver.body(request).whole()
    arrival = receiver.arrival(request, grant)
    if signal != "metrics":
        decode = decode_traces if signal == "traces" else decode_logs
        return _take(decode(body, encoding=encoding, arrival=arrival), grant, receiver, signal, encoding)
    with series.remembered(grant) as deltas:
        decoded = decode_metrics(body, encoding=encoding, arrival=arrival, deltas=deltas)
        return _take(decoded, grant, receiver, signal, encoding)


def _take(
    decoded: Decoded, grant: Grant, receiver: Receiver, signal: SignalName, encoding: Encoding
) -> HttpResponse:
    taken = receiver.take(decoded, grant)
    if taken.limited and not taken.written:
        raise RefusedError(429, "too many in this minute", taken.headers)
    # Errors are made of spans and logs that are here all the same: the sender counts what it sent.
    limited = taken.limited_tables.get(_TABLES[signal], 0)
    told = [(limited, "past the limit of a minute"), (taken.lost, "not written")]
    told += [(declined.quantity, declined.reason.replace("_", " ")) for declined in decoded.declined]
    rejected = sum(number for number, _ in told)
    message = ", ".join(f"{number} {why}" for number, why in told if number)
    return HttpResponse(
        accepted(signal, encoding=encoding, rejected=rejected, message=message),
        content_type=CONTENT_TYPES[encoding],
    )


def _key(request: HttpRequest) -> str:
    """Return the key: Sentry's header, a bearer token, the user of basic authentication, or in the query."""
    header = request.headers.get("X-Sentry-Auth", "")
    general = request.headers.get("Authorization", "")
    scheme, _, rest = general.partition(" ")
    query = request.GET.dict()
    if scheme.lower() == "bearer":
        query.setdefault("sentry_key", rest.strip())
    elif scheme.lower() == "basic":
        query.setdefault("sentry_key", _user(rest))
    elif not header:
        header = general
    return authentication.sender(header, query=query).key


def _user(basic: str) -> str:
    try:
        return base64.b64decode(basic.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        raise UnauthorizedError("this is no basic authentication") from None


def _encoding(request: HttpRequest) -> Encoding | None:
    try:
        return encoding_of(request.headers.get("Content-Type", ""))
    except MalformedError:
        return None
