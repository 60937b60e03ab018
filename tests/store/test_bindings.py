"""Values bound to a statement."""

from __future__ import annotations

from vedette.store.bindings import Bindings
from vedette.store.engines.embedded.dialect import DuckDBDialect


def test_equal_values_share_a_name_and_others_are_numbered() -> None:
    bindings = Bindings(DuckDBDialect())

    assert [bindings.bind("word", value) for value in ("a", "b", "a", "c")] == [
        "$word",
        "$word_2",
        "$word",
        "$word_3",
    ]
    assert bindings.values == {"word": "a", "word_2": "b", "word_3": "c"}


def test_values_of_different_kinds_are_not_taken_for_equal() -> None:
    bindings = Bindings(DuckDBDialect())

    assert [bindings.bind("value", value) for value in (1, True, 1.0)] == ["$value", "$value_2", "$value_3"]
