"""Buckets: within 1 %, mergeable, the same in Python and in SQL."""

from __future__ import annotations

import math
from collections import Counter

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.record.buckets import LOWEST, RELATIVE_ERROR, SMALLEST, bucket_of, quantile, value_of
from vedette.store.engines.embedded.dialect import DuckDBDialect

durations = st.floats(min_value=SMALLEST, max_value=1e9, exclude_min=True)


@given(durations)
def test_a_value_is_estimated_within_one_per_cent(value: float) -> None:
    assert abs(value_of(bucket_of(value)) - value) <= RELATIVE_ERROR * value * (1 + 1e-9)


@given(st.floats(max_value=SMALLEST, allow_nan=False))
def test_everything_below_a_microsecond_shares_the_lowest_bucket(value: float) -> None:
    assert bucket_of(value) == LOWEST


@given(durations, durations)
def test_a_larger_value_is_never_in_a_lower_bucket(one: float, other: float) -> None:
    assert (one <= other) <= (bucket_of(one) <= bucket_of(other))


@given(st.lists(durations, min_size=1, max_size=200), st.floats(min_value=0, max_value=1))
def test_a_quantile_is_within_one_per_cent_of_the_sorted_list_s(values: list[float], q: float) -> None:
    exact = sorted(values)[max(1, math.ceil(q * len(values))) - 1]
    estimate = quantile(Counter(map(bucket_of, values)), q)
    assert estimate is not None
    assert abs(estimate - exact) <= RELATIVE_ERROR * exact * (1 + 1e-9)


@given(st.lists(durations, min_size=1), st.lists(durations), st.floats(min_value=0, max_value=1))
def test_counts_that_are_added_up_give_the_quantiles_of_all_values(
    one: list[float], other: list[float], q: float
) -> None:
    merged = Counter(map(bucket_of, one)) + Counter(map(bucket_of, other))
    assert quantile(merged, q) == quantile(Counter(map(bucket_of, one + other)), q)


def test_nothing_has_no_quantile() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({3: 0}, 0.5) is None


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


@given(values=st.lists(st.floats(min_value=-1, max_value=1e12), min_size=1, max_size=300))
def test_duckdb_puts_values_into_the_same_buckets(
    connection: duckdb.DuckDBPyConnection, values: list[float]
) -> None:
    sql = f"SELECT {DuckDBDialect().log_bucket('value')} FROM (SELECT unnest($values::DOUBLE[]) AS value)"
    found = [row[0] for row in connection.execute(sql, {"values": values}).fetchall()]
    assert found == [bucket_of(value) for value in values]


@given(bucket=st.integers(min_value=LOWEST, max_value=1500))
def test_duckdb_agrees_at_the_edges_of_buckets_too(
    connection: duckdb.DuckDBPyConnection, bucket: int
) -> None:
    edge = math.exp(bucket / 50)
    values = [edge, math.nextafter(edge, 0), math.nextafter(edge, math.inf)]
    sql = f"SELECT {DuckDBDialect().log_bucket('value')} FROM (SELECT unnest($values::DOUBLE[]) AS value)"
    found = [row[0] for row in connection.execute(sql, {"values": values}).fetchall()]
    assert found == [bucket_of(value) for value in values]
