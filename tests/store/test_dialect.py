"""Each of the dialect's words means on DuckDB what it is said to mean."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest

from tests.ground import NOON
from vedette.store.bindings import Bindings
from vedette.store.engines.embedded.dialect import DuckDBDialect
from vedette.store.query import TimeRange

DIALECT = DuckDBDialect()
ROWS = "(VALUES (1, 'a'), (2, 'b'), (3, 'a')) AS t(n, s)"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (DIALECT.count_if("n > 1"), 2),
        (DIALECT.sum_if("n", "s = 'a'"), 4),
        (DIALECT.sum_if("n", "s = 'z'"), 0),
        (DIALECT.count_distinct("s"), 2),
        (f"{DIALECT.any_value('s')} IN ('a', 'b')", True),
        (DIALECT.latest("s", "n"), "a"),
        (DIALECT.latest("s", "-n"), "a"),
        (DIALECT.latest("n", "s"), 2),
        (f"bool_or({DIALECT.contains('s', chr(39) + 'A' + chr(39))})", True),
        (f"bool_or({DIALECT.contains('s', chr(39) + '%' + chr(39))})", False),
    ],
)
def test_what_is_counted_and_searched(expression: str, value: Any) -> None:
    assert duckdb.execute(f"SELECT {expression} FROM {ROWS}").fetchall() == [(value,)]


@pytest.mark.parametrize(
    ("text", "number"), [("87", 87), ("0087", 87), ("1.5", 0), ("-3", 0), ("", 0), ("x", 0), ("9" * 40, 0)]
)
def test_a_whole_number_is_read_from_text_and_nothing_else_is(text: str, number: int) -> None:
    asked = f"SELECT {DIALECT.whole_number('$text')}"
    assert duckdb.execute(asked, {"text": text}).fetchall() == [(number,)]


def test_a_map_gives_its_values_and_keys() -> None:
    mapping = "MAP {'a': '1', 'b': '2'}"
    assert duckdb.execute(f"SELECT {DIALECT.map_get(mapping, '$k')}", {"k": "a"}).fetchall() == [("1",)]
    assert duckdb.execute(f"SELECT {DIALECT.map_get(mapping, '$k')}", {"k": "z"}).fetchall() == [("",)]
    assert duckdb.execute(f"SELECT {DIALECT.each_key(mapping)}").fetchall() == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("time", "seconds", "start"),
    [
        ("2026-01-15 12:34:56.789", 60, dt.datetime(2026, 1, 15, 12, 34)),
        ("2026-01-15 12:34:56.789", 86_400, dt.datetime(2026, 1, 15)),
        ("2026-01-15 00:00:00", 86_400, dt.datetime(2026, 1, 15)),
    ],
)
def test_a_step_begins_where_the_epoch_says(time: str, seconds: int, start: dt.datetime) -> None:
    sql = f"SELECT {DIALECT.step(f'TIMESTAMP {time!r}', seconds)}"
    assert duckdb.execute(sql).fetchall() == [(start,)]


def test_values_are_bound_under_names_of_their_own() -> None:
    bindings = Bindings(DIALECT)
    assert bindings.bind("route", "/a/") == "$route"
    assert bindings.bind("route", "/a/") == "$route"
    assert bindings.bind("route", "/b/") == "$route_2"
    assert bindings.bind("route", 1) == "$route_3"
    assert bindings.within(TimeRange(NOON, NOON + dt.timedelta(hours=1))) == "time >= $start AND time < $end"
    assert bindings.values["start"] == NOON
