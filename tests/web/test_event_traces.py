"""Stack traces: which frames are open, which are folded, and how exceptions hang together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.events import frame, raised, rendered, thrown, words
from vedette.web.event.frames import Trace, trace_of
from vedette.web.event.view import view_of


def _trace(*frames: dict[str, object], is_newest_first: bool = True) -> Trace:
    trace = view_of(raised(thrown("E", "v", *frames)), is_newest_first=is_newest_first).exceptions[0].trace
    assert trace is not None
    return trace


def _shape(trace: Trace) -> list[str]:
    return [run.label or run.frames[0].function for run in trace.runs]


def test_frames_of_libraries_are_folded_between_those_of_the_site() -> None:
    frames = [
        frame("inner", own=False),
        frame("get_response", own=False),
        frame("checkout"),
        frame("wrapper", own=False, filename="/v/lib/python3.12/site-packages/celery/task.py", module="celery.task"),
        frame("price"),
    ]  # fmt: skip

    assert _shape(_trace(*frames)) == ["price", "wrapper", "checkout", "2 frames of django"]
    assert _shape(_trace(*frames, is_newest_first=False)) == [
        "2 frames of django",
        "checkout",
        "wrapper",
        "price",
    ]


def test_the_raising_frame_is_open_even_in_a_library() -> None:
    trace = _trace(frame("view"), frame("a", own=False), frame("b", own=False), frame("raise_it", own=False))

    assert _shape(trace) == ["raise_it", "2 frames of django", "view"]
    raising, folded, view = (run.frames[0] for run in trace.runs)
    assert (raising.is_open, raising.is_innermost, folded.is_open, view.is_open) == (True, True, False, True)


def test_the_innermost_frames_of_the_site_are_open() -> None:
    trace = _trace(*(frame(f"f{number}", number) for number in range(9)))

    assert [run.frames[0].is_open for run in trace.runs] == [True] * 5 + [False] * 4


def test_a_function_that_calls_itself_is_one_frame() -> None:
    trace = _trace(frame("start", 1), *[frame("again", 7)] * 40, frame("end", 9))

    assert [(run.frames[0].function, run.frames[0].times) for run in trace.runs] == [
        ("end", 1),
        ("again", 40),
        ("start", 1),
    ]
    assert trace.frames == 42


def test_frames_that_were_left_out_are_said_to_be() -> None:
    frames = [frame(f"f{number}", number) for number in range(1000)]
    trace = view_of(raised(thrown("RecursionError", "", *frames))).exceptions[0].trace
    assert trace is not None
    gap = next(place for place, run in enumerate(trace.runs) if not run.frames)

    assert trace.runs[gap].label == "750 frames were left out of this event"
    before, after = trace.runs[gap - 1].frames[0].function, trace.runs[gap + 1].frames[0].function
    assert (before, after) == ("f875", "f124")
    assert trace.frames == 1000


@pytest.mark.parametrize("span", [[1, 4], [2, 2], [3, 1], [9, 12], [1], "1,4", [None, 4], {"a": 1}])
def test_a_span_of_left_out_frames_that_is_none_is_not_shown(span: object) -> None:
    stacktrace = {"frames": [frame("f", 1), frame("g", 2)], "frames_omitted": span}
    trace = trace_of(stacktrace, platform="python", is_newest_first=False)
    assert trace is not None

    shown = [run.label or run.frames[0].function for run in trace.runs]
    gap = ["3 frames were left out of this event"] if span == [1, 4] else []
    assert shown == ["f", *gap, "g"]


def test_native_code_without_symbols_is_known_by_its_address() -> None:
    native: dict[str, object] = {"instruction_addr": "0x7f1a2b3c", "package": "/usr/lib/libc.so.6"}
    call = _trace(native).runs[0].frames[0]

    assert (call.function, call.place) == ("0x7f1a2b3c", "/usr/lib/libc.so.6")


def test_of_a_long_chain_the_ends_are_open() -> None:
    chain = [thrown(f"Error{number}", "", frame("f")) for number in range(20)]
    short, long = (view_of(raised(*chain[:number])).exceptions for number in (4, 20))

    assert all(each.is_open for each in short)
    assert [each.type for each in long if each.is_open] == ["Error19", "Error18", "Error0"]
    assert all(each.is_open for each in view_of(raised(*[thrown("E") for _ in chain])).exceptions)


def test_the_raising_line_is_lit_and_lines_are_numbered() -> None:
    call = _trace(frame("price", 10)).runs[0].frames[0]

    assert [(line.number, line.is_raising) for line in call.source] == [
        (8, False),
        (9, False),
        (10, True),
        (11, False),
    ]
    assert call.place == "shop/views.py:10"


def test_numbers_are_written_as_they_are_whatever_the_site_separates_them_with(settings: Any) -> None:
    settings.USE_THOUSAND_SEPARATOR = True

    assert 'data-line="12345"' in rendered(view_of(raised(thrown("E", "v", frame("price", 12345)))))


def test_variables_are_at_hand_as_the_language_writes_them() -> None:
    values = {"cart": {"country": "'fi'", "prices": ["1", "2"]}, "rate": None, "n": "<Order: 17>"}
    view = view_of(raised(thrown("E", "v", frame("price", vars=values))))

    shown = words(rendered(view))
    assert "3 variables cart {country: 'fi', prices: [1, 2]} rate null n <Order: 17>" in shown


def test_a_frame_without_anything_to_show_is_a_line() -> None:
    view = view_of(raised(thrown("E", "v", {"function": "?", "lineno": 3})))

    assert '<div class="call is-bare' in rendered(view)
    assert "? in unknown file:3" in words(rendered(view))


def test_a_chain_says_what_led_to_what() -> None:
    view = view_of(raised(thrown("KeyError", "'fi'"), thrown("ValueError", "cannot price")))

    assert [(each.type, each.relation, each.depth) for each in view.exceptions] == [
        ("ValueError", "", 0),
        ("KeyError", "led to ValueError", 1),
    ]


def test_a_chain_with_ids_says_how() -> None:
    chain = (
        thrown("OSError", "", exception_id=2, parent_id=1, source="__context__"),
        thrown("KeyError", "", exception_id=1, parent_id=0, source="__cause__"),
        thrown("ValueError", "", exception_id=0),
    )
    newest = view_of(raised(*chain)).exceptions
    oldest = view_of(raised(*chain), is_newest_first=False).exceptions

    assert [each.relation for each in newest] == [
        "",
        "cause of ValueError",
        "was being handled when KeyError was raised",
    ]
    assert [each.type for each in oldest] == ["OSError", "KeyError", "ValueError"]


def test_a_group_is_a_tree() -> None:
    group = (
        thrown("TypeError", "t", exception_id=3, parent_id=1),
        thrown("OSError", "o", exception_id=2, parent_id=0, source="exceptions[1]"),
        thrown("ExceptionGroup", "nested", exception_id=1, parent_id=0, is_exception_group=True),
        thrown("ExceptionGroup", "many", exception_id=0, is_exception_group=True),
    )
    found = view_of(raised(*group)).exceptions

    assert [(each.value.whole, each.depth, each.relation) for each in found] == [
        ("many", 0, ""),
        ("nested", 1, "in the group ExceptionGroup"),
        ("t", 2, "in the group ExceptionGroup"),
        ("o", 1, "in the group ExceptionGroup"),
    ]


def test_ids_that_make_no_tree_leave_a_chain() -> None:
    for ids in ([(1, 2), (2, 1), (0, None)], [(0, None), (0, None), (0, None)], [(1, 1), (2, 0), (0, None)]):
        found = view_of(
            raised(*(thrown("E", str(place), exception_id=id, parent_id=parent) for place, (id, parent) in enumerate(ids)))
        ).exceptions  # fmt: skip
        assert [each.value.whole for each in found] == ["2", "1", "0"]
