"""Everything that Sentry's own SDK sends: ``python -m tests.flows.ingest.sentry_sender DSN [stream]``."""

from __future__ import annotations

import sys

import sentry_sdk
from sentry_sdk import crons, logger, metrics, sessions


def main() -> None:
    """Send one of each, and wait until all are sent."""
    dsn, is_stream = sys.argv[1], "stream" in sys.argv
    sentry_sdk.init(
        dsn,
        release="shop@3",
        environment="live",
        traces_sample_rate=1.0,
        enable_logs=True,
        trace_lifecycle="stream" if is_stream else "static",
    )
    if is_stream:
        with sentry_sdk.traces.start_span(name="streamed"), sentry_sdk.traces.start_span(name="within"):
            pass
    else:
        send()
    sentry_sdk.flush(20)


def send() -> None:
    """Send one of each."""
    sentry_sdk.capture_message("a message from afar", level="warning")
    try:
        raise ValueError("an exception from afar")
    except ValueError as error:
        with sentry_sdk.new_scope() as scope:
            scope.add_attachment(bytes=b"what stood in the file", filename="notes/afar.txt")
            sentry_sdk.capture_exception(error)
    with (
        sentry_sdk.start_transaction(op="task", name="nightly work"),
        sentry_sdk.start_span(op="db", name="SELECT 1"),
    ):
        pass
    logger.warning("a log line from {place}", place="afar")
    metrics.count("orders", 3)
    metrics.gauge("depth", 7)
    metrics.distribution("took", 12.5, unit="millisecond")
    crons.capture_checkin(monitor_slug="nightly", status="ok", duration=2.5)
    with sessions.track_session(sentry_sdk.get_isolation_scope()):
        pass


if __name__ == "__main__":
    main()
