"""An event that is read only in part, and a trace that is remembered, are grouped as ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.issues.grouping.events import error, library, own, raised
from tests.wire.cases import arrival, events, needs_cases, payload_of
from vedette.issues.grouping import traces
from vedette.issues.grouping.algorithm import group
from vedette.issues.grouping.places import places_of
from vedette.issues.grouping.reading import read_event
from vedette.issues.grouping.rule_text import parse
from vedette.issues.grouping.traces import traced
from vedette.record.signals import Error
from vedette.wire.sentry.decoding import decode_event

RULES = parse(
    """
    tags.plan:team logger:* level:fatal -> {{ transaction }}, {{ release }}, {{ environment }}
    path:**/nowhere/** package:x function:y module:z app:yes -> a
    sdk:sentry.python family:native release:9* message:*x* -> b
    """
)


@needs_cases
@pytest.mark.parametrize("path", events(), ids=lambda path: path.name)
def test_an_event_read_in_part_is_grouped_as_the_whole(path: Path) -> None:
    for signal in decode_event(path.read_bytes(), arrival=arrival()).signals:
        if isinstance(signal, Error):
            whole = payload_of(signal)
            for rules in ((), RULES):
                assert group(read_event(msgspec.json.encode(whole)), rules=rules) == group(whole, rules=rules)


@needs_cases
@pytest.mark.parametrize("path", events(), ids=lambda path: path.name)
def test_an_event_as_it_was_sent_is_read_in_part_as_well(path: Path) -> None:
    sent = path.read_bytes()
    assert group(read_event(sent)) == group(msgspec.json.decode(sent))


@pytest.mark.parametrize(
    "event",
    [
        raised(error("E", "no", own("a", "b", "c()", vars={"x": 1}, pre_context=["y"]), library("d"))),
        {"exception": [error("E", "no", own("a"))]},
        {"exception": {"values": [error("E", "no"), None]}},
        {"exception": {"values": [error("E", "no", own("a"), "not a frame")]}},  # type: ignore[arg-type]
        {"exception": error("E", "no", own("a")), "threads": [{"crashed": True}]},
        {"message": "hello 7", "fingerprint": ["{{ default }}", "{{ tags.a }}"], "tags": [["a", "b"]]},
        {"stacktrace": [own("a")]},
        {},
    ],
)
def test_shapes_of_older_events_are_read_too(event: dict[str, Any]) -> None:
    assert group(read_event(msgspec.json.encode(event))) == group(event)


def test_what_is_no_event_is_read_as_an_empty_one() -> None:
    assert group(read_event(b"[1]")) == group({})


def test_a_trace_that_is_known_is_told_as_it_would_be_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_known", {})
    frames = [library("django", "get"), own("shop.views", "pay", "pay()"), library("requests", "post")]
    first = traced(frames, platform="python")
    assert traced([dict(frame) for frame in frames], platform="python") is first
    assert first.places == tuple(places_of(frames, platform="python"))
    assert first.main == 1
    assert traced(frames, platform="javascript") is not first
    assert traced([*frames, own("other")], platform="python").main == 3


def test_few_traces_are_remembered_and_no_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[bytes, Any] = {}
    monkeypatch.setattr(traces, "_known", known)
    monkeypatch.setattr(traces, "MOST", 3)
    for number in range(10):
        traced([own(f"m{number}")], platform="python")
    assert 1 <= len(known) <= 3
    before = len(known)
    long = traced([own("m", "f", "x" * traces.LONGEST_BYTES)], platform="python")
    assert len(known) == before
    assert long.places[0].where == "m"


def test_what_is_no_json_is_told_all_the_same() -> None:
    assert traced([own("m", data=object())], platform="python").places[0].where == "m"
