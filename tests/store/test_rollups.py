"""Rollups equal their source at every moment, whatever is drained, merged or removed in between."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ground import NOON, Ground, a_request
from vedette.record.buckets import bucket_of
from vedette.store.engines.embedded.dialect import DuckDBDialect
from vedette.store.query import Query
from vedette.store.rollups import ROLLUPS

DAY = dt.timedelta(days=1)
TRAFFIC = """
    SELECT {step} AS step, service, release, route, method, {status_class} AS status_class, {count} AS requests,
           round(sum(duration_ms), 3) AS duration_ms, round(sum(query_ms), 3) AS query_ms,
           {bytes} AS response_bytes, sum(query_count) AS query_count
    FROM {table} GROUP BY ALL ORDER BY ALL
"""


def traffic(table: str) -> str:
    return TRAFFIC.format(
        step="time",
        status_class="status_class",
        count="sum(requests)",
        bytes="sum(response_bytes)",
        table=table,
    )


def recomputed(unit: str) -> str:
    return TRAFFIC.format(
        step=f"date_trunc('{unit}', time)",
        status_class="status // 100",
        count="count(*)",
        bytes="coalesce(sum(response_bytes), 0)",
        table="requests",
    )


BUCKET = DuckDBDialect().log_bucket("duration_ms")
QUESTIONS = [
    pair
    for unit, name in (("hour", "hourly"), ("day", "daily"))
    for pair in (
        (traffic(f"requests_{name}"), recomputed(unit)),
        (
            f"SELECT time, route, bucket, sum(requests) FROM route_durations_{name} GROUP BY ALL ORDER BY ALL",
            f"SELECT date_trunc('{unit}', time) AS t, route, {BUCKET} AS b, count(*) FROM requests GROUP BY ALL ORDER BY ALL",
        ),
        (
            f"SELECT time, status_class, bucket, sum(requests) FROM durations_{name} GROUP BY ALL ORDER BY ALL",
            f"SELECT date_trunc('{unit}', time) AS t, status // 100 AS c, {BUCKET} AS b, count(*) FROM requests GROUP BY ALL ORDER BY ALL",
        ),
        (
            f"SELECT time, user_id, sum(requests) FROM users_{name} GROUP BY ALL ORDER BY ALL",
            f"SELECT date_trunc('{unit}', time) AS t, user_id, count(*) FROM requests WHERE user_id <> '' GROUP BY ALL ORDER BY ALL",
        ),
    )
]


def assert_equal(ground: Ground) -> None:
    tables = ("requests", *ROLLUPS)
    results = ground.store.run(*(Query(sql, tables) for pair in QUESTIONS for sql in pair))
    for rolled_up, exact in zip(results[::2], results[1::2], strict=True):
        assert rolled_up.rows == exact.rows


def some_requests(chance: random.Random, first: int, count: int) -> list[Any]:
    return [
        a_request(
            first + number,
            time=NOON + dt.timedelta(seconds=chance.choice((0, 1800, 3600, 43_199, 43_200, 100_000))),
            duration_ms=round(chance.lognormvariate(3, 2), 3),
            response_bytes=chance.choice((None, 0, 512)),
            query_count=chance.randrange(5),
            query_ms=round(chance.random() * 10, 3),
            user_id=chance.choice(("", "1", "2")),
            release=chance.choice(("r1", "r2")),
            service="shop",
        )
        for number in range(count)
    ]


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_rollups_equal_their_source_whatever_happens_in_between(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance = random.Random(seed)
    ground = Ground(tmp_path_factory.mktemp("ground"))
    written = 0
    for _ in range(6):
        for _ in range(chance.choice((1, 11))):
            number = chance.randrange(1, 6)
            ground.record(some_requests(chance, written, number))
            written += number
            if chance.random() < 0.8:
                ground.drain_all()
        if chance.random() < 0.5:
            ground.maintenance.merge_once()
        if chance.random() < 0.3:
            ground.clock.advance(chance.choice((600, 86_400)))
            ground.merge_all()
            ground.maintenance.clean_up()
        assert_equal(ground)
    assert ground.ask("SELECT count(*) FROM requests") == [(written,)]
    ground.recorder.journal.close()


def test_buckets_in_rollups_are_those_of_python(ground: Ground) -> None:
    durations = [0.0, 0.0005, 0.001, 0.0011, 1.0, 12.345, 1e6]
    for _ in range(2):
        ground.record(a_request(duration_ms=duration) for duration in durations)
        found = {row[0] for row in ground.ask("SELECT DISTINCT bucket FROM durations_hourly")}
        assert found == {bucket_of(duration) for duration in durations}
        for _ in range(10):
            ground.drain_all()
        ground.clock.advance(2 * 86_400)
        ground.merge_all()


def test_rollups_outlive_the_requests_they_were_made_from(ground: Ground) -> None:
    ground.record(a_request(number) for number in range(7))
    ground.drain_all()
    ground.clock.advance(2 * 86_400)
    ground.merge_all()
    ground.clock.advance(60 * 86_400)
    ground.maintenance.apply_retention()
    ground.maintenance.clean_up()
    assert ground.ask("SELECT count(*) FROM requests") == [(0,)]
    assert ground.ask("SELECT sum(requests) FROM requests_hourly") == [(7,)]
    assert ground.ask("SELECT sum(requests) FROM requests_daily") == [(7,)]


def test_late_records_are_added_to_hours_that_were_rolled_up_long_ago(ground: Ground) -> None:
    for day in range(4):
        ground.record([a_request(day)])
        ground.drain_all()
        ground.clock.advance(86_400)
        ground.merge_all()
        assert_equal(ground)
    assert ground.ask("SELECT sum(requests) FROM requests_hourly") == [(4,)]
