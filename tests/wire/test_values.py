"""Values that were written in several ways come out one way."""

from __future__ import annotations

import pytest

from vedette.wire.values import (
    hex_id,
    integer_of,
    list_of,
    number_of,
    pairs_of,
    short,
    span_id_of,
    text_of,
    trace_id_of,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (1.5, "1.5"),
        ([1, "a"], '[1,"a"]'),
        ({"a": None}, '{"a":null}'),
    ],
)
def test_a_value_has_a_text(value: object, text: str) -> None:
    assert text_of(value) == text


def test_long_text_is_cut() -> None:
    assert short("abcdef", 4) == "abc…"
    assert short([1, 2, 3], 20) == "[1,2,3]"


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ({"values": [1, None, 2]}, [1, 2]),
        ([1, None], [1]),
        ({"type": "E"}, [{"type": "E"}]),
        ({"values": None}, []),
        ({}, []),
        (None, []),
        ("x", []),
    ],
)
def test_a_list_may_be_wrapped_or_be_one_item(value: object, items: list[object]) -> None:
    assert list_of(value) == items


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        ({"a": 1}, {"a": 1}),
        ([["a", 1], ["b", 2]], {"a": 1, "b": 2}),
        ([{"key": "a", "value": 1}, {"x": 1}], {"a": 1}),
        ([["a"], "b", None], {}),
        (None, {}),
    ],
)
def test_pairs_may_be_lists(value: object, pairs: dict[str, object]) -> None:
    assert pairs_of(value) == pairs


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        ("2.5", 2.5),
        ("NaN", None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ("x", None),
        (10**400, None),
    ],
)
def test_a_number_is_finite_or_none(value: object, number: float | None) -> None:
    assert number_of(value) == number


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), ("-7", -7), (2.0, 2), (2.5, None), (True, None), ("x", None), ("9" * 50, None), (None, None)],
)
def test_a_whole_number_may_be_text(value: object, number: int | None) -> None:
    assert integer_of(value) == number


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("5B8EFFF798038103D269B633813FC60C", "5b8efff798038103d269b633813fc60c"),
        ("5b8efff7-9803-8103-d269-b633813fc60c", "5b8efff798038103d269b633813fc60c"),
        ("0" * 32, ""),
        ("x" * 32, ""),
        ("٣" * 32, ""),
        ("ab", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_an_id_is_hex_of_its_length_or_nothing(value: object, found: str) -> None:
    assert trace_id_of(value) == found


def test_a_span_id_is_half_as_long() -> None:
    assert span_id_of("EEE19B7EC3C1B174") == "eee19b7ec3c1b174"
    assert hex_id("5ec2c82c95d14fffff123f11ffc14a32", 16) == ""
