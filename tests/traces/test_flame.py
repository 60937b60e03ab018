"""Flame graphs, against stacks counted one sample at a time."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from tests.traces.spans import a_profile
from tests.wire import cases
from vedette.record.signals import Profile, Span
from vedette.store.query import TimeRange
from vedette.traces.flame import Flame, Node, Window, blocks, hottest, without_trunk
from vedette.traces.queries import Filters, get_flame, get_trace_flame, list_transactions
from vedette.wire.sentry.decoding import decode_pieces

NAMES = "abCD"
RANGE = TimeRange(NOW - dt.timedelta(hours=1), NOW)
PROFILES = st.lists(
    st.tuples(
        st.lists(st.lists(st.integers(-1, len(NAMES)), max_size=5), max_size=4),
        st.lists(st.integers(-1, 5), max_size=15),
    ),
    max_size=3,
)


def payload_of(stacks: list[list[int]], samples: list[int], **values: object) -> dict[str, Any]:
    """Return the document of a profile."""
    found = a_profile(stacks, samples, names=NAMES, time=NOW, **values).payload  # type: ignore[arg-type]
    assert isinstance(found, dict)
    return found


def paths_of(node: Node, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return the samples of each path of functions: those that passed through, and those that ended there."""
    found = {above: (node.samples, node.own)} if above else {}
    for frame, child in node.children.items():
        found |= paths_of(child, (*above, frame.function))
    return found


def slowly(profiles: list[tuple[list[list[int]], list[int]]]) -> list[tuple[str, ...]]:
    """Return each sample as the functions it was in, the outermost first."""
    found = []
    for stacks, samples in profiles:
        for sample in samples:
            if 0 <= sample < len(stacks):
                names = [NAMES[place] for place in reversed(stacks[sample]) if 0 <= place < len(NAMES)]
                if names:
                    found.append(tuple(names))
    return found


@given(PROFILES)
def test_each_path_has_the_samples_that_passed_through_it(
    profiles: list[tuple[list[list[int]], list[int]]],
) -> None:
    flame = Flame()
    for stacks, samples in profiles:
        flame.add(payload_of(stacks, samples))

    every = slowly(profiles)
    through = Counter(path[:length] for path in every for length in range(1, len(path) + 1))
    ended = Counter(every)
    assert paths_of(flame.root) == {path: (through[path], ended[path]) for path in through}
    assert (flame.samples, flame.profiles) == (len(every), len(profiles))


@given(PROFILES)
def test_a_function_is_counted_once_in_a_sample_however_often_it_is_in_it(
    profiles: list[tuple[list[list[int]], list[int]]],
) -> None:
    flame = Flame()
    for stacks, samples in profiles:
        flame.add(payload_of(stacks, samples))

    every = slowly(profiles)
    own = Counter(path[-1] for path in every)
    through = Counter(name for path in every for name in set(path))
    found = {frame.function: (alone, whole) for frame, alone, whole in hottest(flame.root, limit=100)}
    # Other people's functions, which have capitals here, are named where they took a sample themselves.
    named = [name for name in through if own[name] or name.islower()]
    assert found == {name: (own[name], through[name]) for name in named}


@given(PROFILES)
def test_blocks_lie_within_those_that_called_them(
    profiles: list[tuple[list[list[int]], list[int]]],
) -> None:
    flame = Flame()
    for stacks, samples in profiles:
        flame.add(payload_of(stacks, samples))
    found, hidden = blocks(flame.root, narrowest=0)

    assert hidden == 0
    assert len(found) == len(paths_of(flame.root))
    for block in found:
        assert block.width == pytest.approx(block.samples / flame.samples)
        if block.depth:
            assert any(
                below.depth == block.depth - 1
                and below.left <= block.left + 1e-9
                and below.left + below.width >= block.left + block.width - 1e-9
                for below in found
            )
    for one, other in itertools.pairwise(found):
        if one.depth == other.depth:
            assert other.left >= one.left + one.width - 1e-9


@given(PROFILES)
def test_the_trunk_is_the_library_frames_that_every_sample_begins_with(
    profiles: list[tuple[list[list[int]], list[int]]],
) -> None:
    flame = Flame()
    for stacks, samples in profiles:
        flame.add(payload_of(stacks, samples))
    crown, left_out = without_trunk(flame.root)

    every = slowly(profiles)
    own = {frame.function for frame, _, _ in hottest(flame.root, limit=100) if frame.is_own}
    shared = 0
    while every and all(len(path) > shared + 1 and path[shared] == every[0][shared] for path in every):
        if every[0][shared] in own:
            break
        shared += 1
    assert left_out == shared
    assert crown.samples == flame.samples
    assert sorted(node.samples for node in crown.children.values()) == sorted(
        Counter(path[shared] for path in every).values()
    )


def test_what_is_too_narrow_is_counted_and_not_drawn() -> None:
    flame = Flame()
    flame.add(payload_of([[0], [2, 1]], [0] * 99 + [1]))

    found, hidden = blocks(flame.root, narrowest=0.02)

    assert [block.frame.function for block in found] == ["a"]
    assert hidden == 2


def test_a_folded_profile_draws_what_it_did_before() -> None:
    whole, folded = Flame(), Flame()
    document = payload_of([[0], [2, 1]], [0, 1, 1, 0, 1])
    whole.add(document)
    rest = {key: value for key, value in document["profile"].items() if key != "samples"}
    counted = [
        {"thread_id": "1", "stack_id": 0, "samples": 2},
        {"thread_id": "1", "stack_id": 1, "samples": 3},
    ]
    folded.add({"profile": {**rest, "folded": counted}})

    assert paths_of(whole.root) == paths_of(folded.root)
    assert whole.interval_ms == pytest.approx(10.0)
    assert folded.interval_ms is None


