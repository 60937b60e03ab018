"""Metrics: cumulative series become changes, histograms log buckets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.cases import CASES, arrival, needs_cases
from tests.wire.otlp.requests import NOW, attributes, decode, metrics
from vedette.record.buckets import LOWEST, bucket_of, quantile
from vedette.record.signals import Metric
from vedette.wire.arrival import Declined
from vedette.wire.errors import MalformedError
from vedette.wire.otlp import histogram
from vedette.wire.otlp.answers import Encoding
from vedette.wire.otlp.decoding import decode_metrics
from vedette.wire.otlp.deltas import Deltas

BOTH = pytest.mark.parametrize("encoding", ["json", "protobuf"])
START = NOW - 60_000_000_000


def point(at: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a data point, *at* seconds from now."""
    return {"startTimeUnixNano": str(START), "timeUnixNano": str(NOW + at * 1_000_000_000), **fields}


def found(
    *given_metrics: dict[str, Any], deltas: Deltas | None = None, encoding: Encoding = "json"
) -> list[Metric]:
    """Return the metrics that come of *given_metrics*."""
    signals = decode(metrics(*given_metrics), deltas=deltas, encoding=encoding).signals
    return [signal for signal in signals if isinstance(signal, Metric)]


def counter(
    value: int, *, at: int = 0, temporality: int = 2, name: str = "paid", **fields: Any
) -> dict[str, Any]:
    """Return a monotonic sum with one point."""
    points = [point(at, asInt=str(value), **fields)]
    return {
        "name": name,
        "sum": {"dataPoints": points, "aggregationTemporality": temporality, "isMonotonic": True},
    }


@BOTH
def test_a_gauge_is_its_last_value(encoding: Encoding) -> None:
    (gauge,) = found(
        {"name": "depth", "unit": "{job}", "gauge": {"dataPoints": [point(asDouble=42.5)]}}, encoding=encoding
    )

    assert (gauge.kind, gauge.last, gauge.sum, gauge.count) == ("gauge", 42.5, 42.5, 1)
    assert (gauge.service, gauge.attributes) == ("web", {"unit": "{job}"})


@BOTH
def test_a_counter_of_changes_is_added(encoding: Encoding) -> None:
    (first,) = found(counter(5, temporality=1, attributes=attributes(a="b")), encoding=encoding)

    assert (first.kind, first.sum, first.attributes) == ("counter", 5.0, {"a": "b"})


@BOTH
def test_a_cumulative_counter_is_what_was_added_since(encoding: Encoding) -> None:
    deltas = Deltas(since=0)
    sums = [
        [each.sum for each in found(counter(value, at=at), deltas=deltas, encoding=encoding)]
        for at, value in enumerate([5, 7, 7, 12])
    ]

    assert sums == [[5.0], [2.0], [], [5.0]]


def test_a_series_that_is_older_than_the_memory_begins_with_its_second_value() -> None:
    deltas = Deltas(since=NOW)

    assert found(counter(1000), deltas=deltas) == []
    assert [each.sum for each in found(counter(1003, at=1), deltas=deltas)] == [3.0]


def test_a_point_that_comes_again_adds_nothing() -> None:
    deltas = Deltas(since=0)
    found(counter(5, at=1), deltas=deltas)

    assert found(counter(5, at=1), deltas=deltas) == []
    assert found(counter(4, at=0), deltas=deltas) == []


def test_a_restart_counts_from_nothing() -> None:
    deltas = Deltas(since=0)
    found(counter(100), deltas=deltas)

    restarted = counter(3, at=5, startTimeUnixNano=str(NOW + 4_000_000_000))
    assert [each.sum for each in found(restarted, deltas=deltas)] == [3.0]
    assert [each.sum for each in found(counter(2, at=9), deltas=deltas)] == [2.0]


def test_a_time_of_more_than_64_bits_does_not_spoil_the_memory() -> None:
    deltas = Deltas(since=0)
    odd = counter(5)
    odd["sum"]["dataPoints"][0]["timeUnixNano"] = "17954192450000000005000000000"
    found(odd, deltas=deltas)

    assert len(Deltas.load(deltas.dump())) == 1


def test_counts_of_more_than_64_bits_are_invalid() -> None:
    many = [1 << 62] * 4
    decoded = decode(metrics(histogram_of(many, count="4"), exponential(many) | {"name": "other"}))

    assert decoded.signals == []
    assert sum(declined.quantity for declined in decoded.declined) == 2


def test_processes_that_name_themselves_alike_are_kept_apart_by_their_start() -> None:
    deltas = Deltas(since=0)
    other = str(START + 1)
    for at in range(3):
        one, two = counter(at * 10 + 10, at=at), counter(at + 1, at=at, startTimeUnixNano=other)
        sums = [each.sum for each in found(one, two, deltas=deltas)]

        assert sums == [10.0, 1.0]


def test_series_are_told_apart_by_their_attributes() -> None:
    deltas = Deltas(since=0)
    for at, (one, two) in enumerate([(5, 100), (6, 103)]):
        series = (
            counter(one, at=at, attributes=attributes(a="1")),
            counter(two, at=at, attributes=attributes(a="2")),
        )
        last = [each.sum for each in found(*series, deltas=deltas)]

    assert last == [1.0, 3.0]


