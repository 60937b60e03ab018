"""Exceptions that nobody handled, as Django reports them."""

from __future__ import annotations

import sys

from django.core.signals import got_request_exception

from vedette.capture.served import served
from vedette.capture.work import Work


def install() -> None:
    """Take note of each exception that becomes an answer 500."""
    got_request_exception.connect(_note, dispatch_uid="vedette.capture.exceptions")


def type_name(error: BaseException) -> str:
    """Return the qualified name of *error*'s type; without its module where that is ``builtins``."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def note(work: Work, error: BaseException) -> None:
    """Take note of *error*, which *work* raised and nobody handled; the SDK captures it once, however often it comes by."""
    work.exception_type = type_name(error)
    if work.scopes is not None:
        work.error_event_id = work.scopes.capture(error) or work.error_event_id


def _note(sender: object, request: object = None, **_: object) -> None:
    work = served(request)
    error = sys.exc_info()[1]
    if work is not None and error is not None:
        note(work, error)
