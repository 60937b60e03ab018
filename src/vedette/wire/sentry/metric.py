"""Metric containers: `Metric`."""

from __future__ import annotations

from vedette.record.buckets import bucket_of
from vedette.record.signals import Metric
from vedette.wire.sentry.attributes import HIDDEN, items_of, plain
from vedette.wire.sentry.sending import Sending
from vedette.wire.values import Mapping, number_of, short, span_id_of, text_of, trace_id_of

LARGEST = 1e300
"""A number past this would not be finite in another unit."""
TO_MS = {
    "nanosecond": 1e-6,
    "microsecond": 1e-3,
    "millisecond": 1.0,
    "second": 1e3,
    "minute": 6e4,
    "hour": 3.6e6,
    "day": 8.64e7,
}
"""Times are kept in milliseconds; other units stay what they are, named in the attribute ``unit``."""


def metrics_of(payload: Mapping, *, sending: Sending) -> list[Metric]:
    """Return the metrics of a container, without those that have no name or no number; raises `MalformedError`."""
    items = items_of(payload, limit=sending.limits.container_items)
    return [metric for item in items if (metric := _metric(item, sending)) is not None]


def _metric(item: Mapping, sending: Sending) -> Metric | None:
    name, value = short(item.get("name") or "", 200), number_of(item.get("value"))
    if not name or value is None or abs(value) > LARGEST:
        return None
    attributes = plain(item.get("attributes"))
    unit = text_of(item.get("unit"))[:50]
    scale = TO_MS.get(unit)
    pairs = [("unit", "millisecond" if scale else unit)]
    pairs += (
        (key, each) for key, each in attributes.items() if key not in HIDDEN and key != "server.address"
    )
    metric = Metric(
        time=sending.clock.right(item.get("timestamp")),
        service=sending.arrival.service,
        environment=text_of(attributes.get("sentry.environment"))[:200],
        release=text_of(attributes.get("sentry.release"))[:250],
        host=text_of(attributes.get("server.address") or attributes.get("host.name"))[:250],
        trace_id=trace_id_of(item.get("trace_id")),
        span_id=span_id_of(item.get("span_id")),
        user_id=sending.arrival.person(attributes.get("user.id")),
        name=name,
        attributes=sending.attributes(pairs),
    )
    _measure(metric, text_of(item.get("type")), value * (scale or 1.0))
    return metric


def _measure(metric: Metric, kind: str, value: float) -> None:
    metric.sum, metric.count = value, 1
    if kind in {"counter", "c"}:
        metric.kind = "counter"
        return
    metric.min = metric.max = value
    if kind in {"distribution", "d"}:
        metric.kind = "timing"
        metric.buckets = {bucket_of(value): 1}
    else:
        metric.kind = "gauge"
        metric.last = value
