"""Client reports: what an SDK dropped before it could send it, as the metric ``sentry.client_report``."""

from __future__ import annotations

from vedette.record.signals import Metric
from vedette.wire.sentry.sending import Sending
from vedette.wire.values import Mapping, integer_of, list_of, text_of

NAME = "sentry.client_report"
MOST_REASONS = 200
_LISTS = ("discarded_events", "rate_limited_events", "filtered_events", "filtered_sampling_events")


def losses_of(payload: Mapping, *, sending: Sending) -> list[Metric]:
    """Return one metric for each reason and category in the report."""
    losses = []
    for name in _LISTS:
        for item in list_of(payload.get(name))[:MOST_REASONS]:
            if not isinstance(item, dict):
                continue
            quantity = integer_of(item.get("quantity"))
            if quantity is None or not 0 < quantity <= 1_000_000_000:
                continue
            pairs = [
                ("reason", text_of(item.get("reason"))[:200] or "unknown"),
                ("category", text_of(item.get("category"))[:50] or "default"),
            ]
            losses.append(
                Metric(
                    time=sending.clock.right(payload.get("timestamp")),
                    service=sending.arrival.service,
                    name=NAME,
                    kind="counter",
                    sum=float(quantity),
                    count=1,
                    attributes=sending.attributes(pairs),
                )
            )
    return losses
