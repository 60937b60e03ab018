"""The SDK's root of a sampled request, under which its other integrations and the site's code put their spans.

It has the id of the span that the middleware records, and is stored as that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sentry_sdk
from sentry_sdk import Scope

from vedette.capture.recorder import settings

try:
    from sentry_sdk.tracing import Transaction
except ImportError:  # from 3.0 on, spans are streamed
    Transaction = None  # type: ignore[assignment,misc]

if TYPE_CHECKING:
    from vedette.capture.served import Served

ORIGIN = "auto.http.vedette"
REQUEST = "vedette.request"
"""The attribute by which a streamed span is known as a request's own, which the middleware records."""


def opened(work: Served, scope: Scope) -> Any:
    """Return the span of *work*, begun and current in *scope*; None where the SDK does not trace."""
    client = sentry_sdk.get_client()
    if not _is_tracing(client.options):
        return None
    if _is_streaming(client.options):
        return _streamed(work, scope)
    transaction = Transaction(
        op="http.server",
        name=name_before_routing(work),
        source="url",
        origin=ORIGIN,
        sampled=True,
        trace_id=work.trace_id,
        span_id=work.span_id,
        parent_span_id=work.parent_span_id or None,
        scope=scope,
    )
    scope.start_transaction(transaction)
    transaction.sample_rate = settings().TRACES_SAMPLE_RATE
    transaction.__enter__()
    return transaction


def close(span: Any, work: Served, *, name: str, status: int) -> None:
    """Finish *span* under the *name* of the request's route, and with its *status*."""
    if Transaction is not None and isinstance(span, Transaction):
        if span.source == "url":
            span.name, span.source = name, "route"
        span.set_http_status(status)
        if work.is_own:
            span.sampled = False
        span.__exit__(None, None, None)
        return
    work.span_attributes = {key: str(value) for key, value in span.get_attributes().items()}
    span.name = name
    span.status = "error" if status >= 500 else "ok"
    span.__exit__(None, None, None)


def _is_tracing(options: Any) -> bool:
    return options.get("traces_sample_rate") is not None or options.get("traces_sampler") is not None


def _is_streaming(options: Any) -> bool:
    if Transaction is None:
        return True
    lifecycle = options.get("trace_lifecycle") or (options.get("_experiments") or {}).get("trace_lifecycle")
    return bool(lifecycle == "stream")


def _streamed(work: Served, scope: Scope) -> Any:
    # The decision is in the scope's propagation context, hence the SDK takes it over; a site's own sampler may differ.
    starter: Any = sentry_sdk.traces
    span = starter.start_span(
        name=name_before_routing(work),
        attributes={
            "sentry.op": "http.server",
            "sentry.origin": ORIGIN,
            "sentry.span.source": "route",
            "sentry.segment.name.source": "route",
            REQUEST: "true",
        },
        parent_span=None,
    )
    span._span_id = work.span_id
    span.__enter__()
    return span


def name_before_routing(work: Served) -> str:
    """Return the name under which the span of *work* begins."""
    request = work.request
    return f"{request.method} {request.path}"[:500] if request is not None else ""
