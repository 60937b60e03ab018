"""Release health: updates of single sessions, and counts of many, as the metric ``sessions``.

A metric's `sum` is how many sessions, `time` when they began.  An update has the attributes `sid` and `init`: the last
status of a `sid` is the session's, and it is counted where `init` is true.
"""

from __future__ import annotations

from vedette.record.signals import Metric
from vedette.wire.errors import MalformedError
from vedette.wire.sentry.sending import Sending
from vedette.wire.values import Mapping, dict_of, integer_of, list_of, number_of, text_of

NAME = "sessions"
STATUSES = ("ok", "exited", "crashed", "abnormal", "errored", "unhandled")
MOST_AGGREGATES = 500
MOST_SESSIONS = 10_000_000


def session_of(payload: Mapping, *, sending: Sending) -> Metric:
    """Return the update of one session; raises `MalformedError` where it names none."""
    if not payload.get("sid"):
        raise MalformedError("a session has no sid")
    status = text_of(payload.get("status")).lower() or "ok"
    pairs = [
        ("status", status if status in STATUSES else "ok"),
        ("sid", payload["sid"]),
        ("init", bool(payload.get("init"))),
        ("errors", integer_of(payload.get("errors")) or 0),
        ("duration_s", number_of(payload.get("duration"))),
        ("user_agent.original", dict_of(payload.get("attrs")).get("user_agent")),
    ]
    return _metric(payload, 1, pairs, sending)


def sessions_of(payload: Mapping, *, sending: Sending) -> list[Metric]:
    """Return the counts of an aggregate: one metric for each time, person and status."""
    metrics = []
    for aggregate in list_of(payload.get("aggregates"))[:MOST_AGGREGATES]:
        if not isinstance(aggregate, dict):
            continue
        for status in STATUSES:
            number = integer_of(aggregate.get(status))
            if number and 0 < number <= MOST_SESSIONS:
                counted = {**aggregate, "attrs": payload.get("attrs")}
                metrics.append(_metric(counted, number, [("status", status)], sending))
    return metrics


def _metric(payload: Mapping, number: int, pairs: list[tuple[str, object]], sending: Sending) -> Metric:
    attrs = dict_of(payload.get("attrs"))
    return Metric(
        time=sending.clock.right(payload.get("started") or payload.get("timestamp")),
        service=sending.arrival.service,
        environment=text_of(attrs.get("environment"))[:200],
        release=text_of(attrs.get("release"))[:250],
        user_id=sending.arrival.person(payload.get("did")),
        name=NAME,
        kind="counter",
        sum=float(number),
        count=1,
        attributes=sending.attributes(pairs),
    )
