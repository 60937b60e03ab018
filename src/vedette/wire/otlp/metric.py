"""Metrics: each data point becomes the change of a metric in one time step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from vedette.record.buckets import LOWEST
from vedette.record.signals import Metric
from vedette.wire.otlp import conventions, histogram
from vedette.wire.otlp.deltas import Deltas
from vedette.wire.otlp.lenient import enum_of
from vedette.wire.otlp.resource import Resource
from vedette.wire.otlp.times import time_of
from vedette.wire.otlp.values import messages, normalised, plain
from vedette.wire.values import Mapping, dict_of, integer_of, list_of, number_of, text_of

DELTA, CUMULATIVE = 1, 2
MOST_BUCKETS = 2000
_NO_VALUE = 1
# Places in a step of `Deltas`: the count is at 0, the sum at 1, buckets follow.  Exponential buckets may have any index.
_COUNT, _SUM, _ZERO, _NEGATIVE, _FIRST = 0, 1, 2, 3, 4
_MIDDLE = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A data point, with what its metric says of it."""

    message: Mapping
    name: str
    unit: str
    scale: float
    attributes: Mapping
    scope: str
    resource: Resource
    deltas: Deltas
    is_cumulative: bool

    def metric(self, kind: str, *, total: float, count: int) -> Metric:
        resource = self.resource
        if not math.isfinite(total):
            raise ValueError("a number is too large")
        return Metric(
            time=time_of(self.message.get("timeUnixNano"), received_at=resource.arrival.received_at),
            service=resource.service,
            environment=resource.environment,
            release=resource.release,
            host=resource.host,
            name=self.name,
            kind=kind,
            sum=total,
            count=count,
            attributes=resource.texts(self.attributes, {"unit": self.unit}),
        )

    def added(self, numbers: dict[int, float]) -> dict[int, float] | None:
        if not self.is_cumulative:
            return numbers
        return self.deltas.step(
            [self.resource.service, self.resource.identity, self.scope, self.name, self.attributes],
            start=integer_of(self.message.get("startTimeUnixNano")) or 0,
            at=integer_of(self.message.get("timeUnixNano")) or 0,
            numbers=numbers,
        )


@dataclass(slots=True)
class Found:
    """The changes that a metric tells of, and how many of its points are invalid, and past what is taken."""

    metrics: list[Metric] = field(default_factory=list)
    invalid: int = 0
    past_limit: int = 0


def metrics_of(message: Mapping, *, scope: str, resource: Resource, deltas: Deltas, limit: int) -> Found:
    """Return what the metric in *message* tells of, at most *limit* changes.

    A cumulative point that adds nothing gives nothing: exporters repeat every series at each interval.
    """
    found = Found()
    name = text_of(message.get("name"))[:200]
    if not name:
        found.invalid = 1
        return found
    unit = text_of(message.get("unit"))[:50]
    scale = conventions.TO_MS.get(unit)
    for kind, read in _READERS.items():
        data = message.get(kind)
        if not isinstance(data, dict):
            continue
        is_cumulative = enum_of(data.get("aggregationTemporality")) == CUMULATIVE or kind == "summary"
        for each in messages(data.get("dataPoints")):
            if len(found.metrics) >= limit:
                found.past_limit += 1
                continue
            if (integer_of(each.get("flags")) or 0) & _NO_VALUE:
                continue
            point = _Point(
                message=each,
                name=conventions.NEW_METRICS.get(name, name),
                unit="millisecond" if scale else unit,
                scale=scale or 1.0,
                attributes=normalised(plain(each.get("attributes"))),
                scope=scope,
                resource=resource,
                deltas=deltas,
                is_cumulative=is_cumulative,
            )
            try:
                metric = read(point, data)
            except (ValueError, OverflowError):
                found.invalid += 1
                continue
            if metric is not None:
                found.metrics.append(metric)
    return found


def _value(message: Mapping) -> float:
    value = number_of(message["asInt"] if message.get("asInt") is not None else message.get("asDouble", 0.0))
    if value is None:
        raise ValueError("a point has no number")
    return value


def _gauge(point: _Point, _data: Mapping) -> Metric:
    value = _value(point.message) * point.scale
    metric = point.metric("gauge", total=value, count=1)
    metric.last = metric.min = metric.max = value
    return metric


def _sum(point: _Point, data: Mapping) -> Metric | None:
    if point.is_cumulative and data.get("isMonotonic") is not True:
        return _gauge(point, data)  # a level, such as the number of open connections
    value = _value(point.message)
    added = point.added({_COUNT: value})
    if added is None or (point.is_cumulative and not added):
        return None
    return point.metric("counter", total=added.get(_COUNT, 0.0) * point.scale, count=1)


