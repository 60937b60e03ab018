"""The SDK's scopes of one piece of work: what a view sets, tags and captures stays with its request."""

from __future__ import annotations

import inspect
from typing import Any

import sentry_sdk
from sentry_sdk import Scope
from sentry_sdk.tracing_utils import PropagationContext
from sentry_sdk.utils import event_from_exception

from vedette.capture.jobs import Job
from vedette.capture.recorder import recorder
from vedette.capture.sentry import client, joining, spans
from vedette.capture.work import Work
from vedette.record.context import is_recording
from vedette.record.signals import Error, Span

_TAKES_OPTIONS = "client_options" in inspect.signature(event_from_exception).parameters
_UNHANDLED = {"type": "django", "handled": False}


def opened(work: Work) -> SdkScopes | None:
    """Return the scopes of *work*; None where the SDK's own integration does the work's part."""
    return SdkScopes(work) if client.is_heard() else None


def joined() -> Job | None:
    """Return the work in hand that only the SDK knows of; None where there is none, or the SDK's own integration does it."""
    return joining.joined() if client.is_heard() else None


class SdkScopes:
    """A fork of the thread's scopes, in the trace of the work; see `vedette.capture.work.Scopes`."""

    __slots__ = ("_current", "_isolation", "_outer", "_span", "_unopened")

    def __init__(self, work: Work) -> None:
        self._isolation = Scope.get_isolation_scope().fork()
        self._current = Scope.get_current_scope().fork()
        self._current._propagation_context = None
        self._isolation._propagation_context = PropagationContext(
            trace_id=work.trace_id,
            span_id=work.span_id,
            parent_span_id=work.parent_span_id or None,
            parent_sampled=work.is_sampled,
        )
        if work.name_source == "task":
            # Of a request, an event's processor knows the name once there is a route.
            self._isolation.set_transaction_name(work.first_name, source="task")
        self._outer: list[tuple[Scope, Scope]] = []
        self._span: Any = None
        self._unopened = work if work.is_sampled else None

    @property
    def is_tracing(self) -> bool:
        """Whether the work has a span in the SDK, below which others may begin."""
        return self._span is not None and bool(self._span.sampled)

    def enter(self) -> None:
        """Make these the scopes of what is captured from here on."""
        self._outer.append((Scope.get_isolation_scope(), Scope.get_current_scope()))
        Scope.set_isolation_scope(self._isolation)
        Scope.set_current_scope(self._current)
        if self._unopened is not None:
            work, self._unopened = self._unopened, None
            try:
                self._span = spans.opened(work, self._current)
            except Exception:  # noqa: BLE001 - the host's edge: the request must be served, traced or not
                recorder().drops.count(Span.table, "capture_failed")

    def leave(self) -> None:
        """Bring back the scopes that held before."""
        if self._outer:
            # Not by tokens: as for the request itself, another thread may leave than has entered.
            isolation, current = self._outer.pop()
            Scope.set_isolation_scope(isolation)
            Scope.set_current_scope(current)

    def capture(self, error: BaseException) -> str:
        """Capture *error*, which nobody handled; return the event's id, ``""`` where it is ignored or known by now."""
        if not is_recording.get():
            return ""
        try:
            options = {"client_options": sentry_sdk.get_client().options} if _TAKES_OPTIONS else {}
            event, hint = event_from_exception(error, mechanism=dict(_UNHANDLED), **options)
            return sentry_sdk.capture_event(event, hint=hint) or ""
        except Exception:  # noqa: BLE001 - the host's edge: the site answers 500 by itself
            recorder().drops.count(Error.table, "capture_failed")
            return ""

    def finish(self, work: Work, *, name: str, is_failed: bool, status: int | None = None) -> None:
        """Finish the work's span in the SDK, which then sends the spans below it; none of a page of Vedette's own."""
        if self._span is None:
            return
        span, self._span = self._span, None
        try:
            spans.close(span, work, name=name, is_failed=is_failed, status=status)
        except Exception:  # noqa: BLE001 - the host's edge
            recorder().drops.count(Span.table, "capture_failed")