def test_the_memory_is_bounded() -> None:
    deltas = Deltas(since=NOW, series=10, numbers=25)
    for number in range(100):
        found(counter(number, name=f"m{number}"), deltas=deltas)
    assert len(deltas) == 10
    for number in range(100):
        deltas.step(number, start=0, at=1, numbers=dict.fromkeys(range(10), 1.0))
    assert len(deltas) == 2


def test_the_memory_can_be_handed_from_process_to_process() -> None:
    kept = Deltas(since=0).dump()
    sums = []
    for at, value in enumerate([5, 7, 12]):
        deltas = Deltas.load(kept)
        sums += [each.sum for each in found(counter(value, at=at), deltas=deltas)]
        sums += [each.count for each in found(histogram_of([1, value, 0, 0], at=at), deltas=deltas)]
        kept = deltas.dump()

    assert sums == [5.0, 6, 2.0, 2, 5.0, 5]
    assert len(Deltas.load(kept)) == 2
    assert len(Deltas.load(kept, series=1)) == 1
    with pytest.raises(MalformedError):
        Deltas.load(b"nope")


def test_a_level_that_is_told_as_a_sum_is_a_gauge() -> None:
    level = {"name": "open", "sum": {"dataPoints": [point(asInt="7")], "aggregationTemporality": 2}}
    change = {"name": "open", "sum": {"dataPoints": [point(asInt="-2")], "aggregationTemporality": 1}}

    assert [(each.kind, each.last) for each in found(level)] == [("gauge", 7.0)]
    assert [(each.kind, each.sum) for each in found(change)] == [("counter", -2.0)]


def histogram_of(counts: list[int], *, at: int = 0, temporality: int = 2, **fields: Any) -> dict[str, Any]:
    """Return a histogram of seconds with one point."""
    filled = {
        "count": str(sum(counts)),
        "sum": 4.5,
        "bucketCounts": [str(count) for count in counts],
        "explicitBounds": [0.1, 0.5, 1],
        **fields,
    }
    return {
        "name": "took",
        "unit": "s",
        "histogram": {"dataPoints": [point(at, **filled)], "aggregationTemporality": temporality},
    }


@BOTH
def test_a_histogram_is_a_timing_in_milliseconds(encoding: Encoding) -> None:
    (timing,) = found(histogram_of([0, 10, 0, 0], temporality=1, min=0.2, max=0.4), encoding=encoding)

    assert (timing.kind, timing.count, timing.sum, timing.min, timing.max) == (
        "timing",
        10,
        4500.0,
        200.0,
        400.0,
    )
    assert sum(timing.buckets.values()) == 10
    assert 200 <= (quantile(timing.buckets, 0.5) or 0) <= 400
    assert timing.attributes["unit"] == "millisecond"


def test_a_cumulative_histogram_is_what_was_added_since() -> None:
    deltas = Deltas(since=0)
    found(histogram_of([1, 10, 0, 0]), deltas=deltas)
    (timing,) = found(histogram_of([1, 10, 3, 1], at=1), deltas=deltas)

    assert timing.count == 4
    assert sum(timing.buckets.values()) == 4
    assert (timing.min, timing.max) == (None, None)
    assert found(histogram_of([1, 10, 3, 1], at=2), deltas=deltas) == []


@BOTH
def test_the_one_value_of_a_step_is_its_sum_whatever_the_bounds(encoding: Encoding) -> None:
    deltas, wide = Deltas(since=0), [5, 10, 25]
    found(histogram_of([2, 0, 0, 0], sum=0.5, explicitBounds=wide), deltas=deltas, encoding=encoding)
    told = histogram_of([3, 0, 0, 0], at=1, sum=0.75, explicitBounds=wide)
    (timing,) = found(told, deltas=deltas, encoding=encoding)

    assert (timing.count, timing.sum, timing.min, timing.max) == (1, 250.0, 250.0, 250.0)
    assert timing.buckets == {bucket_of(250.0): 1}


def test_one_value_without_a_sum_is_known_by_its_bounds_alone() -> None:
    (timing,) = found(histogram_of([0, 1, 0, 0], temporality=1, sum=None))

    assert (timing.count, timing.min, timing.max) == (1, None, None)
    assert timing.buckets == {bucket_of(300.0): 1}


def exponential(
    counts: list[int], *, at: int = 0, temporality: int = 1, scale: int = 5, offset: int = 0, zero: int = 0
) -> dict[str, Any]:
    """Return an exponential histogram of milliseconds with one point."""
    fields = {
        "count": str(sum(counts) + zero),
        "sum": 10.0,
        "scale": scale,
        "zeroCount": str(zero),
        "positive": {"offset": offset, "bucketCounts": [str(count) for count in counts]},
    }
    data = {"dataPoints": [point(at, **fields)], "aggregationTemporality": temporality}
    return {"name": "took", "unit": "ms", "exponentialHistogram": data}


