"""Frames that were seen before are scrubbed as if they were seen for the first time."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.cases import Case, arrival, envelopes, needs_cases
from vedette.wire.sentry import remembered, scrubbing
from vedette.wire.sentry.decoding import decode_pieces
from vedette.wire.sentry.remembered import Remembered
from vedette.wire.sentry.scrubbing import scrub_event

SECRET = "hunter2hunter2"
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.sampled_from(
        ["", "a", SECRET, f"password={SECRET}", "bo@example.com", "1", "1.0", "4111111111111111", "\ud800"]
    )
    | st.sampled_from([0, 1, 1.0, -0.0, 0.0]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "password", "1", "email"]), inner, max_size=3)
    ),
    max_leaves=6,
)
FRAMES = st.fixed_dictionaries(
    {},
    optional={
        "vars": VALUES,
        "filename": st.sampled_from(["a.py", f"a.js?token={SECRET}", "b@c.js"]),
        "context_line": VALUES,
        "pre_context": VALUES,
        "lineno": st.sampled_from([1, 1.0, "1", True]),
    },
)


def event(*frames: Any) -> dict[str, Any]:
    """Return an event with *frames*."""
    return {"exception": {"values": [{"type": "E", "stacktrace": {"frames": list(frames)}}]}}


@given(frames=st.lists(FRAMES | VALUES, max_size=4), keep_pii=st.booleans())
def test_what_is_remembered_is_what_would_be_worked_out(frames: list[Any], keep_pii: bool) -> None:
    before = copy.deepcopy(frames)
    again = scrub_event(event(*frames), send_pii=keep_pii)
    scrubbing.forget()
    first = scrub_event(event(*frames), send_pii=keep_pii)
    assert repr(again) == repr(first)
    assert repr(frames) == repr(before)


def test_who_keeps_people_and_who_does_not_share_no_memory() -> None:
    frame = {"vars": {"owner": "bo@example.com", "password": SECRET}}
    for keep_pii, owner in ((True, "bo@example.com"), (False, "[Filtered]"), (True, "bo@example.com")):
        clean = scrub_event(event(frame), send_pii=keep_pii)
        (kept,) = clean["exception"]["values"][0]["stacktrace"]["frames"]
        assert kept["vars"] == {"owner": owner, "password": "[Filtered]"}


@needs_cases
@pytest.mark.parametrize("case", envelopes(), ids=lambda case: case.name)
def test_a_real_envelope_is_decoded_alike_each_time(case: Case) -> None:
    scrubbing.forget()
    first, again = (decode_pieces([case.body], arrival=arrival()).signals for _ in range(2))
    assert again == first


def test_each_frame_is_worked_out_once() -> None:
    worked_out = []

    def work_out(frame: Any) -> Any:
        worked_out.append(frame)
        return frame if frame["n"] % 2 else {**frame, "is_clean": True}

    memory = Remembered(work_out)
    frames = [{"n": 1}, {"n": 2}, {"n": 1}]
    for _ in range(3):
        assert memory(frames) == [{"n": 1}, {"n": 2, "is_clean": True}, {"n": 1}]
    assert worked_out == [{"n": 1}, {"n": 2}]


def test_the_memory_is_bounded_and_keeps_what_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_BYTES", 10_000)
    worked_out = []

    def work_out(frame: Any) -> Any:
        worked_out.append(frame["n"])
        return frame

    memory = Remembered(work_out)
    for number in range(10_000):
        memory([{"n": -1, "text": "x" * 100}, {"n": number, "text": "x" * 100}])
        assert memory.size <= 2 * 10_000 + 500
    assert worked_out.count(-1) == 1


def test_a_frame_that_is_very_long_is_not_kept() -> None:
    memory = Remembered(lambda frame: frame)
    memory([{"text": "x" * (remembered.LONGEST_BYTES + 1)}])
    assert not memory.size