def test_a_count_that_no_profile_has_is_left_out() -> None:
    document = payload_of([[0]], [])
    document["profile"]["folded"] = [
        {"stack_id": 0, "samples": count} for count in (3, -1, 10**400, "4", None)
    ]
    flame = Flame()
    flame.add(document)

    assert flame.samples == 3


def test_only_the_thread_that_is_asked_for_counts_where_it_is_there() -> None:
    document = payload_of([[0], [1]], [0, 0])
    document["profile"]["samples"].append({"stack_id": 1, "thread_id": 2, "elapsed_since_start_ns": 5})
    counts = {}
    for thread in ("1", "2", "9", ""):
        flame = Flame()
        flame.add(document, Window(thread))
        counts[thread] = flame.samples

    assert counts == {"1": 2, "2": 1, "9": 3, "": 3}


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"profile": None},
        {"profile": {"samples": "x", "stacks": {}, "frames": [1]}},
        {"profile": {"folded": [{}]}},
    ],
)
def test_a_payload_of_another_shape_has_no_samples(payload: dict[str, Any]) -> None:
    flame = Flame()
    flame.add(payload)

    assert flame.samples == 0
    assert blocks(flame.root) == ([], 0)


def _transactions(kept: Kept) -> None:
    kept.record(
        a_profile(
            [[0], [1, 0]],
            [number % 2] * 10,
            time=NOW - dt.timedelta(minutes=number + 1),
            service="todo",
            environment="production" if number < 4 else "staging",
            trace_id=f"{number:032x}",
            attributes={"transaction": "GET /tasks/" if number else "POST /tasks/", "thread.id": "1"},
        )
        for number in range(6)
    )


def test_the_newest_profiles_of_a_transaction_are_one_graph(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    _transactions(kept)

    found = get_flame(kept.store, range=RANGE, service="todo", transaction="GET /tasks/", limit=3)

    assert (found.profile_count, found.flame.profiles, found.flame.samples) == (5, 3, 30)
    assert paths_of(found.flame.root) == {("a",): (30, 10), ("a", "b"): (20, 20)}


def test_transactions_are_listed_with_how_many_profiles_they_have(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    _transactions(kept)

    found = list_transactions(kept.store, range=RANGE)
    staged = list_transactions(kept.store, range=RANGE, filters=Filters(environment="staging"))

    counts = [(each.service, each.name, each.profiles) for each in found.transactions]
    assert counts == [("todo", "GET /tasks/", 5), ("todo", "POST /tasks/", 1)]
    assert found.transaction_count == 2
    assert [(each.name, each.profiles) for each in staged.transactions] == [("GET /tasks/", 2)]


def test_a_trace_has_the_graph_of_its_own_profile(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    _transactions(kept)

    found = get_trace_flame(kept.store, trace_id=f"{3:032x}", range=RANGE)

    assert found is not None
    assert (found.profile_count, found.flame.samples) == (1, 10)
    assert get_trace_flame(kept.store, trace_id="f" * 32, range=RANGE) is None


def test_of_a_continuous_profile_a_trace_has_the_samples_taken_while_it_ran(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    start = NOW - dt.timedelta(minutes=5)
    chunk = a_profile([[0], [1]], [0] * 10, time=start, attributes={"profiler_id": "p"})
    assert isinstance(chunk.payload, dict)
    for number, sample in enumerate(chunk.payload["profile"]["samples"]):
        del sample["elapsed_since_start_ns"]
        sample["timestamp"] = start.timestamp() + number
    span = Span(
        time=start + dt.timedelta(seconds=2, milliseconds=500),
        trace_id="a" * 32,
        span_id="b" * 16,
        duration_ms=4000.0,
        attributes={"profiler_id": "p", "thread.id": "1"},
    )
    kept.record([chunk, span])

    found = get_trace_flame(kept.store, trace_id="a" * 32, range=RANGE)

    assert found is not None
    # Those of the seconds 3, 4, 5 and 6.
    assert found.flame.samples == 4
    assert found.flame.interval_ms == pytest.approx(1000.0)


def test_a_payload_that_is_no_document_is_counted(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    _transactions(kept)
    lines = sorted((tmp_path / "journal").glob("profiles.*"))[0]
    at = (NOW - dt.timedelta(minutes=1)).isoformat()
    with lines.open("a") as file:
        for payload in ("[1]", '{"x": "\\ud800"}', "[" * 3000 + "]" * 3000):
            file.write(f'{{"time": "{at}", "service": "todo", "payload": {payload}}}\n')

    found = get_flame(kept.store, range=RANGE, service="todo", transaction="")

    assert (found.profile_count, found.unreadable, found.flame.samples) == (2, 2, 0)


@cases.needs_cases
@pytest.mark.parametrize("name", ["profile-transaction-01.bin", "profile-chunk-01.bin"])
def test_what_the_sdk_sends_is_drawn(name: str) -> None:
    (case,) = (each for each in cases.envelopes() if each.name == name)
    decoded = decode_pieces([case.body], arrival=cases.arrival()).signals
    (profile,) = (each for each in decoded if isinstance(each, Profile))
    document = cases.payload_of(profile)
    flame = Flame()
    flame.add(document)

    assert flame.samples == len(document["profile"]["samples"]) > 10
    # A hundred a second are meant; a machine that was busy took fewer.
    assert flame.interval_ms is not None
    assert 9 < flame.interval_ms < 30
    assert any(frame.is_own for frame, _, _ in hottest(flame.root, limit=1000))
