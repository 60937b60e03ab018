"""Patterns of rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.issues.grouping.globs import glob, path_glob

TEXTS = {
    ("*", ""): True,
    ("a*c", "abbc"): True,
    ("a*c", "a\nc"): True,
    ("a?c", "abc"): True,
    ("a?c", "ac"): False,
    ("a.c", "abc"): False,
    ("[ab]c", "bc"): True,
    ("[!ab]c", "bc"): False,
    ("[a-c]", "b"): True,
    ("[a-c]", "-"): False,
    ("[a-]", "-"): True,
    ("[--]", "-"): True,
    ("[&&||~~[]", "&"): True,
    ("[.]", "x"): False,
    ("[^a]", "^"): True,
    ("[z-a]", "[z-a]"): True,
    ("[", "["): True,
    ("a", "A"): False,
}
PATHS = {
    ("**/views.py", "/srv/shop/views.py"): True,
    ("**/views.py", "views.py"): True,
    ("/srv/*/views.py", "/srv/shop/views.py"): True,
    ("/srv/*/views.py", "/srv/a/b/views.py"): False,
    ("c:/site/**", "C:\\Site\\views.py"): True,
    ("c:\\site\\*", "c:/site/a"): True,
}


@pytest.mark.parametrize(("row", "fits"), TEXTS.items(), ids=map(str, TEXTS))
def test_a_pattern_fits_a_text(row: tuple[str, str], fits: bool) -> None:
    assert glob(row[0])(row[1]) is fits


@pytest.mark.parametrize(("row", "fits"), PATHS.items(), ids=map(str, PATHS))
def test_a_pattern_fits_a_path(row: tuple[str, str], fits: bool) -> None:
    assert path_glob(row[0])(row[1]) is fits


def test_case_may_not_matter() -> None:
    assert glob("Abc*", ignores_case=True)("aBCD")


@given(st.text(alphabet="ab*?[]!-^\\&|~./", max_size=12), st.text(alphabet="ab-^[]\\/", max_size=6))
def test_any_text_is_a_pattern(pattern: str, text: str) -> None:
    assert glob(pattern)(text) in {True, False}
    assert path_glob(pattern)(text) in {True, False}
