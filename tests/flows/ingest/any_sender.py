"""What any version of Sentry's SDK can send: ``python any_sender.py DSN RELEASE``; prints as JSON what it had.

Runs by itself, with the version to be tried on the path, and imports nothing of this suite.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import sentry_sdk
from sentry_sdk.consts import DEFAULT_OPTIONS

warnings.simplefilter("ignore")
sdk: Any = sentry_sdk


def main() -> None:
    """Send one of each that this version has."""
    dsn, release = sys.argv[1:3]
    options: dict[str, Any] = {
        "release": release,
        "environment": "versions",
        "traces_sample_rate": 1.0,
        "enable_logs": True,
        "_experiments": {"auto_session_tracking": True},
    }
    sdk.init(dsn, **{name: value for name, value in options.items() if name in DEFAULT_OPTIONS})
    has = {"error", "message"}
    with scope() as given:
        given.set_tag("shelf", "second")
        given.set_user({"id": "7"})
        sdk.add_breadcrumb(category="page", message="just before")
        sdk.capture_message("a message of any version", level="warning")
        try:
            basket = {"items": 3}
            raise ValueError("an exception of any version", len(basket))
        except ValueError as error:
            sdk.capture_exception(error)
    has |= trace() | telemetry()
    sdk.flush(10)
    print(json.dumps(sorted(has)))


def scope() -> Any:
    """Return a scope of its own, by the name that this version has for it."""
    return sdk.new_scope() if hasattr(sdk, "new_scope") else sdk.push_scope()


def trace() -> set[str]:
    """Send a transaction with a child, or spans as they are streamed."""
    if hasattr(sdk, "start_transaction"):
        with (
            sdk.start_transaction(op="task", name="work of any version") as span,
            span.start_child(op="db", description="SELECT 1"),
        ):
            pass
        return {"spans"}
    if hasattr(sdk, "traces"):
        with sdk.traces.start_span(name="work of any version"), sdk.traces.start_span(name="SELECT 1"):
            pass
        return {"spans"}
    return set()


def telemetry() -> set[str]:
    """Send a check-in, a session, a log and a metric, where this version knows them."""
    has: set[str] = set()
    if hasattr(sdk, "crons"):
        from sentry_sdk import crons

        crons.capture_checkin(monitor_slug="of-any-version", status="ok", duration=2.5)
        has.add("check-in")
    if hasattr(sdk, "logger") and hasattr(sdk.logger, "warning"):
        sdk.logger.warning("a log line of {what}", what="any version")
        has.add("log")
    if hasattr(sdk, "metrics") and hasattr(sdk.metrics, "count"):
        sdk.metrics.count("orders.of.any.version", 3)
        has.add("metric")
    try:
        from sentry_sdk import sessions

        owner = sdk.get_isolation_scope() if hasattr(sdk, "get_isolation_scope") else sdk.Hub.current
        owner.start_session()
        owner.end_session()
    except (ImportError, AttributeError):
        return has
    return has | ({"session"} if hasattr(sessions, "SessionFlusher") else set())


if __name__ == "__main__":
    main()
