"""Requests over time."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.requests.conftest import REQUESTS
from tests.requests.kept import Kept
from tests.requests.traffic import NOW, PREDICATES, grouped, within
from vedette.requests.queries import Filters, get_histogram
from vedette.store import steps
from vedette.store.query import TimeRange


@pytest.mark.parametrize("length", [dt.timedelta(hours=3), dt.timedelta(days=3), dt.timedelta(days=40)])
@pytest.mark.parametrize("filters", [Filters(), Filters(user_id="7"), Filters(status="5xx")])
def test_bars_and_cells_count_what_lies_in_them(kept: Kept, length: dt.timedelta, filters: Filters) -> None:
    range = TimeRange(NOW - length, NOW)
    wanted = [each for each in within(REQUESTS, range) if PREDICATES[filters](each)]

    histogram = get_histogram(kept.store, range=range, filters=filters)

    assert [bar.time for bar in histogram.bars] == steps.starts(range, histogram.step_s)
    by_step = grouped(wanted, lambda each: steps.floor(each.time, histogram.step_s))
    for bar in histogram.bars:
        of_step = by_step.get(bar.time, [])
        assert bar.by_status_class == {
            digit: len(own) for digit, own in grouped(of_step, lambda each: each.status // 100).items()
        }
    for cell in histogram.cells:
        inside = [each for each in by_step[cell.time] if cell.low_ms < each.duration_ms <= cell.high_ms]
        lowest = [each for each in by_step[cell.time] if cell.low_ms == 0 and each.duration_ms == 0]
        assert cell.count == len(inside) + len(lowest)
    assert sum(cell.count for cell in histogram.cells) == len(wanted)
