"""Check-ins of cron monitors: `Check`."""

from __future__ import annotations

from vedette.record.signals import Check
from vedette.wire.errors import MalformedError
from vedette.wire.sentry.sending import Sending
from vedette.wire.values import Mapping, dict_of, number_of, short, span_id_of, text_of, trace_id_of

STATES = ("in_progress", "ok", "error", "missed", "timeout")


def check_of(payload: Mapping, *, sending: Sending) -> Check:
    """Return the check-in in *payload*; its monitor's settings, where it brings them, are in `attributes`.

    Raises `MalformedError` where it names no monitor or no state.
    """
    monitor, state = short(payload.get("monitor_slug") or "", 200), text_of(payload.get("status")).lower()
    if not monitor or state not in STATES:
        raise MalformedError("a check-in names no monitor or no status")
    trace = dict_of(dict_of(payload.get("contexts")).get("trace"))
    duration = number_of(payload.get("duration"))
    pairs = [("check_in_id", payload.get("check_in_id")), ("monitor_config", payload.get("monitor_config"))]
    return Check(
        time=sending.clock.right(payload.get("timestamp")),
        service=sending.arrival.service,
        environment=text_of(payload.get("environment") or sending.trace.get("environment"))[:200],
        release=text_of(payload.get("release") or sending.trace.get("release"))[:250],
        host=text_of(payload.get("server_name"))[:250],
        trace_id=trace_id_of(trace.get("trace_id")),
        span_id=span_id_of(trace.get("span_id")),
        monitor=monitor,
        kind="heartbeat",
        state=state,
        total_ms=None if duration is None else max(0.0, duration * 1000),
        attributes=sending.attributes(pairs),
    )
