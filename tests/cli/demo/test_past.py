"""The made-up past."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from vedette.cli.demo.pages import CALENDAR_BUG, LOCKED, PRAISE_BUG, Failure
from vedette.cli.demo.past import Past
from vedette.cli.demo.people import make_people
from vedette.cli.demo.rhythm import busyness
from vedette.pipeline.recorder import Resource
from vedette.record.signals import SIGNALS, Error, Log, Request, Signal, Span

END = dt.datetime(2026, 3, 13, 18, tzinfo=dt.UTC)
OLD, NEW = "old", "new"
TODO_SITE = Path(__file__).parents[3] / "example"


def _past(*, hours: int = 24, rate: float = 10, seed: int = 1) -> Past:
    return Past(
        people=make_people(50, seed=seed),
        rate=rate,
        start=END - dt.timedelta(hours=hours),
        end=END,
        resource=Resource("todo", "development", "", "host"),
        releases=[OLD, NEW],
        zone=dt.UTC,
        seed=seed,
    )


def _signals(past: Past) -> Iterator[Signal]:
    for visit in past.visits():
        yield from visit


@pytest.fixture(scope="module")
def signals() -> list[Signal]:
    """Give two days of a small site."""
    return list(_signals(_past(hours=48)))


@pytest.fixture(scope="module")
def requests(signals: list[Signal]) -> list[Request]:
    """Give the requests among them."""
    return [signal for signal in signals if isinstance(signal, Request)]


def test_the_same_seed_makes_the_same_past() -> None:
    assert list(_signals(_past(hours=2))) == list(_signals(_past(hours=2)))
    assert list(_signals(_past(hours=2))) != list(_signals(_past(hours=2, seed=2)))


def test_no_request_lies_outside_of_the_time_asked_for(requests: list[Request]) -> None:
    assert all(END - dt.timedelta(hours=48) <= request.time < END for request in requests)


def test_a_week_holds_as_many_requests_as_the_rate_says() -> None:
    count = sum(isinstance(signal, Request) for signal in _signals(_past(hours=7 * 24, rate=5)))
    assert count == pytest.approx(7 * 24 * 60 * 5, rel=0.1)


def test_busyness_is_1_in_the_mean_of_a_week_and_lower_at_night_and_on_sunday() -> None:
    monday = dt.datetime(2026, 3, 9)
    hours = [busyness(monday + dt.timedelta(minutes=10 * step)) for step in range(7 * 24 * 6)]
    assert sum(hours) / len(hours) == pytest.approx(1, rel=0.01)
    assert busyness(monday.replace(hour=3)) < 0.2
    assert busyness(monday.replace(hour=10)) > 1.5
    assert busyness(dt.datetime(2026, 3, 15, 10)) < busyness(monday.replace(hour=10)) / 2


def test_the_second_release_takes_over_and_brings_its_bug(requests: list[Request]) -> None:
    deployed_at = min(request.time for request in requests if request.release == NEW)
    assert all(request.release == (NEW if request.time >= deployed_at else OLD) for request in requests)
    broken = {
        request.release for request in requests if request.attributes.get("exception.type") == "TypeError"
    }
    assert broken == {NEW}
    assert {
        request.release for request in requests if request.attributes.get("exception.type") == "ValueError"
    } >= {OLD}


def test_the_second_release_changes_how_long_the_board_takes(requests: list[Request]) -> None:
    def median(release: str) -> float:
        took = sorted(
            request.duration_ms
            for request in requests
            if request.route == "/tasks/board/" and request.release == release
        )
        return took[len(took) // 2]

    assert median(NEW) > 1.3 * median(OLD)


def test_each_log_and_span_belongs_to_a_request(signals: list[Signal], requests: list[Request]) -> None:
    traces = {request.trace_id: request for request in requests}
    others = [signal for signal in signals if isinstance(signal, Log | Span)]
    for signal in others:
        request = traces[signal.trace_id]
        assert (signal.request_id, signal.user_id, signal.release) == (
            request.request_id,
            request.user_id,
            request.release,
        )
    assert Counter(type(signal) for signal in others)[Span] > len(requests) / 10


def test_each_server_error_is_logged_with_its_traceback(
    signals: list[Signal], requests: list[Request]
) -> None:
    broken = {request.trace_id for request in requests if request.status == 500}
    logged = {
        signal.trace_id
        for signal in signals
        if isinstance(signal, Log) and signal.severity_text == "ERROR" and "Traceback" in signal.exception
    }
    assert broken
    assert broken == logged


def test_a_slow_report_is_a_span_and_a_warning(signals: list[Signal], requests: list[Request]) -> None:
    slow = {request.trace_id for request in requests if request.slow_query_count}
    assert slow
    assert slow == {
        signal.trace_id for signal in signals if isinstance(signal, Span) and "slow" in signal.attributes
    }
    assert slow == {
        signal.trace_id
        for signal in signals
        if isinstance(signal, Log) and signal.logger == "django.db.backends"
    }


def test_failed_log_ins_name_user_and_address(signals: list[Signal]) -> None:
    failed = [signal for signal in signals if isinstance(signal, Log) and signal.logger == "apps.core"]
    assert {"username", "ip_address"} == set(failed[0].attributes)
    assert max(Counter(log.attributes["username"] for log in failed).values()) >= 5


def test_addresses_are_shortened_as_capture_shortens_them(requests: list[Request]) -> None:
    assert all(request.ip.endswith(".0") for request in requests)


def test_every_signal_survives_the_way_through_json(signals: list[Signal]) -> None:
    for signal in signals[:2000]:
        assert msgspec.json.decode(msgspec.json.encode(signal), type=SIGNALS[signal.table]) == signal


def test_each_server_error_is_an_error_event_that_its_request_names(
    signals: list[Signal], requests: list[Request]
) -> None:
    errors = {signal.event_id: signal for signal in signals if isinstance(signal, Error)}
    broken = [request for request in requests if request.status == 500]
    assert len(errors) == len(broken) > 0
    for request in broken:
        error = errors[request.attributes["error.event_id"]]
        assert (error.trace_id, error.user_id, error.release) == (
            request.trace_id,
            request.user_id,
            request.release,
        )
        assert error.fingerprint == request.error_fingerprint != ""
        assert request.attributes["exception.type"].endswith(error.type)


@pytest.mark.parametrize("failure", [CALENDAR_BUG, PRAISE_BUG, LOCKED])
def test_the_calls_of_a_failure_are_lines_of_the_todo_site(failure: Failure) -> None:
    for call in failure.calls:
        lines = (TODO_SITE / call.file).read_text().splitlines()
        assert lines[call.line - 1].strip() == call.code
