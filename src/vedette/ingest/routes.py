"""The addresses that others send to, and what stands around each: cross-origin headers, refusals, the one guard."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from vedette.conf import SettingsError
from vedette.ingest import otlp, sentry
from vedette.ingest.body import Body
from vedette.ingest.receiver import Receiver
from vedette.ingest.refusal import RefusedError
from vedette.ingest.series import Series
from vedette.record.context import is_recording

POST = ("POST",)
GET_OR_POST = ("GET", "POST")
MOST_DISCARDED_BYTES = 20 << 20
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "x-sentry-error, x-sentry-rate-limits, retry-after",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Headers": (
        "accept, authentication, authorization, baggage, content-encoding, content-type, origin, sentry-trace, traceparent,"
        " tracestate, x-requested-with, x-sentry-auth"
    ),
    "Access-Control-Max-Age": "3600",
}

_Handler = Callable[..., HttpResponse]
_Explain = Callable[[RefusedError, HttpRequest], HttpResponse]


def patterns(*, receiver: Callable[[], Receiver], series: Callable[[], Series]) -> list[URLPattern]:
    """Return the addresses; what they need is made at the first request."""
    found: list[URLPattern] = []

    def add(
        routes: Sequence[str], handler: _Handler, explain: _Explain, methods: Sequence[str] = POST
    ) -> None:
        view = _view(handler, explain, receiver=receiver, methods=methods)
        for route in routes:
            found.extend(path(written, view) for written in (f"{route}/", route))

    api = "api/<str:project>"
    add([f"{api}/envelope"], sentry.envelope, sentry.refused)
    add(["api/store", f"{api}/store"], sentry.store, sentry.refused)
    add([f"{api}/{kind}" for kind in ("security", "csp-report", "nel")], sentry.security, sentry.refused)
    crons = [f"{api}/cron/<str:slug>", f"{api}/cron/<str:slug>/<str:key>"]
    add(crons, sentry.cron, sentry.refused, GET_OR_POST)
    native = ("minidump", "unreal/<str:key>", "events/<str:event_id>/attachments")
    add([f"{api}/{kind}" for kind in native], sentry.unsupported, sentry.refused)
    for name, handler in (("traces", otlp.traces), ("metrics", otlp.metrics), ("logs", otlp.logs)):
        exports = [f"{prefix}v1/{name}" for prefix in ("", f"{api}/otlp/", f"{api}/integration/otlp/")]
        add(exports, _with_series(handler, series), otlp.refused)
    return found


def _with_series(handler: _Handler, series: Callable[[], Series]) -> _Handler:
    @functools.wraps(handler)
    def handle(request: HttpRequest, receiver: Receiver, **named: str) -> HttpResponse:
        return handler(request, receiver, series=series(), **named)

    return handle


def _view(
    handler: _Handler, explain: _Explain, *, receiver: Callable[[], Receiver], methods: Sequence[str]
) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        token = is_recording.set(False)
        try:
            response = _answer(request, handler, explain, receiver=receiver, methods=methods, named=named)
        finally:
            is_recording.reset(token)
        for name, value in CORS.items():
            response[name] = value
        # Django would write a line to the site's log for each refusal, after we are gone: a flood would flood that too.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    exempt: Callable[..., HttpResponse] = login_not_required(csrf_exempt(view))
    for alias in connections:
        # A site with ATOMIC_REQUESTS would open a transaction of its own database for every body.
        exempt = transaction.non_atomic_requests(using=alias)(exempt)
    return exempt


def _answer(
    request: HttpRequest,
    handler: _Handler,
    explain: _Explain,
    *,
    receiver: Callable[[], Receiver],
    methods: Sequence[str],
    named: dict[str, Any],
) -> HttpResponse:
    if request.method == "OPTIONS":
        allowed = {"Access-Control-Allow-Methods": ", ".join((*methods, "OPTIONS")), **PREFLIGHT}
        return HttpResponse(headers=allowed)
    try:
        found = receiver()
        if not found.is_on:
            raise RefusedError(404, "nothing is taken here: VEDETTE['INGEST'] is off")
        if request.method not in methods:
            allow = {"Allow": ", ".join((*methods, "OPTIONS"))}
            raise RefusedError(405, "this is to be posted to", allow)
        return handler(request, found, **named)
    except Exception as error:  # noqa: BLE001 - the edge: what others send must not end in the site's own error pages
        return explain(_refusal(error, receiver), request)
    finally:
        Body(request, limit=MOST_DISCARDED_BYTES).discard()


def _refusal(error: Exception, receiver: Callable[[], Receiver]) -> RefusedError:
    if isinstance(error, SettingsError):
        return RefusedError.unavailable("Vedette is not set up here")
    if isinstance(error, SuspiciousOperation):
        return RefusedError(400, "the address cannot be read")
    refusal = RefusedError.of(error)
    if refusal is None:
        receiver().recorder().drops.count("errors", "ingest_failed")
        refusal = RefusedError(500, "this could not be taken, by a fault of Vedette")
    return refusal
