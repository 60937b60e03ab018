"""Tasks of Celery, each a job: what a task asks, logs and captures is in one trace.

sentry_sdk's Celery integration makes the task's span by itself; the job joins it.  Without it the job has a span of its own, in
the trace of whoever sent the task.
"""

from __future__ import annotations

import sys
from typing import Any

from vedette.capture import exceptions, sdk
from vedette.capture.jobs import Job, started
from vedette.capture.propagation import parent_of
from vedette.capture.recorder import recorder
from vedette.record.context import current_request, is_recording
from vedette.record.signals import Span

OP = "queue.task.celery"
HEADER = "traceparent"
_ID = "vedette.capture.tasks"


def install() -> None:
    """Observe Celery's tasks where the site has Celery by now."""
    if "celery" not in sys.modules:
        return
    from celery import signals

    signals.before_task_publish.connect(_hand_on, weak=False, dispatch_uid=_ID)
    signals.task_prerun.connect(_begin, weak=False, dispatch_uid=_ID)
    signals.task_failure.connect(_note, weak=False, dispatch_uid=_ID)
    signals.task_postrun.connect(_finish, weak=False, dispatch_uid=_ID)


def _hand_on(headers: Any = None, **_: Any) -> None:
    work = current_request.get()
    if work is not None and isinstance(headers, dict) and is_recording.get():
        headers.setdefault(HEADER, f"00-{work.trace_id}-{work.span_id}-{int(work.is_sampled):02x}")


def _begin(sender: Any = None, task_id: Any = None, task: Any = None, **_: Any) -> None:
    if not is_recording.get():
        return
    try:
        outer = current_request.get()
        if outer is not None and task.request.is_eager:
            return  # called where it is: part of the request, the command or the task that calls it
        job = _joined(str(task_id)) or _started(str(task_id), task)
        outer = job.enter()
        # A worker has one task in hand at a time: another's was left behind where its end was never told.
        task.request._vedette = None if isinstance(outer, Job) and outer.task_id else outer
    except Exception:  # noqa: BLE001 - the host's edge: the task must run, recorded or not
        recorder().drops.count(Span.table, "capture_failed")


def _joined(task_id: str) -> Job | None:
    if sdk.scopes_opener() is None:
        return None
    from vedette.capture.sentry.joining import job_of_task

    return job_of_task(task_id)


def _started(task_id: str, task: Any) -> Job:
    header = task.request.get(HEADER)
    parent = parent_of(header) if isinstance(header, str) else None
    return started(op=OP, name=task.name, task_id=task_id, parent=parent, scopes_of=sdk.scopes_opener())


def _note(task_id: Any = None, exception: Any = None, **_: Any) -> None:
    job = current_request.get()
    if isinstance(job, Job) and job.task_id == str(task_id) and isinstance(exception, BaseException):
        job.exception_type = exceptions.type_name(exception)


def _finish(sender: Any = None, task_id: Any = None, task: Any = None, state: Any = None, **_: Any) -> None:
    job = current_request.get()
    if not isinstance(job, Job) or job.task_id != str(task_id):
        return
    outer = None
    try:
        outer = getattr(task.request, "_vedette", None)
        job.finish(is_failed=state == "FAILURE", attributes=_attributes(job, task, state))
    except Exception:  # noqa: BLE001 - the host's edge
        recorder().drops.count(Span.table, "capture_failed")
    finally:
        job.leave(outer)


def _attributes(job: Job, task: Any, state: Any) -> dict[str, str]:
    """Return what the SDK's integration says of a task, under the same names."""
    attributes = {"messaging.message.id": job.task_id, "celery.state": str(state)}
    queue = (task.request.delivery_info or {}).get("routing_key")
    if queue:
        attributes["messaging.destination.name"] = str(queue)
    if task.request.retries:
        attributes["messaging.message.retry.count"] = str(task.request.retries)
    return attributes
