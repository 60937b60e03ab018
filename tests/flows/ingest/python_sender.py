"""What the ``sentry_sdk`` that ``PYTHONPATH`` names sends, whichever it is: ``python -S python_sender.py DSN``.

Prints as JSON what that version has no way to send.  Exits with 3 where it does not run on this Python.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
import time
from contextlib import ExitStack
from typing import Any

SPANS = (("task", "nightly work"), ("task.step", "count the stock"), ("db", "SELECT count(*) FROM stock"))

CONTINUOUS = {"profile_session_sample_rate": 1.0, "profile_lifecycle": "trace"}


def main() -> int:
    """Send one of each, and wait until all are sent."""
    try:
        sdk: Any = importlib.import_module("sentry_sdk")
    except (ImportError, AttributeError, SyntaxError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 3
    known = importlib.import_module("sentry_sdk.consts").DEFAULT_OPTIONS
    wanted = {
        "release": f"shop@{sdk.VERSION}",
        "environment": "live",
        "traces_sample_rate": 1.0,
        "profiles_sample_rate": 1.0,
        **({} if "profiles_sample_rate" in known else CONTINUOUS),
        "enable_logs": True,
        "_experiments": {"enable_logs": True},
    }
    sdk.init(sys.argv[1], **{name: value for name, value in wanted.items() if name in known})
    sdk.set_tag("queue", "slow")
    sdk.set_user({"id": "7", "email": "ada@example.org"})
    sdk.set_context("order", {"number": 12})
    sdk.add_breadcrumb(category="auth", message="signed in", level="info")
    sdk.capture_message("a message from afar", level="warning")
    sessions = sdk if hasattr(sdk, "start_session") else sdk.Hub.current
    sessions.start_session()
    try:
        divide(12)
    except ArithmeticError as error:
        sdk.capture_exception(error)
    sessions.end_session()
    logging.getLogger("afar").error("an order %s is late", 12)
    trace(sdk)
    kinds = {"check": check, "log": log, "metric": metric}
    absent = [name for name, send in kinds.items() if not send(sdk)]
    if not known.keys() & {"profiles_sample_rate", "profile_session_sample_rate"}:
        absent.append("profile")
    sdk.flush(20)
    print(json.dumps(absent))
    return 0


def divide(amount: int) -> None:
    """Raise one error because of another."""
    share = {"amount": amount, "password": "hunter2-canary"}
    try:
        share["amount"] // (len(share) - 2)  # type: ignore[operator]
    except ZeroDivisionError as error:
        raise ArithmeticError("nothing to divide by") from error


def trace(sdk: Any) -> None:
    """Send a root and two spans, each within the one before, in the way that the version has."""
    with ExitStack() as stack:
        for number, (operation, name) in enumerate(SPANS):
            stack.enter_context(_span(sdk, operation, name, is_root=number == 0))
        work()
    if "profile_session_sample_rate" in importlib.import_module("sentry_sdk.consts").DEFAULT_OPTIONS:
        time.sleep(1)  # a continuous profiler ends by itself, some time after the last span


def work() -> None:
    """Take long enough to be seen by a profiler, which looks a hundred times a second."""
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        sum(range(1000))


def _span(sdk: Any, operation: str, name: str, *, is_root: bool) -> Any:
    if hasattr(sdk, "traces") and not hasattr(sdk, "start_transaction"):
        return sdk.traces.start_span(name=name, attributes={"sentry.op": operation})
    if not is_root:
        return sdk.start_span(op=operation, description=name)
    if hasattr(sdk, "start_transaction"):
        return sdk.start_transaction(op=operation, name=name)
    return sdk.start_span(op=operation, transaction=name)


def check(_sdk: Any) -> bool:
    """Send a check-in of a monitor; tell whether the version has them."""
    try:
        crons = importlib.import_module("sentry_sdk.crons")
    except ImportError:
        return False
    crons.capture_checkin(monitor_slug="nightly", status="ok", duration=2.5)
    return True


def log(_sdk: Any) -> bool:
    """Send a log record; tell whether the version has them."""
    try:
        logger = importlib.import_module("sentry_sdk.logger")
    except ImportError:
        return False
    logger.warning("a log line from {place}", place="afar")
    return True


def metric(sdk: Any) -> bool:
    """Send metrics; tell whether the version has those that are still taken."""
    metrics: Any = getattr(sdk, "metrics", None)
    if not hasattr(metrics, "count"):
        return False
    metrics.count("orders", 3)
    metrics.gauge("depth", 7)
    metrics.distribution("took", 12.5, unit="millisecond")
    return True


if __name__ == "__main__":
    sys.exit(main())
