"""Work that only sentry_sdk knows of, as jobs: queries, logs and what Vedette opens are part of its trace.

RQ, Huey and Dramatiq have a transaction of the SDK's integration for each job; a site may begin one of its own; a thread that a
request starts has a fork of the request's scope.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from vedette.capture.jobs import Job
from vedette.capture.sentry import spans
from vedette.record.context import current_request
from vedette.record.signals import Span

_last: ContextVar[Job | None] = ContextVar("vedette_joined", default=None)


def joined() -> Job | None:
    """Return the job of the SDK's root span that is at work here; None where there is none, or it is the work in hand.

    The same one as long as the root is: it counts what is kept of it.
    """
    root = spans.root()
    if root is None:
        return None
    work = current_request.get()
    if work is not None and work.trace_id == root.trace_id:
        return None
    job = _last.get()
    if job is None or job.span_id != root.span_id:
        job = _job_of(root)
        _last.set(job)
    return job


def end(span: Span) -> None:
    """Finish the job that was joined here last, if *span*, which has ended, is its root."""
    job = _last.get()
    if job is not None and (job.trace_id, job.span_id) == (span.trace_id, span.span_id):
        _last.set(None)
        job.finish(is_failed=span.status == "error", attributes={})


def job_of_task(task_id: str) -> Job | None:
    """Return the job of the root span that the SDK's Celery integration has begun; None where it does not trace."""
    root = spans.root_of_task()
    return _job_of(root, task_id=task_id) if root is not None else None


def _job_of(root: Any, *, task_id: str = "") -> Job:
    job = Job(
        op=spans.op_of(root),
        name=str(root.name),
        trace_id=root.trace_id,
        span_id=root.span_id,
        parent_span_id="",
        is_sampled=bool(root.sampled),
        task_id=task_id,
    )
    job.is_joined = True
    return job
