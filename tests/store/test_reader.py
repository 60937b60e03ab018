"""The reading side: parts and the journal's tail as one table, at every moment of their making."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from tests.ground import NOON, Ground, a_log, a_request
from vedette.record.signals import SIGNALS
from vedette.store.catalogue import Part
from vedette.store.maintenance import SUSPECTS
from vedette.store.query import (
    Query,
    QueryError,
    QueryMemoryError,
    QueryTimeoutError,
    StoreUnavailableError,
    TimeRange,
)
from vedette.store.rollups import ROLLUPS

HOUR = dt.timedelta(hours=1)


def test_every_table_can_be_asked_before_anything_was_recorded(ground: Ground) -> None:
    for table in (*SIGNALS, *ROLLUPS):
        assert ground.ask(f"SELECT count(*) FROM {table}") == [(0,)]


def test_what_is_written_is_closed_to_strangers(tmp_path: Path) -> None:
    ground = Ground(tmp_path / "vedette")
    ground.request_ids()  # whoever comes first makes the directory
    for number in range(3):
        ground.record([a_request(number)])
        ground.drain_all()
    ground.request_ids()
    for path in (ground.directory, *ground.directory.rglob("*")):
        assert path.stat().st_mode & 0o007 == 0, path


def test_a_record_is_visible_as_soon_as_it_is_written(ground: Ground) -> None:
    ground.record([a_request(1)])
    assert ground.request_ids() == ["r1"]


def test_rows_are_the_same_before_and_after_the_drain_and_a_merge(ground: Ground) -> None:
    for number in range(10):
        ground.record([a_request(number, request_id="", attributes={"a": "1"}, response_bytes=None)])
        ground.record([a_request(number + 100, trace_id="t", request_id="t")])
        if number == 0:
            first = ground.ask("SELECT * FROM requests ORDER BY ALL")
            ground.drain_all()
            assert ground.ask("SELECT * FROM requests ORDER BY ALL") == first
        ground.drain_all()
    before = ground.ask("SELECT * FROM requests ORDER BY ALL")
    ground.merge_all()
    assert ground.ask("SELECT * FROM requests ORDER BY ALL") == before


def test_a_segment_that_was_partly_consumed_is_read_from_there(ground: Ground) -> None:
    ground.record([a_request(1), a_request(2)])
    ground.drain_all()
    ground.record([a_request(3)])
    assert ground.request_ids() == ["r1", "r2", "r3"]


def test_a_line_that_is_just_being_written_is_not_there_yet(ground: Ground) -> None:
    ground.record([a_request(1)])
    ground.drain_all()
    [path] = ground.journal_dir.glob("requests.*")
    for number in range(2):
        ground.record([a_request(10 + number)])
        with path.open("ab") as file:
            file.write(b'{"time":"2026-01-15T12:00:00Z","request_id":"half')
        other = ground.new_recorder()
        other.record(a_request(20 + number))
        other.journal.close()
        assert f"r{20 + number}" in ground.request_ids()
        assert ground.request_ids().count("half") == number
        with path.open("ab") as file:
            file.write(b'"}\n')
    assert ground.request_ids() == sorted(["r1", "r10", "r11", "half", "half", "r20", "r21"])


def test_broken_lines_in_the_tail_hide_no_others(ground: Ground) -> None:
    ground.record([a_log(1)])
    [path] = ground.journal_dir.glob("*")
    with path.open("ab") as file:
        file.write(b"broken\n\xff\xfe\n[1]\n\0\0\n" + b'{"time":"never"}\n' + b"x" * (5 << 20) + b"\n")
    ground.record([a_log(2)])
    assert ground.ask("SELECT count(*) FROM logs") == [(2,)]


def test_queries_of_one_run_see_one_state(ground: Ground) -> None:
    ground.record([a_request(1), a_log(1)])
    one, two, three = ground.store.run(
        Query("SELECT count(*) AS n FROM requests", ("requests",)),
        Query("SELECT count(*) FROM logs", ("logs",)),
        Query("SELECT sum(requests) FROM requests_hourly", ("requests_hourly",)),
    )
    assert (one.rows[0][0], two.rows[0][0], three.rows[0][0]) == (1, 1, 1)
    assert one.columns == ("n",)
    assert list(one.dicts()) == [{"n": 1}]


def test_parameters_are_bound_and_times_come_back_aware(ground: Ground) -> None:
    ground.record([a_request(1), a_request(2, time=NOON + HOUR)])
    param = ground.store.dialect.param
    [result] = ground.store.run(
        Query(
            f"SELECT time FROM requests WHERE time >= {param('start')} AND path <> {param('path')}",
            ("requests",),
            {"start": NOON.astimezone(dt.timezone(HOUR)) + HOUR, "path": "'; DROP TABLE requests; --"},
            TimeRange(NOON, NOON + 2 * HOUR),
        )
    )
    assert result.rows == [(NOON + HOUR,)]


def test_parts_outside_the_range_are_not_opened(ground: Ground) -> None:
    ground.record([a_request(1)])
    ground.drain_all()
    [part] = ground.catalogue.snapshot().parts
    (ground.parts_dir / part.path).unlink()
    later = TimeRange(NOON + HOUR, NOON + 2 * HOUR)
    [result] = ground.store.run(Query("SELECT count(*) FROM requests", ("requests",), range=later))
    assert result.rows == [(0,)]


def test_a_time_range_must_make_sense() -> None:
    with pytest.raises(ValueError, match="ends after"):
        TimeRange(NOON, NOON)
    with pytest.raises(ValueError, match="zone"):
        TimeRange(NOON.replace(tzinfo=None), NOON)


def test_a_wrong_query_says_what_is_wrong_and_nothing_of_the_machine(ground: Ground) -> None:
    ground.record([a_request(1)])
    for sql in (
        "SELECT nothing FROM requests",
        "SELECT 'x'::INTEGER FROM requests",
        "SELECT error('/etc/passwd')",
    ):
        with pytest.raises(QueryError) as refusal:
            ground.store.run(Query(sql, ("requests",)))
        assert str(ground.directory) not in str(refusal.value)
        assert "\n" not in str(refusal.value)
    assert ground.request_ids() == ["r1"]


def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_works(ground: Ground) -> None:
    endless = Query(
        "SELECT count(*) FROM range(10000000000) a, range(100) b WHERE a.range % 7 = b.range % 5", ()
    )
    with pytest.raises(QueryTimeoutError):
        ground.store.run(endless, timeout_s=0.2)
    [result] = ground.store.run(Query("SELECT 1", ()))
    assert result.rows == [(1,)]


def test_a_query_that_needs_too_much_memory_is_stopped_and_the_next_one_works(ground: Ground) -> None:
    store = ground.new_store(memory_bytes=64 << 20)
    hungry = "SELECT list(a.range) FROM range(200000000) a"
    with pytest.raises(QueryMemoryError):
        store.run(Query(hungry, ()))
    assert store.run(Query("SELECT 1", ()))[0].rows == [(1,)]


def test_a_result_that_is_larger_than_memory_allows_is_not_collected(ground: Ground) -> None:
    store = ground.new_store(memory_bytes=64 << 20)
    with pytest.raises(QueryMemoryError):
        store.run(Query("SELECT range, range + 1 FROM range(100000000)", ()))


def damage(ground: Ground, part: Part, *, start: float = 0.2) -> None:
    path = ground.parts_dir / part.path
    data = path.read_bytes()
    place = int(len(data) * start)
    path.write_bytes(
        data[:place] + bytes(byte ^ 0x55 for byte in data[place : place + 60]) + data[place + 60 :]
    )


@pytest.mark.parametrize("kind", ["middle", "footer", "empty", "truncated", "zeros"])
def test_a_damaged_part_is_left_out_reported_and_everything_else_is_served(ground: Ground, kind: str) -> None:
    for number in range(3):
        ground.record([a_request(number * 100 + row) for row in range(20)])
        ground.drain_all()
    part = sorted(ground.catalogue.snapshot().parts, key=lambda part: part.path)[1]
    path = ground.parts_dir / part.path
    if kind in {"middle", "footer"}:
        damage(ground, part, start=0.2 if kind == "middle" else 0.9)
    elif kind == "zeros":
        path.write_bytes(bytes(path.stat().st_size))
    else:
        path.write_bytes(path.read_bytes()[: 0 if kind == "empty" else path.stat().st_size // 2])
    assert (
        ground.ask("SELECT count(*), count(DISTINCT path) FROM requests WHERE length(trace_id) = 32")[0][0]
        == 40
    )
    [suspect] = (ground.quarantine_dir / SUSPECTS).iterdir()
    assert suspect.name == part.path.replace("/", "|")
    ground.maintenance.clean_up()
    assert ground.losses == [("requests", "damaged_part", 20)]
    assert len(ground.new_store().sql("SELECT request_id FROM requests").rows) == 40


def test_a_person_s_error_is_no_damage(ground: Ground) -> None:
    ground.record([a_request(1)])
    ground.drain_all()
    for sql in ("SELECT error('x') FROM requests", "SELECT path::INTEGER FROM requests"):
        with pytest.raises(QueryError):
            ground.store.sql(sql)
    assert not (ground.quarantine_dir / SUSPECTS).exists()
    assert ground.request_ids() == ["r1"]


def test_a_part_whose_file_is_gone_is_said_to_be_unreadable(ground: Ground) -> None:
    ground.record([a_request(1)])
    ground.drain_all()
    [part] = ground.catalogue.snapshot().parts
    (ground.parts_dir / part.path).unlink()
    with pytest.raises(StoreUnavailableError):
        ground.request_ids()


def test_a_directory_that_cannot_be_written_is_said_to_be_unavailable(ground: Ground) -> None:
    ground.scratch_dir.write_text("")
    with pytest.raises(StoreUnavailableError):
        ground.request_ids()


def test_a_forked_process_can_query_too(ground: Ground) -> None:
    ground.record([a_request(1)])
    query = Query("SELECT count(*) FROM requests", ("requests",))
    assert ground.store.run(query)[0].rows == [(1,)]
    child = os.fork()
    if child == 0:
        is_right = ground.store.run(query)[0].rows == [(1,)]
        os._exit(0 if is_right else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_queries_leave_nothing_behind(ground: Ground) -> None:
    ground.record([a_request(1)])
    ground.drain_all()
    ground.record([a_request(2)])
    for _ in range(5):
        ground.request_ids()
        ground.store.run(Query("SELECT count(*) FROM requests", ("requests",)))
    assert list(Path(ground.scratch_dir).glob("*.jsonl")) == []
    assert ground.store._connect().execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
