"""What belongs together is grouped together, and nothing else; for any event there is an answer."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.issues.grouping.events import Event, error, library, own, raised
from vedette.issues.grouping.algorithm import group
from vedette.issues.grouping.rule_text import parse
from vedette.issues.grouping.versions import GROUPING_VERSION, VERSIONS, UnknownVersion
from vedette.wire.sentry.event import normalised

RULES = parse(
    "type:* value:* message:* module:* path:** app:yes family:all level:e* tags.a:* -> {{ default }}, {{ path }}\n"
    '!type:x !function:y !release:z !sdk:q -> {{ tags.a }} {{ message }} {{ module }} title="{{ error.type }}"'
)
NAMES = st.sampled_from(
    ["shop.views", "shop.cart", "checkout", "total", "a.py", "/srv/a.py", "https://x/a.js", "?", ""]
)


def hashes(event: Event) -> tuple[str, ...]:
    """Return the hashes of *event*."""
    return group(event).hashes


def order(number: int, function: str = "checkout") -> Event:
    """Return an event in which order *number* could not be paid in *function*."""
    return raised(
        error("ValueError", f"cannot price order {number}", own("shop.views", function, "raise ValueError"))
    )


def test_the_same_message_from_different_places_is_not_one_issue() -> None:
    assert not set(hashes(order(17, "checkout"))) & set(hashes(order(17, "refund")))


def test_ids_in_messages_do_not_make_an_issue_of_each_event() -> None:
    assert hashes(order(17)) == hashes(order(18))
    for first, second in (
        ("cannot price order 17", "cannot price order 18"),
        ("no user bo@example.com", "no user mo@example.com"),
        ("10.0.0.1 timed out after 1.5s", "10.0.0.2 timed out after 12s"),
        (f"lost {'ab12' * 8}", f"lost {'cd34' * 8}"),
    ):
        assert hashes(raised(error("ValueError", first))) == hashes(raised(error("ValueError", second)))
        assert hashes({"message": first}) == hashes({"message": second})


def test_what_is_said_in_words_tells_events_apart() -> None:
    assert hashes({"message": "card declined"}) != hashes({"message": "card expired"})
    assert hashes(raised(error("ValueError", "no"))) != hashes(raised(error("TypeError", "no")))


def test_a_release_that_moves_lines_keeps_the_issue() -> None:
    first = raised(error("E", "", own("shop", "pay", "x()", lineno=17, abs_path="/srv/1/shop.py")))
    second = raised(error("E", "", own("shop", "pay", "    x()", lineno=99, abs_path="/srv/2/shop.py")))

    assert hashes(first) == hashes(second)


def test_a_new_version_of_a_library_keeps_the_issue() -> None:
    first = raised(error("E", "", own("shop", "pay"), library("requests.api", "get")))
    second = raised(
        error("E", "", own("shop", "pay"), library("requests.core", "send"), library("ssl", "read"))
    )

    assert hashes(first)[0] == hashes(second)[0]


def test_browsers_that_name_the_same_function_differently_are_one_issue() -> None:
    chrome, firefox = (
        raised(
            error(
                "TypeError",
                value,
                {"abs_path": "https://shop.example/a.js", "function": name, "in_app": True},
            ),
            platform="javascript",
        )
        for name, value in (("Object.total", "x is null"), ("total", "null has no properties"))
    )

    assert hashes(chrome) == hashes(firefox)


def test_an_event_has_the_same_hashes_before_and_after_it_was_normalised() -> None:
    event = order(17)
    as_list = {**event, "exception": event["exception"]["values"]}

    assert hashes(normalised(copy.deepcopy(as_list))) == hashes(as_list) == hashes(event)


def test_each_version_can_be_computed() -> None:
    found = {name: group(order(17), version=name) for name in VERSIONS}

    assert list(VERSIONS)[-1] == GROUPING_VERSION == group(order(17)).version
    assert len({grouping.hashes for grouping in found.values()}) == len(VERSIONS)
    assert {grouping.version for grouping in found.values()} == set(VERSIONS)


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(
        UnknownVersion, match="no version '1999' of grouping; there are 2023-01-11, 2026-01-20"
    ):
        group({}, version="1999")


FRAMES = st.fixed_dictionaries(
    {"module": NAMES, "function": NAMES, "lineno": st.integers(1, 99)},
    optional={"context_line": NAMES, "filename": NAMES, "abs_path": NAMES, "in_app": st.booleans()},
)
PLATFORMS = st.sampled_from(
    ["python", "javascript", "node", "ruby", "php", "java", "go", "native", "csharp", "other"]
)


@given(st.lists(FRAMES, min_size=1, max_size=8), PLATFORMS, st.integers(1, 1000), st.integers(0, 9999))
def test_line_numbers_and_ids_do_not_matter(
    frames: list[Event], platform: str, moved: int, number: int
) -> None:
    later = [{**frame, "lineno": frame["lineno"] + moved} for frame in frames]
    first = raised(error("E", f"order {number} failed", *frames), platform=platform, event_id="a")
    second = raised(error("E", f"order {number + moved} failed", *later), platform=platform, event_id="b")

    assert hashes(first) == hashes(second)


@given(
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5),
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5),
)
def test_different_places_are_different_issues(here: list[str], there: list[str]) -> None:
    first, second = (
        raised(error("E", "same", *(own("shop", name, lineno=at) for at, name in enumerate(path))))
        for path in (here, there)
    )

    assert (hashes(first) == hashes(second)) is (here == there)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
FRAME_KEYS = (
    "module",
    "function",
    "filename",
    "abs_path",
    "context_line",
    "lineno",
    "in_app",
    "platform",
    "data",
    "package",
)
THROWN_KEYS = ("type", "value", "mechanism", "stacktrace", "module")
EVENT_KEYS = (
    *(
        "exception",
        "threads",
        "stacktrace",
        "template",
        "csp",
        "hpkp",
        "nel",
        "logentry",
        "message",
        "fingerprint",
    ),
    *(
        "platform",
        "tags",
        "level",
        "logger",
        "release",
        "sdk",
        "culprit",
        "transaction",
        "checksum",
        "main_exception_id",
    ),
)


def some(keys: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw mappings that have some of *keys*."""
    return st.dictionaries(st.sampled_from(keys), values, max_size=len(keys))


