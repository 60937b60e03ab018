"""Filters that make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.requests.queries import FilterError, Filters


@pytest.mark.parametrize(
    "values",
    [
        {"status": "6xx"},
        {"status": "4"},
        {"status": "teapot"},
        {"status": "404 OR 1=1"},
        {"min_duration_ms": -1.0},
        {"max_duration_ms": float("nan")},
        {"min_duration_ms": float("inf")},
        {"min_duration_ms": 2.0, "max_duration_ms": 1.0},
        {"attributes": (("key", "value"),) * 51},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(FilterError):
        Filters(**values)


@pytest.mark.parametrize(
    ("values", "needs_raw_rows"),
    [
        ({"status": "5xx"}, False),
        ({"status": "5XX"}, False),
        ({"status": "error"}, False),
        ({"route": "/", "method": "GET", "release": "1", "service": "a", "environment": "b"}, False),
        ({"status": "404"}, True),
        ({"user_id": "7"}, True),
        ({"host": "web-1"}, True),
        ({"min_duration_ms": 0.0}, True),
        ({"attributes": (("plan", "pro"),)}, True),
    ],
)
def test_only_some_filters_need_the_rows_themselves(values: dict[str, Any], needs_raw_rows: bool) -> None:
    assert Filters(**values).needs_raw_rows is needs_raw_rows
