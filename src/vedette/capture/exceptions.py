"""Exceptions that nobody handled, as Django reports them."""

from __future__ import annotations

import contextlib
import sys

from django.core.signals import got_request_exception

from vedette.capture.served import served
from vedette.capture.work import Work
from vedette.record.context import current_request

_CAPTURED_IN = "_vedette_captured_in"


def install() -> None:
    """Take note of each exception that becomes an answer 500."""
    got_request_exception.connect(_note, dispatch_uid="vedette.capture.exceptions")


def type_name(error: BaseException) -> str:
    """Return the qualified name of *error*'s type; without its module where that is ``builtins``."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def note(work: Work, error: BaseException) -> None:
    """Take note of *error*, which *work* raised and nobody handled; the SDK captures it once, however often it comes by.

    It comes by again from each middleware where it is not turned into an answer; and a page for errors that fails itself
    raises anew for each.
    """
    work.exception_type = type_name(error)
    place = _raised_at(error)
    if work.scopes is None or place in work.raised_at:
        return
    work.raised_at = (*work.raised_at, place)
    event_id = work.scopes.capture(error)
    if event_id:
        work.error_event_id = event_id
        with contextlib.suppress(Exception):
            setattr(error, _CAPTURED_IN, work.span_id)


def is_captured(error: BaseException) -> bool:
    """Tell whether *error* was captured as what nobody handled in the work in hand, or, where there is none, in any.

    A server logs what it is given once more, where no request is in hand; but a site may raise one object time and again.
    """
    captured_in = error.__dict__.get(_CAPTURED_IN)
    work = current_request.get()
    return captured_in is not None and (work is None or work.span_id == captured_in)


def _raised_at(error: BaseException) -> object:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return type(error), trace and (trace.tb_frame.f_code, trace.tb_lineno)


def _note(sender: object, request: object = None, **_: object) -> None:
    work = served(request)
    error = sys.exc_info()[1]
    if work is not None and error is not None:
        note(work, error)
