"""The values of a field, ranked; and what sets some requests apart."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.requests.conftest import REQUESTS
from tests.requests.kept import Kept
from tests.requests.test_overview import assert_figures
from tests.requests.traffic import NOW, grouped, within
from vedette.record.signals import Request
from vedette.requests.queries import (
    Filters,
    Order,
    UnknownFieldError,
    get_differences,
    get_top,
    list_values,
)
from vedette.store.query import TimeRange

DAY = TimeRange(NOW - dt.timedelta(days=1), NOW)
FIELDS: dict[str, Callable[[Request], str]] = {
    "route": lambda each: each.route,
    "release": lambda each: each.release,
    "status": lambda each: str(each.status),
    "user_id": lambda each: each.user_id,
    "path": lambda each: each.path,
    "host": lambda each: each.host,
    "attributes.plan": lambda each: each.attributes.get("plan", ""),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("days", [0.3, 1, 20])
def test_values_are_offered_the_most_frequent_first(kept: Kept, field: str, days: float) -> None:
    range = TimeRange(NOW - dt.timedelta(days=days), NOW)
    found = list_values(kept.store, field=field, range=range, limit=1000).values

    counts = Counter(FIELDS[field](each) for each in within(REQUESTS, range))
    del counts[""]
    assert {value.value: value.requests for value in found} == counts
    assert [value.requests for value in found] == sorted(counts.values(), reverse=True)


def test_values_are_offered_that_begin_as_typed(kept: Kept) -> None:
    found = list_values(
        kept.store, field="path", range=DAY, prefix="/TASKS/4", filters=Filters(user_id="7")
    ).values

    counts = Counter(
        each.path
        for each in within(REQUESTS, DAY)
        if each.path.startswith("/tasks/4") and each.user_id == "7"
    )
    assert {value.value: value.requests for value in found} == counts


@pytest.mark.parametrize("field", ["colour", "duration_ms; DROP TABLE requests", "attributes."])
def test_a_field_that_is_none_is_refused(kept: Kept, field: str) -> None:
    with pytest.raises(UnknownFieldError):
        list_values(kept.store, field=field, range=DAY)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("days", [0.3, 20])
def test_each_value_has_its_own_figures(kept: Kept, field: str, days: float) -> None:
    range = TimeRange(NOW - dt.timedelta(days=days), NOW)

    top = get_top(kept.store, field=field, range=range, limit=1000)

    by_value = grouped(within(REQUESTS, range), FIELDS[field])
    assert {group.value for group in top.groups} == set(by_value)
    for group in top.groups:
        assert_figures(group.figures, by_value[group.value], seconds=range.seconds)


@pytest.mark.parametrize(
    ("order", "figure"),
    [
        ("requests", lambda group: group.figures.requests),
        ("time", lambda group: group.figures.duration_ms),
        ("errors", lambda group: group.figures.errors),
    ],
)
def test_values_are_ranked_as_asked(kept: Kept, order: Order, figure: Callable[[object], float]) -> None:
    groups = get_top(kept.store, field="path", range=DAY, order=order, limit=10).groups

    assert [figure(group) for group in groups] == sorted((figure(group) for group in groups), reverse=True)


def test_what_is_over_represented_among_the_selected_comes_first(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    kept.record(
        Request(
            time=NOW - dt.timedelta(minutes=1),
            service="todo",
            release="1.1" if number % 4 == 0 else "1.0",
            duration_ms=900.0 if number % 4 == 0 else 10.0,
            method="GET",
            attributes={"plan": "pro" if number % 8 == 0 else "free"},
        )
        for number in range(40)
    )

    found = get_differences(kept.store, range=DAY, selected=Filters(min_duration_ms=500))

    assert (found.selected, found.others) == (10, 30)
    first = [
        (each.field, each.value, each.selected_share, each.others_share) for each in found.differences[:4]
    ]
    assert ("release", "1.1", 1.0, 0.0) in first
    assert ("release", "1.0", 0.0, 1.0) in first
    assert ("attributes.plan", "pro", 0.5, 0.0) in first
    assert found.differences[-1].distance == 0


def test_there_are_no_differences_where_nothing_is_selected(kept: Kept) -> None:
    assert get_differences(kept.store, range=DAY, selected=Filters(user_id="nobody")).differences == ()
