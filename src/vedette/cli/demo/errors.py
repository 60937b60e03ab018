"""The errors of a made-up past: events as sentry_sdk would have captured them in the todo site."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vedette.cli.demo.pages import Call, Failure, Page
from vedette.issues.grouping.algorithm import group
from vedette.record.signals import Error, Request

_CONTEXT_LINES = 5
_FRAMEWORK = (
    ("django.core.handlers.exception", "inner", 55, "response = get_response(request)"),
    (
        "django.core.handlers.base",
        "_get_response",
        197,
        "response = wrapped_callback(request, *callback_args, **callback_kwargs)",
    ),
    (
        "django.contrib.auth.decorators",
        "_view_wrapper",
        59,
        "return view_func(request, *args, **kwargs)",
    ),
)


def error_of(
    request: Request, page: Page, *, failure: Failure, source: Path | None, choices: random.Random
) -> Error:
    """Return the error that *request* raised, and let the request name it.

    *source* is where the site's code is: the lines around each call are read there.
    """
    exception, fingerprint = _captured(failure, source)
    event_id = f"{choices.getrandbits(128):032x}"
    transaction = f"{request.method} {page.route}"
    at = request.time + dt.timedelta(milliseconds=0.88 * request.duration_ms)
    request.attributes["error.event_id"] = event_id
    request.error_fingerprint = fingerprint
    return Error(
        time=at,
        service=request.service,
        environment=request.environment,
        release=request.release,
        host=request.host,
        trace_id=request.trace_id,
        span_id=request.span_id,
        request_id=request.request_id,
        user_id=request.user_id,
        attributes={
            "platform": "python",
            "transaction": transaction,
            "http.request.method": request.method,
            "url.full": f"http://127.0.0.1:8000{request.path}",
            "telemetry.sdk.name": "sentry.python",
            "runtime.name": "CPython",
        },
        event_id=event_id,
        fingerprint=fingerprint,
        type=failure.type.rpartition(".")[2],
        value=failure.value,
        culprit=transaction,
        level="error",
        handled=False,
        payload={
            "event_id": event_id,
            "timestamp": at.isoformat(),
            "platform": "python",
            "level": "error",
            "release": request.release,
            "environment": request.environment,
            "server_name": request.host,
            "transaction": transaction,
            "exception": exception,
            "request": {
                "method": request.method,
                "url": f"http://127.0.0.1:8000{request.path}",
                "headers": {"User-Agent": request.attributes.get("user_agent.original", "")},
            },
            "user": {"id": request.user_id},
            "tags": {"request_id": request.request_id},
            "breadcrumbs": {"values": _breadcrumbs(page, request)},
            "contexts": {
                "trace": {"trace_id": request.trace_id, "span_id": request.span_id},
                "runtime": {"name": "CPython"},
            },
            "sdk": {"name": "sentry.python"},
        },
    )


def _breadcrumbs(page: Page, request: Request) -> list[dict[str, Any]]:
    if page.log is None:
        return []
    at = request.time + dt.timedelta(milliseconds=0.6 * request.duration_ms)
    return [
        {
            "type": "log",
            "level": "info",
            "category": "apps.tasks",
            "message": page.log.message,
            "timestamp": at.isoformat(),
            "data": {"change": page.log.change},
        }
    ]


@functools.lru_cache(maxsize=64)
def _captured(failure: Failure, source: Path | None) -> tuple[dict[str, Any], str]:
    """Return the exception of an event, and the hash by which events with it are one issue."""
    module, _, name = failure.type.rpartition(".")
    thrown: dict[str, Any] = {
        "type": name,
        "value": failure.value,
        "mechanism": {"type": "django", "handled": False},
        "stacktrace": {"frames": [*_framework(), *(_frame(call, source) for call in failure.calls)]},
    }
    if module:
        thrown["module"] = module
    exception = {"values": [thrown]}
    return exception, group({"platform": "python", "exception": exception}).hashes[0]


def _framework() -> list[dict[str, Any]]:
    return [
        {
            "module": module,
            "filename": module.replace(".", "/") + ".py",
            "function": function,
            "lineno": line,
            "context_line": code,
            "in_app": False,
        }
        for module, function, line, code in _FRAMEWORK
    ]


def _frame(call: Call, source: Path | None) -> dict[str, Any]:
    before, line, after = _source_of(call, source)
    return {
        "module": call.module,
        "filename": call.file,
        "function": call.function,
        "lineno": call.line,
        "pre_context": before,
        "context_line": line,
        "post_context": after,
        "vars": dict(call.variables),
        "in_app": True,
    }


def _source_of(call: Call, source: Path | None) -> tuple[Sequence[str], str, Sequence[str]]:
    try:
        lines = (source / call.file).read_text().splitlines() if source is not None else []
    except OSError:
        lines = []
    place = call.line - 1
    if place >= len(lines) or lines[place].strip() != call.code:
        return [], call.code, []
    return lines[max(0, place - _CONTEXT_LINES) : place], lines[place], lines[place + 1 :][:_CONTEXT_LINES]
