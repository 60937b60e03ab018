"""The SDK's client of this process: made where the site has made none, else joined."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any

import sentry_sdk
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
_lock = threading.Lock()
_is_prepared = False


def start() -> bool:
    """Have what is captured through the SDK written to the journal; tell whether the request's part is Vedette's to do.

    Never raises.  A client that the site has made keeps its options, its integrations and its way to a Sentry: the
    journal is put before it.  Where the SDK's own Django integration is on, it does the request's part.
    """
    try:
        with _lock:
            client: Any = sentry_sdk.get_client()
            if not client.is_active():
                _initialise()
                client = sentry_sdk.get_client()
            _join(client)
            if client.get_integration("django") is not None:
                return False
            _prepare()
            return True
    except Exception:  # noqa: BLE001 - the host's edge: a site works whether or not its SDK does
        recorder().drops.count(Error.table, "capture_failed")
        return False


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
