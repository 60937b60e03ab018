"""Exceptions that nobody handled, as Django reports them."""

from __future__ import annotations

import sys

from django.core.signals import got_request_exception

from vedette.capture.served import served


def install() -> None:
    """Take note of each exception that becomes an answer 500."""
    got_request_exception.connect(_note, dispatch_uid="vedette.capture.exceptions")


def type_name(error: BaseException) -> str:
    """Return the qualified name of *error*'s type; without its module where that is ``builtins``."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _note(sender: object, request: object = None, **_: object) -> None:
    work = served(request)
    error = sys.exc_info()[1]
    if work is not None and error is not None:
        work.exception_type = type_name(error)
