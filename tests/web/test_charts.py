"""Charts as the server says them."""

from __future__ import annotations

import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from vedette.web import charts
from vedette.web.charts import Chart, Heat, Marker, Series

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _chart(**changes: object) -> Chart:
    values: dict[str, object] = {
        "kind": "lines",
        "unit": "ms",
        "start": START,
        "step_s": 60,
        "length": 2,
        "title": "Latency",
        "series": [Series("p95", "p95", [1.23456, None])],
    }
    return Chart(**{**values, **changes})  # type: ignore[arg-type]


def test_what_is_not_known_is_null_not_nought() -> None:
    assert json.loads(_chart().payload)["series"][0]["values"] == [1.235, None]


def test_times_are_unix_milliseconds() -> None:
    chart = _chart(markers=[Marker(START, "1.0")], unknown=[(START, START + dt.timedelta(minutes=1))])
    body = json.loads(chart.payload)
    assert body["start"] == 1_767_225_600_000
    assert body["markers"] == [{"at": 1_767_225_600_000, "label": "1.0", "detail": ""}]
    assert body["unknown"] == [[1_767_225_600_000, 1_767_225_660_000]]


def test_a_chart_is_a_table_too() -> None:
    (first, values), (second, unknown) = _chart().rows
    assert (first, [str(value) for value in values]) == (START, ["1.2 ms"])
    assert (second, unknown) == (START + dt.timedelta(minutes=1), [None])


def test_a_heat_map_carries_its_cells() -> None:
    chart = _chart(kind="heat", series=[], heat=Heat([1.0, 1.4, 2.0], [(0, 1, 7)], "spans"))
    assert json.loads(chart.payload)["heat"] == {
        "bounds": [1.0, 1.4, 2.0],
        "cells": [[0, 1, 7]],
        "noun": "spans",
    }


def test_steps_of_which_no_series_knows_anything_are_hatched() -> None:
    minute = dt.timedelta(minutes=1)
    series = [
        Series("now", "p95", [None, None, 1.0, None, None, 2.0]),
        Series("before", "ghost", [None, None, None, 3.0, None, 2.0], ghost=True),
    ]
    chart = _chart(length=6, series=series).hatched()
    assert chart.unknown == [(START, START + 2 * minute), (START + 4 * minute, START + 5 * minute)]
    assert _chart(length=1, series=[Series("now", "p95", [0.0])]).hatched().unknown == []


def test_a_chart_says_where_its_scale_ends() -> None:
    body = json.loads(_chart(ceiling=100.0, is_near=True).payload)
    assert (body["ceiling"], body["near"]) == (100.0, True)
    assert "ceiling" not in json.loads(_chart().payload)


def test_a_sparkline_has_gaps_where_nothing_is_known() -> None:
    line, area = charts.spark([1, 2, None, 3])
    assert (line.count("M"), area.count("Z")) == (2, 2)


@given(st.lists(st.none() | st.floats(0, 1e9), max_size=40))
def test_every_sparkline_can_be_drawn(values: list[float | None]) -> None:
    line, area = charts.spark(values)
    assert "nan" not in line + area
    assert set(line) <= set("ML0123456789.,-")
