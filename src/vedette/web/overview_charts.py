"""The overview's charts: traffic, latency, errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vedette.requests.queries import Overview, Point
from vedette.web import figures
from vedette.web.charts import STATUS_SERIES, Chart, Kind, Series
from vedette.web.judgement import Known, percent


def traffic_chart(known: Known, door: str) -> Chart:
    """Return requests per minute by status class, and all of the week before behind them."""
    points = known.found.series
    totals = {digit: sum(point.by_status_class.get(digit, 0) for point in points) for digit in STATUS_SERIES}
    series = [
        Series(name, colour, _rates(known, digit), total=figures.count(totals[digit]))
        for digit, (name, colour) in STATUS_SERIES.items()
        if totals[digit] or digit == 2
    ]
    chart = _chart(known, "Requests per minute by status", "bars", "rate", series, door)
    # What is known of the week before does not end where this week's begins.
    return replace(chart, series=[*chart.series, *_week_before(known)])


def _rates(known: Known, digit: int) -> list[float | None]:
    return _per_minute(known.found, [point.by_status_class.get(digit, 0) for point in known.found.series])


def _week_before(known: Known) -> Iterator[Series]:
    if known.week_before is not None:
        counted = figures.count(sum(filter(None, known.week_before)))
        rates = _per_minute(known.found, known.week_before)
        yield Series("a week before", "ghost", rates, ghost=True, total=counted)


def _per_minute(found: Overview, counts: Sequence[int | None]) -> list[float | None]:
    return [
        None if count is None else count / minute
        for count, minute in zip(counts, _minutes(found), strict=True)
    ]


def _minutes(found: Overview) -> list[float]:
    """Return how many minutes of each step lie in the range; its first and last step are rarely whole."""
    step = dt.timedelta(seconds=found.step_s)
    range = found.current.range
    return [
        max((min(point.time + step, range.end) - max(point.time, range.start)).total_seconds(), 1.0) / 60
        for point in found.series
    ]


def latency_chart(known: Known, door: str) -> Chart:
    """Return the percentiles of the durations; steps with fewer than 20 requests have none."""
    of = known.found.current.figures.percentiles
    series = [
        Series(
            name,
            name,
            [getattr(point.percentiles, f"{name}_ms") for point in known.found.series],
            total=None if (total := getattr(of, f"{name}_ms")) is None else figures.duration(total),
        )
        for name in ("p50", "p95", "p99")
    ]
    return _chart(known, "Latency percentiles", "lines", "ms", series, door)


def error_chart(known: Known, door: str) -> Chart:
    """Return the shares of requests that failed and that were refused."""
    points, now = known.found.series, known.found.current.figures
    refused = sum(point.by_status_class.get(4, 0) for point in points)
    failed = figures.percent(percent(now.error_share) or 0)
    series = [
        Series("5xx", "failed", [_share(point, 5) for point in points], total=failed),
        Series(
            "4xx",
            "refused",
            [_share(point, 4) for point in points],
            ghost=True,
            total=figures.percent(100 * refused / now.requests) if now.requests else None,
        ),
    ]
    return _chart(known, "Share of requests with errors", "lines", "percent", series, door)


def _share(point: Point, digit: int) -> float | None:
    return 100 * point.by_status_class.get(digit, 0) / point.requests if point.requests else None


def _chart(
    known: Known, title: str, kind: Kind, unit: figures.Unit, series: Sequence[Series], door: str
) -> Chart:
    found = known.found
    chart = Chart(
        kind=kind,
        unit=unit,
        start=found.series[0].time,
        step_s=found.step_s,
        length=len(found.series),
        title=title,
        series=series,
        door=door,
    )
    return chart.known_since(known.first_at)
