"""Secrets are taken out by the names of their keys."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.pipeline.scrub import FILTERED, MOST_ITEMS, is_secret, scrubbed


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "Password1",
        "user_passwd",
        "API-Key",
        "x.api.key",
        "access_token",
        "Authorization",
        "Set-Cookie",
        "session_id",
        "csrfmiddlewaretoken",
        "client_secret",
        "auth",
        "PIN",
        "private key",
    ],
)
def test_a_key_that_names_a_secret_is_seen(key: str) -> None:
    assert is_secret(key)
    assert scrubbed("hunter2", key=key) == FILTERED


@pytest.mark.parametrize(
    "key", ["", "author", "spinning", "passenger", "keyboard", "compass", "sessions_open", "user"]
)
def test_a_key_that_names_none_is_left(key: str) -> None:
    assert scrubbed("plain", key=key) == "plain"


def test_secrets_are_found_at_any_depth() -> None:
    value = {"a": [{"b": ({"token": "t", "c": 1},)}]}
    assert scrubbed(value) == {"a": [{"b": [{"token": FILTERED, "c": 1}]}]}


def test_the_value_itself_is_not_changed() -> None:
    value = {"token": "t"}
    scrubbed(value)
    assert value == {"token": "t"}


def test_a_cycle_comes_to_an_end() -> None:
    cycle: dict[str, Any] = {}
    cycle["again"] = cycle
    assert b"again" in msgspec.json.encode(scrubbed(cycle))


def test_a_long_container_is_cut() -> None:
    found = scrubbed(list(range(10_000)))
    assert isinstance(found, list)
    assert len(found) == MOST_ITEMS


def test_a_container_that_raises_is_named() -> None:
    class Broken(dict[str, int]):
        def __iter__(self) -> Any:
            raise RuntimeError

    assert scrubbed(Broken(a=1)) == "<Broken: RuntimeError>"


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.binary() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON, st.text())
def test_no_secret_is_left_in_any_value(value: object, secret: str) -> None:
    found = scrubbed({"value": value, "deep": [{"password": secret, "value": value}]})
    assert isinstance(found, dict)
    assert found["deep"][0]["password"] == FILTERED
