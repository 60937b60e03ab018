"""Names of native functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.issues.grouping.symbols import symbol

TABLE = {
    "main": "main",
    "int main(int, char**)": "main",
    "std::vector<int, std::allocator<int> >::push_back(int const&)": "std::vector<T>::push_back",
    "void shop::(anonymous namespace)::pay<Card>(Card*) const": "shop::(anonymous namespace)::pay<T>",
    "std::map<K, V>::iterator shop::find(int) const &": "shop::find",
    "alloc::boxed::FnBox<T>::call_box": "alloc::boxed::FnBox<T>::call_box",
    "<futures::future::then::Then<A, B> as futures::Future>::poll": "futures::future::then::Then<T>::poll",
    "<&'a T as core::fmt::Debug>::fmt": "T::fmt",
    "shop::main::{{closure}}::h0123456789abcdef": "shop::main::{{closure}}",
    "pay(int) [clone .cold.1]": "pay",
    "auto shop::sum(int) -> int": "shop::sum",
    "shop::at->get(int)": "shop::at->get",
    "<lambda>": "<lambda>",
    "std::less<(a->b)>::run": "std::less<T>::run",
    "-[NSArray objectAtIndex:]": "-[NSArray objectAtIndex:]",
    "shop::operator<(Cart const&, Cart const&)": "shop::operator<(Cart const&, Cart const&)",
    "broken<(": "broken<(",
    "broken>": "broken>",
    "(int)": "(int)",
    "": "",
    "x" * 2000: "x" * 2000,
}


@pytest.mark.parametrize(("name", "told"), TABLE.items(), ids=[name[:60] for name in TABLE])
def test_a_symbol_is_its_function(name: str, told: str) -> None:
    assert symbol(name) == told


@given(st.text(alphabet="ab<>(){}[]:&*- ", max_size=30))
def test_any_text_is_a_symbol(text: str) -> None:
    assert isinstance(symbol(text), str)
    assert bool(symbol(text)) == bool(text)
