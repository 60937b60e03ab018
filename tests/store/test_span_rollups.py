"""Sums of spans equal their source at every moment, also in a store from before there were any, and hold few names."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ground import NOON, Ground
from vedette.record.buckets import bucket_of
from vedette.record.signals import Span
from vedette.store import rollups
from vedette.store.catalogue import Commit
from vedette.store.engines.embedded import store as engine
from vedette.store.engines.embedded.dialect import DuckDBDialect
from vedette.store.query import Query
from vedette.store.rollups import ROLLUPS

NAMES = tuple(rollup.name for rollup in ROLLUPS.values() if rollup.source == "spans")
ROOT = rollups.is_root(DuckDBDialect())
SAMPLED = "CASE WHEN coalesce(attributes['sampled'], '') = 'false' THEN 0 ELSE 1 END"
BUCKET = DuckDBDialect().log_bucket("duration_ms")
BY = "service, release, environment, op, name, status"
QUESTIONS = [
    pair
    for unit, name in (("hour", "hourly"), ("day", "daily"))
    for pair in (
        (
            f"SELECT time, {BY}, is_root, is_sampled, is_rest, sum(spans), round(sum(duration_ms), 3) FROM spans_{name} GROUP BY ALL ORDER BY ALL",
            f"SELECT date_trunc('{unit}', time) AS t, {BY}, CASE WHEN {ROOT} THEN 1 ELSE 0 END AS r, {SAMPLED} AS s, 0 AS o, count(*), "
            "round(sum(duration_ms), 3) FROM spans GROUP BY ALL ORDER BY ALL",
        ),
        (
            f"SELECT time, {BY}, is_root, is_sampled, is_rest, bucket, sum(spans) FROM span_durations_{name} GROUP BY ALL ORDER BY ALL",
            f"SELECT date_trunc('{unit}', time) AS t, {BY}, CASE WHEN {ROOT} THEN 1 ELSE 0 END AS r, {SAMPLED} AS s, 0 AS o, {BUCKET} AS b, "
            "count(*) FROM spans GROUP BY ALL ORDER BY ALL",
        ),
    )
]


def assert_equal(ground: Ground) -> None:
    results = ground.store.run(*(Query(sql, ("spans", *NAMES)) for pair in QUESTIONS for sql in pair))
    for rolled_up, exact in zip(results[::2], results[1::2], strict=True):
        assert rolled_up.rows == exact.rows


def a_span(chance: random.Random) -> Span:
    return Span(
        time=NOON + dt.timedelta(seconds=chance.choice((0, 1800, 3600, 43_199, 43_200, 100_000))),
        service=chance.choice(("shop", "till")),
        release=chance.choice(("r1", "r2")),
        trace_id=chance.choice(("", "a" * 32)),
        span_id="b" * 16,
        parent_span_id=chance.choice(("", "c" * 16)),
        op=chance.choice(("http.server", "db")),
        name=chance.choice(("", "GET /", "SELECT 1")),
        kind=chance.choice(("server", "client")),
        status=chance.choice(("ok", "error", "")),
        duration_ms=chance.choice((0.0, round(chance.lognormvariate(3, 2), 3))),
        attributes=chance.choice(({}, {"sentry.is_segment": "true"}, {"sampled": "false"})),
    )


def forget_rollups(ground: Ground) -> None:
    """Leave the store as a release without rollups of spans would have: merged parts that are counted in none."""
    parts = ground.catalogue.snapshot().parts
    removed = [part for part in parts if part.table in NAMES or (part.table == "spans" and part.level)]
    ground.catalogue.apply(Commit(removed=removed), at=NOON)
    kept = [replace(part, edition=1) for part in removed if part.table == "spans"]
    ground.catalogue.apply(Commit(added=kept), at=NOON)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_sums_of_spans_equal_them_whatever_happens_in_between(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance = random.Random(seed)
    ground = Ground(tmp_path_factory.mktemp("ground"))
    written = 0
    for _ in range(6):
        for _ in range(chance.choice((1, 11))):
            number = chance.randrange(1, 6)
            ground.record(a_span(chance) for _ in range(number))
            written += number
            if chance.random() < 0.8:
                ground.drain_all()
        if chance.random() < 0.3:
            forget_rollups(ground)
        if chance.random() < 0.5:
            ground.maintenance.merge_once()
        if chance.random() < 0.3:
            ground.clock.advance(chance.choice((600, 86_400)))
            ground.merge_all()
        assert_equal(ground)
    assert ground.ask("SELECT count(*) FROM spans") == [(written,)]
    ground.recorder.journal.close()


def merged_before(ground: Ground) -> None:
    chance = random.Random(1)
    for _ in range(11):
        ground.record(a_span(chance) for _ in range(20))
        ground.drain_all()
    ground.merge_all()
    forget_rollups(ground)


def test_a_store_from_before_is_right_at_once_and_rolled_up_soon(ground: Ground) -> None:
    merged_before(ground)
    assert_equal(ground)
    assert ground.merge_all() > 0
    assert_equal(ground)
    behind = [part for part in ground.catalogue.snapshot(["spans"]).parts if part.level and part.missing]
    assert behind == []
    assert any(part.table == "spans_daily" for part in ground.catalogue.snapshot().parts)


def test_more_rows_than_memory_has_room_for_are_read_where_they_are(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_FRESH_ROWS", 10)
    merged_before(ground)
    assert_equal(ground)


def test_names_without_end_are_kept_apart_up_to_a_bound(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "MOST_NAMES", 3)
    spans = [
        Span(time=NOON, service=service, op="task", name=f"task {number}", duration_ms=float(1 + number))
        for service in ("shop", "till")
        for number in range(20)
    ]
    for each in (spans[:10] + spans[20:30], spans[10:20] + spans[30:]):
        for start in range(0, 20, 2):
            ground.record(each[start : start + 2])
            ground.drain_all()
        ground.merge_all()
    ground.clock.advance(40 * 86_400)
    ground.merge_all()
    for table in NAMES:
        rows = ground.ask(f"SELECT service, name, is_rest, sum(spans) FROM {table} GROUP BY ALL")
        kept = {(service, name) for service, name, is_rest, _ in rows if not is_rest}
        assert kept == {
            (service, f"task {number}") for service in ("shop", "till") for number in (17, 18, 19)
        }
        rest = Counter({service: n for service, _, is_rest, n in rows if is_rest})
        assert rest == {"shop": 17, "till": 17}
    took = sum(each.duration_ms for each in spans)
    assert ground.ask("SELECT sum(duration_ms), sum(spans) FROM spans_daily") == [(took, 40)]


def test_children_do_not_take_the_places_of_those_with_which_a_service_begins(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "MOST_NAMES", 2)
    trace = "a" * 32
    ground.record([Span(time=NOON, trace_id=trace, op="http.server", name="GET /", duration_ms=1.0)])
    ground.record(
        Span(
            time=NOON, trace_id=trace, parent_span_id="b" * 16, op="db", name=f"SELECT {n}", duration_ms=50.0
        )
        for n in range(9)
    )
    ground.drain_all()
    ground.clock.advance(2 * 86_400)
    ground.merge_all()
    assert ground.ask("SELECT name, spans FROM spans_daily WHERE is_root = 1") == [("GET /", 1)]
    assert ground.ask("SELECT sum(spans) FROM spans_daily WHERE is_rest = 1") == [(7,)]


def test_a_span_that_claims_an_absurd_duration_does_not_stop_the_merge(ground: Ground) -> None:
    durations = [1e300, 5e14, 0.0]
    ground.record(Span(time=NOON, op="task", name="t", duration_ms=duration) for duration in durations)
    ground.drain_all()
    ground.clock.advance(40 * 86_400)
    ground.merge_all()
    assert ground.ask("SELECT sum(spans) FROM span_durations_daily") == [(3,)]
    found = {row[0] for row in ground.ask("SELECT bucket FROM span_durations_daily")}
    assert bucket_of(0.0) in found
