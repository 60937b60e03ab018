"""The order of releases."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.releases.order import Order, parse

_WORDS = st.from_regex(r"[0-9A-Za-z-]{1,4}(\.[0-9A-Za-z-]{1,4}){0,2}", fullmatch=True)
_SEMANTIC = st.builds(
    lambda package, numbers, before, build: (
        package
        + ".".join(map(str, numbers))
        + (f"-{before}" if before else "")
        + (f"+{build}" if build else "")
    ),
    st.sampled_from(["", "v", "shop@", "shop@v"]),
    st.lists(st.integers(0, 12), min_size=2, max_size=4),
    st.one_of(st.just(""), _WORDS),
    st.one_of(st.just(""), _WORDS),
)
_VERSIONS = st.one_of(
    _SEMANTIC, st.text(min_size=1, max_size=8), st.from_regex(r"[0-9a-f]{7}", fullmatch=True)
)
_DATES = st.dictionaries(_VERSIONS, st.integers(0, 5), min_size=1, max_size=12)


@given(_DATES, st.lists(_VERSIONS, max_size=2))
def test_it_is_a_total_order(dates: dict[str, int], unknown: list[str]) -> None:
    order = Order(dates)
    versions = list(dict.fromkeys([*dates, *unknown]))

    for one, other in itertools.permutations(versions, 2):
        assert order.is_newer(one, other) != order.is_newer(other, one)
    for one, other, third in itertools.permutations(versions[:7], 3):
        if order.is_newer(one, other) and order.is_newer(other, third):
            assert order.is_newer(one, third)


@given(_DATES)
def test_sorting_agrees_with_comparing(dates: dict[str, int]) -> None:
    order = Order(dates)
    ordered = order.sorted(dates)

    assert sorted(ordered) == sorted(dates)
    assert all(order.is_newer(later, earlier) for earlier, later in itertools.pairwise(ordered))


def test_semantic_versions_are_ordered_as_their_specification_says() -> None:
    # https://semver.org, section 11; the build, which it leaves open, is later than none.
    versions = [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0", "1.0.0+2", "1.0.0+10", "1.0.1", "1.2", "1.10.0", "2.0.0", "10.0.0",
    ]  # fmt: skip

    assert Order(dict.fromkeys(reversed(versions), 0)).sorted(versions[::-1]) == versions


@pytest.mark.parametrize(
    "text",
    ["shop@1.2.3", "v1.2", "1.2.3.4", "2026.11.25", "shop-web@1.2.3-rc.1+build.5"],
)
def test_what_is_a_version(text: str) -> None:
    assert parse(text) is not None


@pytest.mark.parametrize("text", ["", "3f2a1bc", "1234567", "main", "1.2.3.4.5", "1..2", "release 1.2"])
def test_what_is_none(text: str) -> None:
    assert parse(text) is None


def test_hashes_are_ordered_by_when_they_came() -> None:
    order = Order({"fff": 1, "aaa": 2, "1.0": 3})

    assert order.sorted(order.dates) == ["fff", "aaa", "1.0"]
    assert not order.is_semantic


def test_where_versions_are_semantic_a_late_patch_of_an_old_one_is_still_the_older() -> None:
    order = Order({"1.9.0": 1, "2.0.0": 2, "1.9.1": 3, "hotfix": 4})

    assert order.sorted(order.dates) == ["hotfix", "1.9.0", "1.9.1", "2.0.0"]


def test_one_that_is_not_known_came_before_all_others() -> None:
    order = Order({"aaa": 0, "bbb": 1})

    assert not order.is_newer("ccc", than="aaa")
    assert not order.is_newer("aaa", than="aaa")
