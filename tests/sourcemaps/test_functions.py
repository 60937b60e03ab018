"""What a minified function was called, from where it is declared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.sourcemaps.functions import original_name


def named(minified: str, before: str, **names: str) -> str:
    """Return what *minified* was called where the map calls each of *names* so where it stands at a column."""
    at = {int(place[1:]): name for place, name in names.items()}
    return original_name(minified, before=before, begins=0, name_at=lambda column: at.get(column, ""))


@pytest.mark.parametrize(
    ("minified", "before", "names", "told"),
    [
        ("e", "var o=1;function e(t){let n=o[t];return ", {"_17": "price"}, "price"),
        ("i", "var i=(t,n)=>{if(!t)throw ", {"_4": "requireFound"}, "requireFound"),
        ("i", "const i=async t=>{await ", {"_6": "load"}, "load"),
        ("i", "var i=function(t){throw ", {"_4": "fail"}, "fail"),
        ("u", "{u:function(){throw ", {"_1": "act"}, "act"),
        ("Object.e", "function e(t){throw ", {"_9": "price"}, "price"),
        ("new r", "class r{constructor(){throw ", {"_6": "Cart"}, "new Cart"),
        ("r.addItem", "var r=class{addItem(n){throw ", {"_4": "Cart"}, "Cart.addItem"),
        ("r.addItem", "class r extends x{addItem(n){throw ", {"_6": "Cart"}, "Cart.addItem"),
        ("r.addItem", "addItem(n){throw ", {}, "addItem"),
        ("Shop.addItem", "addItem(n){throw ", {}, "Shop.addItem"),
        ("async e", "async function e(t){throw ", {"_15": "price"}, "price"),
        ("e [as act]", "function e(t){throw ", {"_9": "price"}, "price"),
        ("t", "function t(){return 1}function n(){throw ", {"_9": "other"}, "t"),
        ("t", "function t(){a('}');throw ", {"_9": "quote"}, "quote"),
        ("t", "function t(){function n(){}throw ", {"_9": "outer"}, "outer"),
        ("t", "function t(){function t(){}throw ", {"_9": "outer", "_22": "inner"}, "outer"),
        ("openShop", "function openShop(){throw ", {}, "openShop"),
        ("?", "function t(){throw ", {"_9": "t"}, "?"),
        ("", "", {}, ""),
        ("<anonymous>", "function t(){", {}, "<anonymous>"),
        ("a(b", "function a(b", {}, "a(b"),
        ("$", "function $(t){throw ", {"_9": "find"}, "find"),
    ],
)
def test_a_function_is_named_by_its_declaration(
    minified: str, before: str, names: dict[str, str], told: str
) -> None:
    assert named(minified, before, **names) == told


@given(st.text(max_size=60), st.text(alphabet="ab(){}=>'`\" ;function.class", max_size=400))
def test_any_name_in_any_text_is_told_or_left(minified: str, before: str) -> None:
    assert isinstance(named(minified, before), str)