@BOTH
def test_an_exponential_histogram_is_a_timing(encoding: Encoding) -> None:
    (timing,) = found(exponential([0, 5], offset=95, zero=2), encoding=encoding)

    assert timing.count == 7
    assert timing.buckets == {LOWEST: 2, bucket_of(2 ** (96.5 / 32)): 5}


def test_a_cumulative_exponential_histogram_is_what_was_added_since() -> None:
    deltas = Deltas(since=0)
    found(exponential([1, 5], temporality=2, zero=1), deltas=deltas)
    (timing,) = found(exponential([1, 8], at=1, temporality=2, zero=2), deltas=deltas)

    assert timing.count == 4
    assert sorted(timing.buckets.values()) == [1, 3]


@pytest.mark.parametrize("scale", [-2147483648, -11, 0, 20, 2147483647])
@pytest.mark.parametrize("offset", [-2147483648, 0, 2147483647])
def test_exponents_of_any_size_are_bounded(scale: int, offset: int) -> None:
    for timing in found(exponential([1], scale=scale, offset=offset)):
        assert sum(timing.buckets.values()) == 1


def test_a_summary_keeps_its_quantiles() -> None:
    deltas = Deltas(since=0)
    fields: dict[str, Any] = {
        "count": "4",
        "sum": 2.0,
        "quantileValues": [{"quantile": 0.5, "value": 0.25}, {"quantile": "NaN"}],
    }
    (timing,) = found(
        {"name": "took", "unit": "s", "summary": {"dataPoints": [point(**fields)]}}, deltas=deltas
    )

    assert (timing.count, timing.sum) == (4, 2000.0)
    assert timing.attributes == {"unit": "millisecond", "quantile.0.5": "250"}


def test_points_without_a_value_are_passed_over() -> None:
    assert found({"name": "a", "gauge": {"dataPoints": [point(flags=1)]}}) == []


@pytest.mark.parametrize(
    "metric",
    [
        {"name": "", "gauge": {"dataPoints": []}},
        {"name": "a", "gauge": {"dataPoints": [point(asDouble="NaN")]}},
        {"name": "a", "unit": "h", "gauge": {"dataPoints": [point(asDouble=1e307)]}},
        {"name": "a", "histogram": {"dataPoints": [point(count="x")]}},
        {
            "name": "a",
            "histogram": {"dataPoints": [point(count="1", bucketCounts=["1"], explicitBounds=[1, 2])]},
        },
        {
            "name": "a",
            "histogram": {"dataPoints": [point(count="1", bucketCounts=["1", "0"], explicitBounds=["x"])]},
        },
        {"name": "a", "histogram": {"dataPoints": [point(count="-1")]}},
        {
            "name": "a",
            "exponentialHistogram": {"dataPoints": [point(count="1", positive={"offset": 1 << 40})]},
        },
    ],
)
def test_what_is_invalid_is_told_and_the_others_are_taken(metric: dict[str, Any]) -> None:
    request = decode(metrics(metric, counter(1, temporality=1)))

    assert len(request.signals) == 1
    assert request.declined == [Declined("metric", "invalid")]


def test_old_names_of_metrics_become_new_ones() -> None:
    assert (
        found(counter(1, temporality=1, name="http.server.duration"))[0].name
        == "http.server.request.duration"
    )


@needs_cases
def test_the_specifications_example_is_read() -> None:
    body = (CASES / "otlp" / "metrics.json").read_bytes()
    signals = decode_metrics(body, encoding="json", arrival=arrival(), deltas=Deltas(since=0)).signals

    assert [(signal.name, signal.kind) for signal in signals if isinstance(signal, Metric)] == [
        ("my.counter", "counter"),
        ("my.gauge", "gauge"),
        ("my.histogram", "timing"),
        ("my.exponential.histogram", "timing"),
    ]


@given(
    st.lists(st.integers(0, 10**6), max_size=20),
    st.lists(st.floats(-1e6, 1e6), max_size=19, unique=True),
    st.booleans(),
)
def test_no_count_is_lost_between_bounds(counts: list[int], bounds: list[float], is_bounded: bool) -> None:
    bounds = sorted(bounds)[: max(0, len(counts) - 1)]
    low, high = (-5.0, 5000.0) if is_bounded else (None, None)

    assert sum(histogram.of_bounds(counts, bounds, low=low, high=high).values()) == sum(counts)


@given(
    st.dictionaries(st.integers(-(2**31), 2**31), st.integers(0, 10**6), max_size=20),
    st.integers(-20, 30),
    st.integers(0, 5),
)
def test_no_count_is_lost_between_exponents(positive: dict[int, int], scale: int, zero: int) -> None:
    buckets = histogram.of_exponents(positive, exponent_scale=scale, zero_count=zero, negative_count=1)

    assert sum(buckets.values()) == sum(positive.values()) + zero + 1


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_changes_add_up_to_the_last_value(steps: list[int]) -> None:
    deltas, total, seen = Deltas(since=0), 0, 0.0
    for at, step in enumerate(steps):
        total += step
        seen += sum(each.sum for each in found(counter(total, at=at), deltas=deltas))

    assert seen == total
