"""Jobs: work that is no request, a management command or a task of a queue."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from time import perf_counter

from vedette.capture import suspects
from vedette.capture.queries import MOST_SPANS
from vedette.capture.recorder import recorder, settings
from vedette.capture.work import MOST_OPENED, Scopes, Work
from vedette.record.ids import new_span_id, new_trace_id
from vedette.record.signals import Span
from vedette.wire.sentry.span import kind_of


class Job(Work):
    """What is kept of a command or a task from its beginning to its end."""

    __slots__ = ("name", "op", "task_id")

    name_source = "task"

    def __init__(
        self,
        *,
        op: str,
        name: str,
        trace_id: str,
        span_id: str,
        parent_span_id: str,
        is_sampled: bool,
        task_id: str = "",
    ) -> None:
        # A request's id names a row of `requests`; of a job there is none.
        super().__init__(
            trace_id=trace_id,
            span_id=span_id,
            request_id="",
            parent_span_id=parent_span_id,
            is_sampled=is_sampled,
            time=dt.datetime.now(dt.UTC),
            started=perf_counter(),
        )
        self.op = op
        self.name = name
        self.task_id = task_id

    @property
    def first_name(self) -> str:
        """Its name, which stays."""
        return self.name

    def finish(self, *, is_failed: bool, attributes: dict[str, str]) -> None:
        """Record the job's root span where it is sampled, with *attributes*, and what it repeated; once, and never raises."""
        if self.is_finished:
            return
        self.is_finished = True
        try:
            if self.scopes is not None:
                self.scopes.finish(self, name=self.name, is_failed=is_failed)
            if self.queries.suspects:
                suspects.record(self)
            if self.is_sampled and not self.is_joined:
                recorder().record(_root_span(self, is_failed, attributes))
        except Exception:  # noqa: BLE001 - the host's edge
            recorder().drops.count(Span.table, "capture_failed")


def started(
    *,
    op: str,
    name: str,
    scopes_of: Callable[[Work], Scopes | None] | None,
    task_id: str = "",
    parent: tuple[str, str, bool] | None = None,
) -> Job:
    """Return a job that begins now, in a trace of its own or below *parent*: a trace, a span, and whether it is sampled.

    *scopes_of* gives it its scopes in sentry_sdk, where that is used (`vedette.capture.sdk.scopes_opener`).
    """
    if parent is None:
        trace_id, parent_span_id = new_trace_id(int(dt.datetime.now(dt.UTC).timestamp() * 1000)), ""
        is_sampled = random.random() < settings().TRACES_SAMPLE_RATE  # noqa: S311 - chooses what to look at, guards nothing
    else:
        trace_id, parent_span_id, is_sampled = parent
    job = Job(
        op=op,
        name=name,
        trace_id=trace_id,
        span_id=new_span_id(),
        parent_span_id=parent_span_id,
        is_sampled=is_sampled,
        task_id=task_id,
    )
    job.scopes = scopes_of(job) if scopes_of is not None else None
    return job


def _root_span(job: Job, is_failed: bool, attributes: dict[str, str]) -> Span:
    queries = job.queries
    attributes = {**(job.span_attributes or {}), **attributes}
    if queries.count:
        attributes |= {"query_count": str(queries.count), "query_ms": f"{queries.ms:.3f}"}
    if queries.span_count >= MOST_SPANS:
        attributes["queries_not_kept"] = str(queries.count - queries.span_count)
    if job.opened_count > MOST_OPENED:
        attributes["spans_not_kept"] = str(job.opened_count - MOST_OPENED)
    if job.exception_type:
        attributes["exception.type"] = job.exception_type
    if job.error_event_id:
        attributes["error.event_id"] = job.error_event_id
    return Span(
        time=job.time,
        trace_id=job.trace_id,
        span_id=job.span_id,
        parent_span_id=job.parent_span_id,
        op=job.op,
        kind=kind_of(job.op),
        name=job.name,
        duration_ms=round((perf_counter() - job.started) * 1000, 3),
        status="error" if is_failed else "ok",
        attributes=attributes,
    )
