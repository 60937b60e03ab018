"""Where a bundler says that a source was, and what of it a person wants to see."""

from __future__ import annotations

import pytest

from vedette.sourcemaps import paths

SCRIPT = "https://shop.example/static/app.min.js?v=3"


@pytest.mark.parametrize(
    ("source", "cleaned", "is_library", "absolute"),
    [
        ("../src/cart.ts", "src/cart.ts", False, "https://shop.example/src/cart.ts"),
        ("src/cart.ts", "src/cart.ts", False, "https://shop.example/static/src/cart.ts"),
        ("../../node_modules/shelf/index.js", "node_modules/shelf/index.js", True, "https://shop.example/node_modules/shelf/index.js"),
        ("../../srv/ci/node_modules/.pnpm/a@1/node_modules/a/i.js", "node_modules/a/i.js", True, "https://shop.example/srv/ci/node_modules/.pnpm/a@1/node_modules/a/i.js"),
        ("webpack:///./src/cart.ts", "src/cart.ts", False, "webpack:///./src/cart.ts"),
        ("webpack://shop/./src/cart.ts?a1b2", "src/cart.ts", False, "webpack://shop/./src/cart.ts?a1b2"),
        ("webpack://shop/src/cart.ts", "src/cart.ts", False, "webpack://shop/src/cart.ts"),
        ("webpack:///src/cart.ts", "src/cart.ts", False, "webpack:///src/cart.ts"),
        ("webpack:///~/react/index.js", "~/react/index.js", True, "webpack:///~/react/index.js"),
        ("webpack:///./~/react/index.js", "~/react/index.js", True, "webpack:///./~/react/index.js"),
        ("webpack:///./node_modules/react/index.js", "node_modules/react/index.js", True, "webpack:///./node_modules/react/index.js"),
        ("webpack://shop/webpack/bootstrap", "webpack/bootstrap", True, "webpack://shop/webpack/bootstrap"),
        ("https://cdn.example/a/b.js", "a/b.js", False, "https://cdn.example/a/b.js"),
        ("/home/ci/shop/src/a.ts", "/home/ci/shop/src/a.ts", False, "/home/ci/shop/src/a.ts"),
        ("http://[odd/a.js", "http://[odd/a.js", False, "http://[odd/a.js"),
        ("", "", False, "https://shop.example/static/app.min.js?v=3"),
    ],
)  # fmt: skip
def test_a_source_has_a_path_an_address_and_an_owner(
    source: str, cleaned: str, is_library: bool, absolute: str
) -> None:
    assert paths.cleaned(source) == cleaned
    assert paths.is_library(source) is is_library
    assert paths.absolute(source, SCRIPT) == absolute


def test_a_script_may_have_been_uploaded_under_several_names() -> None:
    assert paths.names_of(f"{SCRIPT}#x") == [
        SCRIPT,
        "https://shop.example/static/app.min.js",
        "~/static/app.min.js?v=3",
        "~/static/app.min.js",
    ]
    assert paths.names_of("app:///main.js") == ["app:///main.js", "~/main.js"]
    assert paths.names_of("/static/a.js") == ["/static/a.js", "~/static/a.js"]


@pytest.mark.parametrize(
    ("base", "reference", "found"),
    [
        ("~/static/app.js", "app.js.map", "~/static/app.js.map"),
        ("~/static/app.js", "../maps/app.js.map", "~/maps/app.js.map"),
        ("~/static/app.js", "/maps/app.js.map", "~/maps/app.js.map"),
        ("~/static/app.js", "https://cdn.example/a.map", "https://cdn.example/a.map"),
        ("https://shop.example/static/app.js", "app.js.map", "https://shop.example/static/app.js.map"),
        ("https://shop.example/static/app.js", "~/a.map", "~/a.map"),
        ("~/a.js", "http://[odd", ""),
    ],
)
def test_a_reference_leads_to_a_map(base: str, reference: str, found: str) -> None:
    assert paths.joined(base, reference) == found


def test_a_module_is_a_path_without_its_ending() -> None:
    assert [paths.module_of(path) for path in ("src/cart.ts", "a/b.mjs", "a.min.js", "App.vue", "x")] == [
        "src/cart",
        "a/b",
        "a.min",
        "App",
        "x",
    ]
