"""The SDK's client of this process: made where the site has made none, else joined."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from typing import Any

import sentry_sdk
from sentry_sdk import Scope
from sentry_sdk.integrations import logging as sdk_logging
from sentry_sdk.scope import add_global_event_processor
from sentry_sdk.transport import make_transport

from vedette.capture.recorder import recorder
from vedette.capture.sentry.options import sentry_options
from vedette.capture.sentry.request_data import add_request
from vedette.capture.sentry.transport import JournalTransport
from vedette.record.signals import Error

_OWN_LOGGERS = ("django.request", "django.server", "vedette.request")
"""Logs of requests: what fails in one is captured as the exception that it is."""

# What 2.x calls by the short name; in 3.0 that one is for the SDK's own logs.
_ignore_logger: Callable[[str], None] = getattr(
    sdk_logging, "ignore_logger_for_events", sdk_logging.ignore_logger
)
_lock = threading.RLock()
_is_prepared = False
_known: object = None
"""The client that was looked at last, and whether Vedette does the request's part for it."""
_is_ours = False


def is_heard() -> bool:
    """Tell whether what a request, a command or a task does in the SDK is Vedette's to hear; starts where that is new.

    A site may call `sentry_sdk.init` at any time, also when the middleware is there already.
    """
    return _is_ours if Scope.get_global_scope().client is _known else start()


def start() -> bool:
    """Have what is captured through the SDK written to the journal; tell whether the request's part is Vedette's to do.

    Never raises.  A client that the site has made keeps its options, its integrations and its way to a Sentry: the
    journal is put before it.  Where the SDK's own Django integration is on, it does the request's part.
    """
    global _known, _is_ours
    with _lock:
        _is_ours = False
        try:
            client: Any = sentry_sdk.get_client()
            if not client.is_active():
                _initialise()
                client = sentry_sdk.get_client()
            _join(client)
            if client.get_integration("django") is None:
                _prepare()
                _is_ours = True
        except Exception:  # noqa: BLE001 - the host's edge: a site works whether or not its SDK does
            recorder().drops.count(Error.table, "capture_failed")
        _known = Scope.get_global_scope().client
        return _is_ours


def _initialise() -> None:
    with warnings.catch_warnings():
        # What the SDK says of its own options is nothing that the site could mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        sentry_sdk.init(**sentry_options())


def _join(client: Any) -> None:
    transport = client.transport
    # The experimental asynchronous transport is asked for by its type when the client is closed.
    if type(transport).__name__ == "AsyncHttpTransport":
        return
    if not isinstance(transport, JournalTransport):
        client.transport = JournalTransport(client.options, inner=transport)
    elif transport.inner is None and client.options.get("dsn"):
        # The site gave a DSN beside the options of `sentry_options`.
        transport.inner = make_transport({**client.options, "transport": None})
        transport.parsed_dsn = transport.inner.parsed_dsn if transport.inner is not None else None


def _prepare() -> None:
    global _is_prepared
    if _is_prepared:
        return
    _is_prepared = True
    add_global_event_processor(add_request)
    for name in _OWN_LOGGERS:
        _ignore_logger(name)


def _after_fork_in_child() -> None:
    # A thread of the parent may have held the lock; in the child nobody would let go of it.
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