def _histogram(point: _Point, _data: Mapping) -> Metric | None:
    message = point.message
    counts = [_count(item) for item in islice(list_of(message.get("bucketCounts")), MOST_BUCKETS)]
    bounds = [_bound(item) for item in islice(list_of(message.get("explicitBounds")), MOST_BUCKETS)]
    if counts and len(counts) != len(bounds) + 1:
        raise ValueError("a histogram has counts without bounds")
    if sum(counts) >= 1 << 63:
        raise ValueError("the counts are more than a number of 64 bits")
    numbers: dict[int, float] = {_FIRST + place: count for place, count in enumerate(counts) if count}
    metric, added = _timing(point, numbers)
    if metric is None:
        return None
    steps = [int(added.get(_FIRST + place, 0)) for place in range(len(counts))]
    metric.buckets = histogram.of_bounds(
        steps,
        bounds,
        scale=point.scale,
        low=None if metric.min is None else metric.min / point.scale,
        high=None if metric.max is None else metric.max / point.scale,
    )
    return metric


def _exponential(point: _Point, _data: Mapping) -> Metric | None:
    message = point.message
    positive, negative = dict_of(message.get("positive")), dict_of(message.get("negative"))
    offset = integer_of(positive.get("offset")) or 0
    counts = [_count(item) for item in islice(list_of(positive.get("bucketCounts")), MOST_BUCKETS)]
    below = [_count(item) for item in islice(list_of(negative.get("bucketCounts")), MOST_BUCKETS)]
    if abs(offset) > 1 << 31:
        raise ValueError("an offset is no 32-bit number")
    if sum(counts) + sum(below) >= 1 << 63:
        raise ValueError("the counts are more than a number of 64 bits")
    scale = integer_of(message.get("scale")) or 0
    numbers: dict[int, float] = {_ZERO: _count(message.get("zeroCount", 0)), _NEGATIVE: sum(below)}
    # Places are in log buckets, not in the point's own, whose scale changes when it sees a wider range.
    placed = histogram.of_exponents(
        {offset + place: count for place, count in enumerate(counts)},
        exponent_scale=scale,
        zero_count=0,
        negative_count=0,
        scale=point.scale,
    )
    numbers |= {_MIDDLE + bucket: count for bucket, count in placed.items()}
    metric, added = _timing(point, numbers)
    if metric is None:
        return None
    metric.buckets = {
        place - _MIDDLE: int(number) for place, number in added.items() if place > _FIRST and number >= 1
    }
    if nothing := int(added.get(_ZERO, 0) + added.get(_NEGATIVE, 0)):
        metric.buckets[LOWEST] = metric.buckets.get(LOWEST, 0) + nothing
    return metric


def _summary(point: _Point, _data: Mapping) -> Metric | None:
    metric, _ = _timing(point, {})
    if metric is None:
        return None
    for item in messages(point.message.get("quantileValues"))[:20]:
        quantile, value = number_of(item.get("quantile")), number_of(item.get("value"))
        if quantile is not None and value is not None:
            metric.attributes[f"quantile.{quantile:g}"] = f"{value * point.scale:g}"
    return metric


def _timing(point: _Point, numbers: dict[int, float]) -> tuple[Metric | None, dict[int, float]]:
    message = point.message
    numbers = {_COUNT: _count(message.get("count", 0)), _SUM: number_of(message.get("sum")) or 0.0, **numbers}
    added = point.added(numbers)
    if not added or (point.is_cumulative and not added.get(_COUNT)):
        return None, {}
    metric = point.metric("timing", total=added.get(_SUM, 0.0) * point.scale, count=int(added.get(_COUNT, 0)))
    if not point.is_cumulative:
        low, high = number_of(message.get("min")), number_of(message.get("max"))
        metric.min = None if low is None else low * point.scale
        metric.max = None if high is None else high * point.scale
    if metric.count == 1 and message.get("sum") is not None:
        # The sum of one value is that value, which says more than the bounds do: the SDKs' own are far apart for seconds.
        metric.min = metric.max = metric.sum
    return metric, added


def _count(value: Any) -> int:
    number = integer_of(value)
    if number is None or not 0 <= number < 1 << 63:
        raise ValueError("a count is no number")
    return number


def _bound(value: Any) -> float:
    number = number_of(value)
    if number is None:
        raise ValueError("a bound is no number")
    return number


_READERS = {
    "gauge": _gauge,
    "sum": _sum,
    "histogram": _histogram,
    "exponentialHistogram": _exponential,
    "summary": _summary,
}
