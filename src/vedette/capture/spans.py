"""Spans that Vedette opens in sampled work: what is done meanwhile lies below them.

Where sentry_sdk traces the work they are spans of the SDK, so that its spans and Vedette's are one tree.
"""

from __future__ import annotations

import datetime as dt
from contextvars import ContextVar
from time import perf_counter
from types import TracebackType
from typing import Protocol

from vedette.capture import sdk
from vedette.capture.exceptions import type_name
from vedette.capture.recorder import recorder
from vedette.capture.work import MOST_OPENED, Work
from vedette.record.context import current_request, is_recording
from vedette.record.ids import new_span_id
from vedette.record.signals import Span
from vedette.wire.sentry.span import kind_of


class _Begun(Protocol):
    """A span of either maker that has begun."""

    def end(self, error: BaseException | None, attributes: dict[str, str]) -> None: ...


def traced_work() -> Work | None:
    """Return the work to whose trace what is done here belongs, where its spans are kept, else None."""
    if not is_recording.get():
        return None
    found = current_request.get()
    work = found if isinstance(found, Work) else None
    if found is None or (work is not None and work.scopes is not None):
        # A transaction that the site itself has begun, within a request or outside of all that Vedette knows.
        job = sdk.joined()
        if job is not None and job.is_sampled:
            return job
    return work if work is not None and work.is_sampled else None


def parent_id(work: Work) -> str:
    """Return the id of the innermost span of *work*, which is sampled, that is open here."""
    if work.is_traced_by_sdk:
        from vedette.capture.sentry import spans as sdk

        return sdk.current_id(work)
    span = _innermost.get()
    return span.span_id if span is not None and span.work is work else work.span_id


class Opened:
    """A span of *work* for as long as the context manager lasts; never raises by itself.

    What is put into `attributes` before its end is kept with it.
    """

    __slots__ = ("_begun", "_name", "_op", "_work", "attributes")

    def __init__(self, work: Work, *, op: str, name: str) -> None:
        self._work = work
        self._op = op
        self._name = name
        self._begun: _Begun | None = None
        self.attributes: dict[str, str] = {}

    def __enter__(self) -> Opened:
        self._work.opened_count += 1
        if self._work.opened_count > MOST_OPENED:
            return self
        try:
            self._begun = _begin(self._work, self._op, self._name)
        except Exception:  # noqa: BLE001 - the host's edge: what is observed must happen
            recorder().drops.count(Span.table, "capture_failed")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._begun is None:
            return
        try:
            if error is not None:
                self.attributes["exception.type"] = type_name(error)
            self._begun.end(error, self.attributes)
        except Exception:  # noqa: BLE001 - the host's edge
            recorder().drops.count(Span.table, "capture_failed")


class _Own:
    """A span that Vedette records itself."""

    __slots__ = ("_began_at", "_name", "_op", "_outer", "_parent_span_id", "_started", "span_id", "work")

    def __init__(self, work: Work, op: str, name: str) -> None:
        self.work = work
        self.span_id = new_span_id()
        self._op = op
        self._name = name
        self._parent_span_id = parent_id(work)
        self._outer = _innermost.get()
        self._began_at = dt.datetime.now(dt.UTC)
        self._started = perf_counter()
        _innermost.set(self)

    def end(self, error: BaseException | None, attributes: dict[str, str]) -> None:
        ms = (perf_counter() - self._started) * 1000
        _innermost.set(self._outer)
        work = self.work
        recorder().record(
            Span(
                time=self._began_at,
                trace_id=work.trace_id,
                span_id=self.span_id,
                parent_span_id=self._parent_span_id,
                request_id=work.request_id,
                user_id=work.user_id,
                op=self._op,
                kind=kind_of(self._op),
                name=self._name,
                duration_ms=round(ms, 3),
                status="ok" if error is None else "error",
                attributes=attributes,
            )
        )


_innermost: ContextVar[_Own | None] = ContextVar("vedette_span", default=None)


def _begin(work: Work, op: str, name: str) -> _Begun:
    if not work.is_traced_by_sdk:
        return _Own(work, op, name)
    from vedette.capture.sentry.spans import Child

    return Child(op, name)