ANY_FRAMES = st.lists(some(FRAME_KEYS, NAMES | JSON) | JSON, max_size=4)
ANY_TRACE = st.fixed_dictionaries({"frames": ANY_FRAMES | JSON}) | JSON
ANY_MECHANISM = some(
    ("exception_id", "parent_id", "is_exception_group", "synthetic", "meta"), st.integers(0, 3) | JSON
)
ANY_THROWN = st.fixed_dictionaries(
    {},
    optional={
        "type": NAMES | JSON,
        "value": NAMES | JSON,
        "stacktrace": ANY_TRACE,
        "mechanism": ANY_MECHANISM | JSON,
    },
)
ANY_EXCEPTION = st.fixed_dictionaries({"values": st.lists(ANY_THROWN | JSON, max_size=4)}) | ANY_THROWN | JSON
ANY_EVENT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(EVENT_KEYS, JSON),
        "exception": ANY_EXCEPTION,
        "stacktrace": ANY_TRACE,
        "threads": st.lists(some(("stacktrace", "crashed", "current"), ANY_TRACE), max_size=3) | JSON,
        "platform": PLATFORMS | JSON,
        "csp": some(("effective_directive", "violated_directive", "blocked_uri"), NAMES | JSON) | JSON,
    },
)


@given(ANY_EVENT)
def test_any_event_has_an_issue(event: Event) -> None:
    before = copy.deepcopy(event)
    for rules in ((), RULES):
        found = group(event, rules=rules)
        assert found.hashes
        assert found.title
        assert found.explanation.sentence.endswith(".")
        assert all(reason.details is not None for reason in found.explanation.reasons)
        assert found == group(event, rules=rules) or "nan" in repr(event)
    assert repr(event) == repr(before)
