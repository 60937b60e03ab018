"""The SDK's spans of sampled work: its root, under which integrations and the site's code put theirs, and what Vedette opens.

The root has the id of the span that Vedette records of the work, and is stored as that one.
"""

from __future__ import annotations

from typing import Any

import sentry_sdk
from sentry_sdk import Scope

from vedette.capture.recorder import settings
from vedette.capture.work import Work
from vedette.wire.scrubbing import attribute

try:
    from sentry_sdk.tracing import Transaction
except ImportError:  # from 3.0 on, spans are streamed
    Transaction = None  # type: ignore[assignment,misc]

ORIGIN = "auto.vedette"
REQUEST = "vedette.request"
"""The attribute by which a streamed span is known as the work's own, which Vedette records."""


class Child:
    """A span below the one that is current, in a scope of its own: tasks that run side by side share the outer one."""

    __slots__ = ("_outer", "_span")

    def __init__(self, op: str, name: str) -> None:
        self._outer = Scope.get_current_scope()
        scope = self._outer.fork()
        Scope.set_current_scope(scope)
        try:
            self._span = _child(scope, op, name)
        except Exception:
            Scope.set_current_scope(self._outer)
            raise

    def end(self, error: BaseException | None, attributes: dict[str, str]) -> None:
        """End the span, which failed with *error* where there is one."""
        try:
            if self._span is not None:
                _end(self._span, error, attributes)
        finally:
            Scope.set_current_scope(self._outer)


def current_id(work: Work) -> str:
    """Return the id of the SDK's span that is current here; of the root where that is none of this trace."""
    span = _current(Scope.get_current_scope())
    is_its = span is not None and span.sampled and span.trace_id == work.trace_id
    return str(span.span_id) if is_its else work.span_id


def root() -> Any:
    """Return the root of the SDK's span that is current here; None where there is none."""
    span = _current(Scope.get_current_scope())
    if span is None:
        return None
    return span._segment if _is_streamed(span) else span.containing_transaction


def root_of_task() -> Any:
    """Return the span that the SDK's Celery integration has begun for the task in hand; None where it does not trace."""
    client = sentry_sdk.get_client()
    if client.get_integration("celery") is None or not _is_tracing(client.options):
        return None
    return _current(Scope.get_current_scope())


def op_of(span: Any) -> str:
    """Return the operation of *span*."""
    return str((span.get_attributes().get("sentry.op") if _is_streamed(span) else span.op) or "")


def opened(work: Work, scope: Scope) -> Any:
    """Return the span of *work*, begun and current in *scope*; None where the SDK does not trace."""
    client = sentry_sdk.get_client()
    if not _is_tracing(client.options):
        return None
    if _is_streaming(client.options):
        return _streamed(work)
    transaction = Transaction(
        op=work.op,
        name=work.first_name,
        source=_UNROUTED if work.name_source == "route" else work.name_source,
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


def close(span: Any, work: Work, *, name: str, is_failed: bool, status: int | None) -> None:
    """Finish *span*, the root of *work*, under its last *name*, and with the HTTP *status* of a request."""
    if _is_streamed(span):
        span.name = name
        work.span_attributes = _attributes(span)
        span.status = "error" if is_failed else "ok"
    else:
        if span.source == _UNROUTED:
            span.name, span.source = name, work.name_source
        if status is not None:
            span.set_http_status(status)
        else:
            span.set_status("internal_error" if is_failed else "ok")
        if work.is_own:
            span.sampled = False
    span.__exit__(None, None, None)


_UNROUTED = "url"
"""The SDK's word for a name that is a path; such a one gives way to the route, where a name of the site's own stays."""


def _attributes(span: Any) -> dict[str, str]:
    keep_pii = settings().SEND_DEFAULT_PII
    return {
        key: attribute(value if isinstance(value, list | dict | str) else str(value), key, keep_pii=keep_pii)
        for key, value in span.get_attributes().items()
    }


def _child(scope: Scope, op: str, name: str) -> Any:
    parent = _current(scope)
    if parent is None:
        return None  # the site has cleared the scope
    if _is_streamed(parent):
        starter: Any = sentry_sdk.traces
        span = starter.start_span(name=name, attributes={"sentry.op": op, "sentry.origin": ORIGIN})
    else:
        span = parent.start_child(op=op, name=name, origin=ORIGIN, status="ok")
    return span.__enter__()


def _end(span: Any, error: BaseException | None, attributes: dict[str, str]) -> None:
    is_streamed = _is_streamed(span)
    for name, value in attributes.items():
        if is_streamed:
            span.set_attribute(name, value)
        else:
            span.set_data(name, value)
    if error is not None:
        span.status = "error" if is_streamed else "internal_error"
    span.__exit__(None, None, None)


def _current(scope: Any) -> Any:
    span = scope.span
    # Those of streams have a place of their own since 2.60 or so; in 3.0 there are no others.
    return span if span is not None else getattr(scope, "streamed_span", None)


def _is_streamed(span: Any) -> bool:
    return Transaction is None or not hasattr(span, "start_child")


def _is_tracing(options: Any) -> bool:
    return options.get("traces_sample_rate") is not None or options.get("traces_sampler") is not None


def _is_streaming(options: Any) -> bool:
    if Transaction is None:
        return True
    lifecycle = options.get("trace_lifecycle") or (options.get("_experiments") or {}).get("trace_lifecycle")
    return bool(lifecycle == "stream")


def _streamed(work: Work) -> Any:
    # The decision is in the scope's propagation context, hence the SDK takes it over; a site's own sampler may differ.
    starter: Any = sentry_sdk.traces
    span = starter.start_span(
        name=work.first_name,
        attributes={
            "sentry.op": work.op,
            "sentry.origin": ORIGIN,
            "sentry.span.source": work.name_source,
            "sentry.segment.name.source": work.name_source,
            REQUEST: "true",
        },
        parent_span=None,
    )
    span._span_id = work.span_id
    span.__enter__()
    return span
