"""One request with everything that happened in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from vedette.record import ids
from vedette.record.signals import Log, Request, Signal, Span
from vedette.requests.queries import get_request

AT = NOW - dt.timedelta(days=2)
TRACE_ID = ids.new_trace_id(int(AT.timestamp() * 1000))


def after(ms: float) -> dt.datetime:
    """Return the moment *ms* after the request began."""
    return AT + dt.timedelta(milliseconds=ms)


REQUEST = Request(
    time=AT,
    service="todo",
    trace_id=TRACE_ID,
    span_id="a" * 16,
    request_id="from-the-proxy",
    duration_ms=50.0,
    attributes={"plan": "pro"},
)
REPEATED = Span(
    time=after(5),
    trace_id=TRACE_ID,
    span_id="c" * 16,
    op="db.repeated",
    name="SELECT %s",
    duration_ms=12.0,
    attributes={"count": "40", "code.filepath": "views.py", "code.lineno": "7"},
)
SIGNALS: list[Signal] = [
    REQUEST,
    Span(time=AT, trace_id=TRACE_ID, span_id="a" * 16, op="http.server", name="GET /", duration_ms=50.0),
    Span(time=after(20), trace_id=TRACE_ID, span_id="b" * 16, op="db", name="SELECT 1", duration_ms=3.0),
    REPEATED,
    Log(time=after(30), trace_id=TRACE_ID, message="half way", severity=9, attributes={"n": "1"}),
    Log(time=after(10), request_id="from-the-proxy", message="begun", severity=13),
    Log(time=after(10), request_id="from-the-proxy", trace_id="e" * 32, message="of another request"),
    Log(time=after(10), message="of no request"),
]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Give a store with one request and what belongs to it."""
    found = Kept(tmp_path, now=NOW)
    found.record(SIGNALS)
    return found


@pytest.mark.parametrize("id", [pytest.param(TRACE_ID, id="trace"), "from-the-proxy"])
def test_it_is_found_by_trace_id_and_by_request_id(kept: Kept, id: str) -> None:
    found = get_request(kept.store, id=id)

    assert found is not None
    assert (found.request.trace_id, found.request.duration_ms) == (TRACE_ID, 50.0)
    assert found.attributes == {"plan": "pro"}


def test_its_time_line_has_each_thing_at_its_moment(kept: Kept) -> None:
    found = get_request(kept.store, id="from-the-proxy")

    assert found is not None
    moments = [(each.kind, round(each.offset_ms), each.duration_ms) for each in found.timeline]
    assert moments == [("request", 0, 50.0), ("log", 10, 0.0), ("span", 20, 3.0), ("log", 30, 0.0)]
    assert [log.message for log in found.logs] == ["begun", "half way"]


@pytest.mark.parametrize("count", ["", "many", "²", "9" * 5000])
def test_a_count_that_somebody_made_up_is_none(tmp_path: Path, count: str) -> None:
    kept = Kept(tmp_path, now=NOW)
    made_up = Span(time=after(5), trace_id=TRACE_ID, op="db.repeated", attributes={"count": count})
    kept.record([REQUEST, made_up])
    found = get_request(kept.store, id=TRACE_ID)
    assert found is not None
    assert [suspect.count for suspect in found.suspects] == [0]


def test_statements_issued_again_and_again_are_suspects(kept: Kept) -> None:
    found = get_request(kept.store, id=TRACE_ID)

    assert found is not None
    (suspect,) = found.suspects
    assert (suspect.statement, suspect.count, suspect.total_ms, suspect.call_site) == (
        "SELECT %s",
        40,
        12.0,
        "views.py:7",
    )
    assert "db.repeated" not in {span.op for span in found.spans}


def test_only_the_time_that_its_id_tells_is_read(kept: Kept) -> None:
    found = get_request(kept.store, id=TRACE_ID)

    assert found is not None
    for query in found.queries:
        assert query.range is not None
        assert query.range.start < AT < query.range.end
        assert query.range.seconds == 3600


def test_a_request_is_found_whose_trace_began_long_before(kept: Kept) -> None:
    old = ids.new_trace_id(int((AT - dt.timedelta(days=9)).timestamp() * 1000))
    kept.record([Request(time=AT, trace_id=old, span_id="1" * 16)])

    found = get_request(kept.store, id=old)

    assert found is not None
    assert found.request.time == AT


def test_of_several_requests_in_one_trace_the_span_chooses(kept: Kept) -> None:
    kept.record([Request(time=after(1), trace_id=TRACE_ID, span_id="d" * 16)])

    first, second = (
        get_request(kept.store, id=TRACE_ID),
        get_request(kept.store, id=TRACE_ID, span_id="d" * 16),
    )

    assert first is not None
    assert second is not None
    assert (first.request.span_id, [each.span_id for each in first.other_requests]) == ("a" * 16, ["d" * 16])
    assert (second.request.span_id, [each.span_id for each in second.other_requests]) == (
        "d" * 16,
        ["a" * 16],
    )


@pytest.mark.parametrize(
    "id",
    [
        "nope",
        "f" * 32,
        pytest.param(ids.new_trace_id(int(AT.timestamp() * 1000)), id="of-the-hour"),
        "' OR 1=1 --",
        "",
    ],
)
def test_what_is_not_there_is_not_found(kept: Kept, id: str) -> None:
    assert get_request(kept.store, id=id) is None
