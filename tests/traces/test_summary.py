"""What is said of all spans of a range, against figures computed span by span."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from tests.traces.conftest import SPANS
from tests.traces.spans import PREDICATES
from tests.traces.test_operations import agrees
from vedette.store.query import TimeRange
from vedette.traces.queries import NO_FILTERS, Figures, Filters, get_summary


@pytest.mark.parametrize("length", [dt.timedelta(hours=3), dt.timedelta(days=3)])
@pytest.mark.parametrize("filters", [NO_FILTERS, Filters(scope="all"), Filters(status="error", scope="all")])
def test_the_figures_are_those_of_the_spans_and_of_as_much_time_before(
    kept: Kept, length: dt.timedelta, filters: Filters
) -> None:
    range = TimeRange(NOW - length, NOW)

    found = get_summary(kept.store, range=range, filters=filters, now=NOW)

    for figures, of in ((found.figures, range), (found.previous, range.previous())):
        agrees(
            figures,
            [each for each in SPANS if of.start <= each.time < of.end and PREDICATES[filters](each)],
        )


def test_a_range_that_goes_on_is_compared_with_as_much_of_the_one_before(kept: Kept) -> None:
    day = TimeRange(NOW - dt.timedelta(hours=6), NOW + dt.timedelta(hours=18))

    found = get_summary(kept.store, range=day, now=NOW)

    assert found.range == TimeRange(day.start, NOW)
    before = TimeRange(day.start - dt.timedelta(days=1), NOW - dt.timedelta(days=1))
    agrees(
        found.previous,
        [each for each in SPANS if before.start <= each.time < before.end and PREDICATES[NO_FILTERS](each)],
    )


def test_of_no_spans_nothing_is_said(kept: Kept) -> None:
    empty = TimeRange(NOW - dt.timedelta(days=60), NOW - dt.timedelta(days=50))

    assert get_summary(kept.store, range=empty, now=NOW).figures == Figures()
