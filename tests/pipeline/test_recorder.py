"""The recorder: whatever it is given, nothing reaches the site, and what is lost is counted and reported."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ground import NOON, Ground, a_log, a_request
from tests.pipeline.files import lines_in
from vedette.pipeline import lines
from vedette.pipeline.limits import ATTRIBUTES, LINE_BYTES, TRUNCATED
from vedette.record.signals import Error, Log, Metric


def stored(ground: Ground) -> Log:
    """Return the one log record that was written."""
    [line] = lines_in(ground.journal_dir)
    signal, kept = lines.decode("logs", line)
    assert isinstance(signal, Log)
    assert kept == line, "what we write ourselves needs no repair"
    return signal


def test_a_record_says_where_it_comes_from(ground: Ground) -> None:
    ground.record([a_log()])
    log = stored(ground)
    assert (log.service, log.environment, log.release, log.host) == ("shop", "test", "r1", "h")


def test_a_record_that_names_another_service_keeps_it(ground: Ground) -> None:
    ground.record([a_log(service="other")])
    assert (stored(ground).service, stored(ground).release) == ("other", "")


def test_lone_surrogates_are_replaced(ground: Ground) -> None:
    ground.record([a_log(message="a\ud800b", attributes={"k\udfff": "v\udcff"})])
    assert (stored(ground).message, stored(ground).attributes) == ("a?b", {"k?": "v?"})


def test_not_a_number_becomes_the_column_s_default(ground: Ground) -> None:
    for value in (math.nan, math.inf, -math.inf):
        ground.record([a_request(duration_ms=value)])
    ground.drain_all()
    assert ground.ask("SELECT duration_ms FROM requests") == [(0.0,)] * 3
    assert ground.dropped() == {}


def test_attributes_that_are_no_text_are_kept_as_text(ground: Ground) -> None:
    odd: dict[Any, Any] = {"bytes": b"\xff\x00", "list": [1, 2], "none": None, 7: 8}
    ground.record([a_log(attributes=odd)])
    assert ground.ask("SELECT attributes['list'], attributes['7'] FROM logs") == [("[1,2]", "8")]
    ground.drain_all()
    [(kept,)] = ground.ask("SELECT attributes FROM logs")
    assert (kept["list"], kept["7"], kept["none"]) == ("[1, 2]", "8", "None")
    assert isinstance(kept["bytes"], str)


def test_an_attribute_whose_text_raises_costs_itself_only(ground: Ground) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no")

    ground.record([a_log(attributes={"broken": Broken(), "fine": "yes"})])
    assert stored(ground).attributes["fine"] == "yes"
    assert "Broken" in stored(ground).attributes["broken"]


def test_a_cycle_is_no_reason_to_fail(ground: Ground) -> None:
    cycle: dict[str, Any] = {}
    cycle["self"] = cycle
    ground.record([a_log(attributes={"cycle": cycle})])
    assert "cycle" in stored(ground).attributes


def test_a_message_of_twenty_megabytes_is_cut_and_says_so(ground: Ground) -> None:
    ground.record([a_log(message="ü" * (20 << 20))])
    log = stored(ground)
    assert log.message.endswith("…")
    assert log.attributes[TRUNCATED] == "message"
    assert len(lines_in(ground.journal_dir)[0]) <= LINE_BYTES


def test_a_thousand_long_attributes_are_cut_and_say_so(ground: Ground) -> None:
    ground.record([a_log(attributes={f"k{number}": "v" * 10_000 for number in range(1000)})])
    assert len(stored(ground).attributes) <= ATTRIBUTES + 1
    assert "attributes" in stored(ground).attributes[TRUNCATED]


def test_what_cannot_be_encoded_at_all_is_counted(ground: Ground) -> None:
    error = Error(time=NOON, payload={"big": "x" * (2 << 20)})
    assert not ground.recorder.record(error)
    assert not ground.recorder.record(Error(time=NOON, payload={"odd": object()}))
    assert ground.recorder.drops.pending() == {("errors", "unencodable"): 2}


def test_a_line_end_in_a_text_does_not_end_the_line(ground: Ground) -> None:
    text = "one\ntwo\r\nthree\u2028four\x85five"
    ground.record([a_log(message=text)])
    ground.drain_all()
    assert ground.ask("SELECT message FROM logs") == [(text,)]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(message=st.text(), attributes=st.dictionaries(st.text(max_size=20), anything, max_size=8))
def test_whatever_is_logged_is_stored_or_counted(
    ground: Ground, message: str, attributes: dict[str, Any]
) -> None:
    before = len(lines_in(ground.journal_dir))
    lost = sum(ground.recorder.drops.pending().values())
    is_written = ground.recorder.record(a_log(message=message, attributes=attributes))
    assert len(lines_in(ground.journal_dir)) - before == (1 if is_written else 0)
    assert sum(ground.recorder.drops.pending().values()) - lost == (0 if is_written else 1)
    if is_written:
        signal, _ = lines.decode("logs", lines_in(ground.journal_dir)[-1])
        assert isinstance(signal, Log)


@pytest.fixture
def blocked(ground: Ground) -> Path:
    """Put a file where the journal's directory is to be."""
    ground.journal_dir.write_text("")
    return ground.journal_dir


def test_losses_are_reported_exactly_once_when_writing_works_again(ground: Ground, blocked: Path) -> None:
    for number in range(5):
        assert not ground.recorder.record(a_log(number))
    blocked.unlink()
    ground.clock.advance(2)
    for number in range(5):
        ground.clock.advance(2)
        assert ground.recorder.record(a_log(number))
    ground.drain_all()
    assert ground.dropped() == {("logs", "write_failed"): 5}
    assert not ground.recorder.drops


def test_a_loss_report_that_cannot_be_written_is_no_loss_of_its_own(ground: Ground, blocked: Path) -> None:
    ground.recorder.record(a_log())
    for _ in range(3):
        ground.clock.advance(2)
        ground.recorder.flush()
    assert ground.recorder.drops.pending() == {("logs", "write_failed"): 1}


def test_losses_are_written_at_the_end(ground: Ground) -> None:
    ground.recorder.drops.count("requests", "capture_failed", 3)
    ground.recorder.flush()
    ground.drain_all()
    assert ground.dropped() == {("requests", "capture_failed"): 3}
    [metric] = ground.ask("SELECT service, kind, count FROM metrics")
    assert metric == ("shop", "counter", 3)


def test_a_loss_of_another_service_is_told_under_its_name(ground: Ground) -> None:
    ground.recorder.drops.count("errors", "too_large", service="mail")
    ground.recorder.drops.count("errors", "too_large", 2)
    assert ground.recorder.drops.pending() == {("errors", "too_large"): 3}
    ground.recorder.flush()
    ground.drain_all()
    assert ground.ask("SELECT service, sum FROM metrics ORDER BY service") == [("mail", 1.0), ("shop", 2.0)]


def test_a_forked_process_does_not_report_its_parent_s_losses(ground: Ground) -> None:
    ground.recorder.drops.count("logs", "disk_full")
    ground.recorder.journal.after_fork()
    assert ground.recorder.drops.pending() == {}


def test_a_time_is_written_as_utc_with_microseconds(ground: Ground) -> None:
    zone = dt.timezone(dt.timedelta(hours=5, minutes=30))
    at = dt.datetime(2026, 1, 15, 17, 30, 0, 123456, zone)
    ground.record([a_log(time=at), Metric(time=at, name="m")])
    ground.drain_all()
    assert ground.ask("SELECT time FROM logs") == [(at,)]
    assert ground.ask("SELECT time FROM metrics") == [(at,)]
