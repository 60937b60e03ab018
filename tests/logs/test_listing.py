"""Lists of log records, single ones, and the live tail."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.logs.conftest import LOGS
from tests.logs.records import NOW, RANGE, matches, within
from tests.requests.kept import Kept
from vedette.logs.queries import (
    Filters,
    UnknownLogError,
    get_log,
    list_after,
    list_logs,
    list_neighbours,
    parse,
)
from vedette.record.signals import Log
from vedette.store.paging import Cursor, CursorError
from vedette.store.query import TimeRange

QUERIES = (
    "",
    "saved TASK",
    "-saved -slow",
    '"task 1"',
    "broke -ValueError",
    "level:warning",
    "level:=info,error",
    "level:=unknown",
    "level:critical logger:django",
    "-logger:django",
    "logger:django.request user:7",
    "plan:pro -value:3",
    "plan:* host:web-2",
    "-plan:*",
    "release:1.1 service:todo",
    "request:request-7",
    'template:"Saved task %s"',
    "%s",
    "nobody-says-this",
)


@settings(
    max_examples=len(QUERIES), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.sampled_from(QUERIES))
def test_the_filters_leave_what_they_say(kept: Kept, text: str) -> None:
    filters = parse(text)

    page = list_logs(kept.store, range=RANGE, filters=filters, limit=5000)

    wanted = [log for log in within(LOGS) if matches(log, filters)]
    assert [log.time for log in page.logs] == sorted((log.time for log in wanted), reverse=True)
    assert (page.older, page.newer) == (None, None)


def test_every_column_comes_back_as_it_was_recorded(kept: Kept) -> None:
    by_time = {log.time: log for log in LOGS}

    for found in list_logs(kept.store, range=RANGE, limit=50).logs:
        for name in Log.__struct_fields__:
            assert getattr(found, name) == getattr(by_time[found.time], name), name


def test_pages_lead_to_the_oldest_and_back(kept: Kept) -> None:
    filters = Filters(min_level="ERROR")
    wanted = sorted((log.time for log in within(LOGS) if matches(log, filters)), reverse=True)

    page = list_logs(kept.store, range=RANGE, filters=filters, limit=40)
    down = [page]
    while page.older is not None:
        page = list_logs(
            kept.store, range=RANGE, filters=filters, older_than=Cursor.parse(str(page.older)), limit=40
        )
        down.append(page)
    up = [page]
    while page.newer is not None:
        page = list_logs(
            kept.store, range=RANGE, filters=filters, newer_than=Cursor.parse(str(page.newer)), limit=40
        )
        up.append(page)

    assert [log.time for each in down for log in each.logs] == wanted
    assert [log.time for each in reversed(up) for log in each.logs] == wanted


def test_equal_records_are_each_on_one_page(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    at = NOW - dt.timedelta(minutes=1)
    kept.record([Log(time=at, message="again")] * 25)

    seen, page = 0, list_logs(kept.store, range=RANGE, limit=4)
    while True:
        seen += len(page.logs)
        if page.older is None:
            break
        page = list_logs(kept.store, range=RANGE, older_than=page.older, limit=4)

    assert seen == 25


@pytest.mark.parametrize("others", [0, 3])
def test_pages_of_one_moment_lead_back_the_way_they_came(tmp_path: Path, others: int) -> None:
    kept = Kept(tmp_path, now=NOW)
    at = NOW - dt.timedelta(minutes=1)
    kept.record([Log(time=at, message=f"no {number}") for number in range(13)])
    kept.record(
        [Log(time=at + dt.timedelta(seconds=each), message="other") for each in range(-others, others)]
    )
    down = [list_logs(kept.store, range=RANGE, limit=4)]
    while down[-1].older is not None:
        down.append(list_logs(kept.store, range=RANGE, older_than=down[-1].older, limit=4))
    ids = [[log.id for log in page.logs] for page in down]
    assert len({id for page in ids for id in page}) == 13 + 2 * others
    for before, page in zip(ids, down[1:], strict=False):
        up = list_logs(kept.store, range=RANGE, newer_than=page.newer, limit=4)
        assert [log.id for log in up.logs] == before
        assert up.older is not None
        again = list_logs(kept.store, range=RANGE, older_than=up.older, limit=4)
        assert again.logs == page.logs


@pytest.mark.parametrize("limit", [3, 1000])
def test_the_tail_shows_each_record_once_and_in_order(kept: Kept, limit: int) -> None:
    cursor, seen = Cursor(RANGE.start), []
    for minutes in (30, 31, 31, 200, 360):
        until = RANGE.start + dt.timedelta(minutes=minutes)
        while True:
            arrivals = list_after(
                kept.store, after=cursor, until=until, filters=Filters(user_id="7", host="web-1"), limit=limit
            )
            seen += [log.time for log in arrivals.logs]
            cursor = arrivals.next
            if not arrivals.has_more:
                break

    assert seen == [log.time for log in within(LOGS) if (log.user_id, log.host) == ("7", "web-1")]


def test_the_tail_waits_where_no_time_has_passed(kept: Kept) -> None:
    arrivals = list_after(kept.store, after=Cursor(NOW), until=NOW)

    assert (arrivals.logs, arrivals.next, arrivals.has_more) == ((), Cursor(NOW), False)


def test_a_cursor_of_another_list_is_refused(kept: Kept) -> None:
    with pytest.raises(CursorError):
        list_logs(kept.store, range=RANGE, older_than=Cursor(1.5))


def test_a_record_is_found_by_its_id(kept: Kept) -> None:
    for log in list_logs(kept.store, range=RANGE, limit=5).logs:
        assert get_log(kept.store, id=log.id) == log


def test_records_of_one_moment_are_told_apart(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    at = NOW - dt.timedelta(minutes=1)
    kept.record(Log(time=at, message=f"number {number}") for number in range(3))

    page = list_logs(kept.store, range=RANGE)

    assert len({log.id for log in page.logs}) == 3
    for log in page.logs:
        found = get_log(kept.store, id=log.id)
        assert found is not None
        assert found.message == log.message


def test_a_record_that_is_gone_is_not_found(kept: Kept) -> None:
    assert get_log(kept.store, id="1773844641123456-000000000000") is None


@pytest.mark.parametrize("id", ["", "x", "-1x", "9" * 40, "1e5"])
def test_what_is_no_id_is_refused(kept: Kept, id: str) -> None:
    with pytest.raises(UnknownLogError):
        get_log(kept.store, id=id)


def test_the_neighbours_are_what_its_request_and_its_process_logged(kept: Kept) -> None:
    log = list_logs(kept.store, range=TimeRange(RANGE.start, NOW - dt.timedelta(hours=2)), limit=1).logs[0]

    around = list_neighbours(kept.store, log=log, count=5)

    process = [each.time for each in LOGS if each.host == log.host and each.service == log.service]
    assert [each.time for each in around.before] == [time for time in process if time < log.time][-5:]
    assert [each.time for each in around.after] == [time for time in process if time > log.time][:5]
    near = TimeRange(log.time - dt.timedelta(hours=1), log.time + dt.timedelta(hours=1))
    assert [each.time for each in around.request] == [
        each.time for each in within(LOGS, near) if each.request_id == log.request_id
    ]
