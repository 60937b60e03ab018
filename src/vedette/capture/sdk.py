"""The way to sentry_sdk, which is imported only where the settings ask for it, and done without where it does not import."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from vedette import conf
from vedette.capture.jobs import Job
from vedette.capture.recorder import recorder, settings
from vedette.capture.work import Scopes, Work
from vedette.record.signals import Span


class _Way(NamedTuple):
    """What the SDK is asked for under `values`; None where it is not used."""

    values: conf.Settings
    scopes_of: Callable[[Work], Scopes | None] | None
    joined: Callable[[], Job | None] | None


_known: _Way | None = None


def start() -> None:
    """Begin to record what is captured through the SDK, where the settings ask for it; never raises."""
    if _way().joined is not None:
        from vedette.capture.sentry import client

        client.start()


def scopes_opener() -> Callable[[Work], Scopes | None] | None:
    """Return what gives work its scopes, None where the SDK's own integration does; None where the SDK is not used."""
    return _way().scopes_of


def joined() -> Job | None:
    """Return the work in hand that only the SDK knows of, as a job; None where there is none.

    A job of RQ, Huey or Dramatiq, a transaction of the site's own, a thread that a traced request has started.
    """
    try:
        find = _way().joined
        return find() if find is not None else None
    except Exception:  # noqa: BLE001 - the host's edge: a query, a log record must not fail for want of its trace
        recorder().drops.count(Span.table, "capture_failed")
        return None


@functools.cache
def why_unusable() -> str:
    """Return why the SDK that is installed cannot be used, ``""`` where it can; imports it."""
    try:
        import vedette.capture.sentry.scopes  # noqa: F401 - an SDK of another age has other names
    except Exception as error:  # noqa: BLE001 - the host's edge: a site works whether or not its SDK does
        return f"{type(error).__name__}: {error}"
    return ""


def _way() -> _Way:
    global _known
    values = settings()
    # Asked with every query and log record: the settings are looked at where they are new.
    if _known is None or _known.values is not values:
        _known = _opened(values)
    return _known


def _opened(values: conf.Settings) -> _Way:
    if not (values.SENTRY and values.has_dir) or why_unusable():
        return _Way(values, None, None)
    from vedette.capture.sentry import scopes

    return _Way(values, scopes.opened, scopes.joined)
