"""One trace: found by its id and a hint, with all that belongs to it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from tests.traces.conftest import REPEATED, REQUESTS, SPANS
from tests.traces.spans import a_profile
from vedette.record import ids
from vedette.record.signals import Error, Log, Request, Signal, Span
from vedette.store.paging import micros_of
from vedette.store.query import Query, Result
from vedette.traces import trace
from vedette.traces.queries import get_span, get_trace

AT = NOW - dt.timedelta(days=2)
FOREIGN = "c0ffee" * 5 + "00"
"""An id of another SDK, which tells no time."""


class Counting:
    """A store that counts how often it is asked."""

    def __init__(self, kept: Kept) -> None:
        self.store = kept.store
        self.dialect = kept.store.dialect
        self.asked: list[tuple[Query, ...]] = []

    def run(self, *queries: Query, timeout_s: float | None = None) -> list[Result]:
        """Answer, and count."""
        self.asked.append(queries)
        return self.store.run(*queries, timeout_s=timeout_s)

    def sql(self, text: str, *, timeout_s: float | None = None, max_rows: int | None = None) -> Result:
        """Answer what a person wrote."""
        return self.store.sql(text, timeout_s=timeout_s, max_rows=max_rows)


def span(id: str, parent: str = "", ms: float = 0.0, took: float = 10.0, **values: object) -> Span:
    """Return a span that began *ms* after `AT`."""
    common = {"trace_id": FOREIGN, "service": "todo", "host": "web-1", **values}
    return Span(
        time=AT + dt.timedelta(milliseconds=ms),
        span_id=id,
        parent_span_id=parent,
        duration_ms=took,
        **common,  # type: ignore[arg-type]
    )


@pytest.fixture
def alone(tmp_path: Path) -> Kept:
    """Give an empty store."""
    return Kept(tmp_path, now=NOW)


def test_every_span_of_the_trace_is_in_it_and_none_of_another(kept: Kept) -> None:
    for wanted in {each.trace_id for each in SPANS[:: len(SPANS) // 10]}:
        found = get_trace(kept.store, id=wanted)

        own = [each for each in SPANS if each.trace_id == wanted]
        assert found is not None
        assert sorted(each.span_id for each in found.spans) == sorted(each.span_id for each in own)
        assert found.span_count == len(own)
        assert len(found.requests) == sum(each.trace_id == wanted for each in REQUESTS)
        repeated = [each for each in REPEATED if each.trace_id == wanted]
        assert [(each.statement, each.span_id) for each in found.suspects] == [
            (each.name, each.parent_span_id) for each in repeated
        ]
        start = min(each.time for each in own)
        end = max(each.time + dt.timedelta(milliseconds=each.duration_ms) for each in own)
        assert found.duration_us == pytest.approx((end - start).total_seconds() * 1e6, abs=2)


def test_an_id_of_our_own_is_found_in_its_hour_alone(alone: Kept) -> None:
    id = ids.new_trace_id(int(AT.timestamp() * 1000))
    alone.record([span("a" * 16, trace_id=id)])
    store = Counting(alone)

    found = get_trace(store, id=id)

    assert found is not None
    assert len(store.asked) == 1
    assert all(query.range is not None and query.range.seconds == 3600 for query in store.asked[0])


def test_another_id_is_found_with_a_hint_in_its_hours_alone(alone: Kept) -> None:
    alone.record([span("a" * 16)])
    store = Counting(alone)

    found = get_trace(store, id=FOREIGN, at=AT + dt.timedelta(minutes=20))

    assert found is not None
    assert len(store.asked) == 1


@pytest.mark.parametrize("at", [None, AT - dt.timedelta(days=30)])
def test_without_a_hint_or_with_a_wrong_one_it_is_looked_for_everywhere(
    alone: Kept, at: dt.datetime | None
) -> None:
    alone.record([span("a" * 16)])

    found = get_trace(alone.store, id=FOREIGN, at=at)

    assert found is not None
    assert [each.span_id for each in found.spans] == ["a" * 16]


def test_a_trace_that_goes_on_past_the_hint_is_found_whole(alone: Kept) -> None:
    hour = 3600_000.0
    alone.record([span("a" * 16, took=5 * hour), span("b" * 16, "a" * 16, 4 * hour)])

    found = get_trace(alone.store, id=FOREIGN, at=AT)

    assert found is not None
    assert len(found.spans) == 2


@pytest.mark.parametrize(
    "id",
    ["", "nothing", "f" * 32, pytest.param(ids.new_trace_id(int(AT.timestamp() * 1000)), id="of-the-hour")],
)
def test_what_is_not_there_is_none(alone: Kept, id: str) -> None:
    alone.record([span("a" * 16)])

    assert get_trace(alone.store, id=id) is None


def test_a_request_that_was_not_sampled_stands_for_its_span(alone: Kept) -> None:
    request = Request(
        time=AT,
        trace_id=FOREIGN,
        span_id="a" * 16,
        route="/tasks/",
        method="GET",
        status=500,
        duration_ms=80.0,
    )
    slow = span("b" * 16, "a" * 16, 5, 60, op="db", name="SELECT 1")
    alone.record([request, slow])

    found = get_trace(alone.store, id=FOREIGN)

    assert found is not None
    assert found.unsampled == {"a" * 16}
    assert [(found.spans[row.place or 0].name, row.depth) for row in found.rows] == [
        ("GET /tasks/", 0),
        ("SELECT 1", 1),
    ]
    assert (found.span_count, found.duration_us) == (1, 80_000)


def test_all_that_happened_in_it_comes_with_it(alone: Kept) -> None:
    other = "0" * 32
    signals: list[Signal] = [
        span("a" * 16),
        Error(time=AT, trace_id=FOREIGN, span_id="a" * 16, event_id="e" * 32, type="ValueError", value="no"),
        Error(time=AT, trace_id=other, event_id="d" * 32),
        Log(time=AT, trace_id=FOREIGN, span_id="a" * 16, severity=17, message="broke"),
        Log(time=AT, trace_id=other, message="another"),
        a_profile([[0]], [0], time=AT, trace_id=FOREIGN),
        span(
            "b" * 16,
            "a" * 16,
            op="db.repeated",
            name="SELECT 2",
            attributes={"count": "87", "code.filepath": "v.py"},
        ),
    ]
    alone.record(signals)

    found = get_trace(alone.store, id=FOREIGN)

    assert found is not None
    assert [(each.type, each.value, each.event_id) for each in found.errors] == [
        ("ValueError", "no", "e" * 32)
    ]
    assert [each.message for each in found.logs] == ["broke"]
    assert [(each.statement, each.count, each.call_site) for each in found.suspects] == [
        ("SELECT 2", 87, "v.py")
    ]
    assert (found.may_have_profile, found.span_count, len(found.rows)) == (True, 1, 1)


@pytest.mark.parametrize(("attributes", "may"), [({}, False), ({"profiler_id": "p"}, True)])
def test_a_span_says_whether_a_profiler_was_running(
    alone: Kept, attributes: dict[str, str], may: bool
) -> None:
    alone.record([span("a" * 16, attributes=attributes)])

    found = get_trace(alone.store, id=FOREIGN)

    assert found is not None
    assert found.may_have_profile is may


def test_a_trace_with_errors_alone_is_found(alone: Kept) -> None:
    alone.record([Error(time=AT, trace_id=FOREIGN, type="ValueError")])

    found = get_trace(alone.store, id=FOREIGN)

    assert found is not None
    assert (len(found.errors), found.rows, found.main, found.duration_us) == (1, (), None, 0)


def test_a_command_that_was_not_sampled_is_found_by_what_it_repeated(alone: Kept) -> None:
    alone.record([span("b" * 16, "a" * 16, 5, op="db.repeated", name="SELECT 2", attributes={"count": "87"})])

    found = get_trace(alone.store, id=FOREIGN, at=AT)

    assert found is not None
    assert ([each.count for each in found.suspects], found.rows, found.span_count) == ([87], (), 0)
    assert found.start_us == micros_of(AT + dt.timedelta(milliseconds=5))


def test_of_too_many_spans_the_first_are_kept_and_all_are_counted(
    alone: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "MOST_SPANS", 20)
    alone.record([span("a" * 16, took=900), *(span(f"{n:016x}", "a" * 16, n) for n in range(1, 60))])

    found = get_trace(alone.store, id=FOREIGN)

    assert found is not None
    assert (len(found.spans), found.span_count) == (20, 60)
    assert found.spans[0].span_id == "a" * 16


def test_services_stand_in_the_order_in_which_they_came_in(alone: Kept) -> None:
    alone.record(
        [
            span("a" * 16, took=90, service="web"),
            span("b" * 16, "a" * 16, 10, service="api", kind="server"),
            span("c" * 16, "b" * 16, 12, 2, service="db"),
        ]
    )

    found = get_trace(alone.store, id=FOREIGN)

    assert found is not None
    assert found.services == ["web", "api", "db"]
    assert found.main is not None
    assert found.main.duration_us == 90_000


def test_a_span_opens_with_its_attributes_and_what_was_written_in_it(alone: Kept) -> None:
    id = "a" * 16
    alone.record(
        [
            span(id, attributes={"code.file.path": "v.py", "code.line.number": "3", "x": "1"}),
            Log(time=AT, trace_id=FOREIGN, span_id=id, message="inside"),
            Log(time=AT, trace_id=FOREIGN, span_id="b" * 16, message="elsewhere"),
            Error(time=AT, trace_id=FOREIGN, span_id=id, type="ValueError"),
        ]
    )

    found = get_span(alone.store, trace_id=FOREIGN, span_id=id, at=AT)

    assert found is not None
    assert found.attributes["x"] == "1"
    assert found.call_site == "v.py:3"
    assert [each.message for each in found.logs] == ["inside"]
    assert [each.type for each in found.errors] == ["ValueError"]
    assert get_span(alone.store, trace_id=FOREIGN, span_id="f" * 16, at=AT) is None
