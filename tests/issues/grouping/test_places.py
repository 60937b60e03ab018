"""What of a frame tells one place from another, in each language whose SDK sends frames."""

from __future__ import annotations

import pytest

from tests.issues.grouping.events import Event
from vedette.issues.grouping.places import frames_of, places_of

PYTHON = {
    "module": "shop.views",
    "filename": "shop/views.py",
    "abs_path": "/srv/site/shop/views.py",
    "function": "checkout",
    "context_line": "    return  charge(card)\t# now",
    "lineno": 17,
    "in_app": True,
}


def texts(platform: str, *frames: Event) -> list[tuple[str, str, str]]:
    """Return the texts of those of *frames* that count."""
    return [place.texts for place in places_of(list(frames), platform=platform) if place.counts]


TABLE: dict[str, tuple[str, Event, tuple[str, str, str] | None]] = {
    "python: module, function and source": (
        "python",
        PYTHON,
        ("shop.views", "checkout", "return charge(card) # now"),
    ),
    "python: the file's name where there is no module": (
        "python",
        {**PYTHON, "module": None, "filename": "C:\\site\\Views.PY"},
        ("views.py", "checkout", "return charge(card) # now"),
    ),
    "python: a line that is too long tells nothing": (
        "python",
        {**PYTHON, "context_line": "x = " + "1" * 120},
        ("shop.views", "checkout", ""),
    ),
    "python: no file's name but a path": ("python", {"abs_path": "/srv/site/Shop.py"}, ("shop.py", "", "")),
    "python: no file's name but what is not even a URL": (
        "python",
        {"abs_path": "zip://[x/Shop.py"},
        ("shop.py", "", ""),
    ),
    "go: source is not looked at": (
        "go",
        {"module": "main", "function": "(*Server).Serve", "context_line": "return s.serve()"},
        ("main", "(*Server).Serve", ""),
    ),
    "php: a method of a class without a name": (
        "php",
        {"filename": "/srv/app/Job.php", "function": "class@anonymous\0/srv/app/Job.php:12$0::handle"},
        ("job.php", "handle", ""),
    ),
    "php: a class without a name": (
        "php",
        {"filename": "Job.php", "function": "class@anonymous\0/srv/x"},
        ("job.php", "", ""),
    ),
    "php: a function without a name": (
        "php",
        {"filename": "Job.php", "function": "[Anonymous function]"},
        ("job.php", "", ""),
    ),
    "ruby: a block, however deep": (
        "ruby",
        {"filename": "a.rb", "function": "block (2 levels) in run"},
        ("a.rb", "block", ""),
    ),
    "ruby: a template's compiled method": (
        "ruby",
        {"filename": "show.html.erb", "function": "_app_show_html_erb___123456789_7654321"},
        ("show.html.erb", "_app_show_html_erb_", ""),
    ),
    "java: a lambda": (
        "java",
        {"module": "shop.Orders", "function": "lambda$run$0"},
        ("shop.Orders", "", ""),
    ),
    "java: a lambda's class, whose file tells more": (
        "java",
        {"module": "shop.Orders$$Lambda$14/0x1", "filename": "Orders.java", "function": "run"},
        ("orders.java", "run", ""),
    ),
    "java: a class that CGLIB made": (
        "java",
        {"module": "shop.Orders$$SpringCGLIB$$0", "function": "pay"},
        ("shop.Orders$$SpringCGLIB$$<auto>", "pay", ""),
    ),
    "java: a file that Javassist made": (
        "java",
        {"filename": "Orders_$$_javassist_seam_7.java", "function": "pay"},
        ("orders_$$_javassist<auto>.java", "pay", ""),
    ),
    "javascript: the object does not matter": (
        "javascript",
        {"filename": "cart.js", "function": "Object.total"},
        ("cart.js", "total", ""),
    ),
    "javascript: a function without a name": (
        "javascript",
        {"filename": "cart.js", "function": "<anonymous>"},
        ("cart.js", "", ""),
    ),
    "javascript: Firefox's inner function": (
        "javascript",
        {"filename": "cart.js", "function": "total/<"},
        ("cart.js", "", ""),
    ),
    "javascript: a URL names a deployment, not a place": (
        "javascript",
        {
            "abs_path": "https://shop.example/static/cart.9f8e.js",
            "filename": "/static/cart.9f8e.js",
            "function": "total",
        },
        ("", "total", ""),
    ),
    "javascript: a source map's line is better than its names": (
        "javascript",
        {
            "abs_path": "webpack:///src/cart.ts",
            "filename": "src/cart.ts",
            "function": "n",
            "context_line": "  return sum(items)",
            "data": {"sourcemap": "cart.js.map"},
        },
        ("cart.ts", "", "return sum(items)"),
    ),
    "javascript: a line of a page, without a function, tells nothing": (
        "javascript",
        {"module": "cart", "abs_path": "https://shop.example/cart", "context_line": "<script>"},
        None,
    ),
    "javascript: eval tells nothing": ("javascript", {"filename": "cart.js", "function": "eval"}, None),
    "javascript: native code tells nothing": (
        "javascript",
        {"abs_path": "native code", "function": "forEach"},
        None,
    ),
    "javascript: a page alone tells nothing": ("javascript", {"abs_path": "https://shop.example/cart"}, None),
    "native: what it was compiled for does not matter": (
        "native",
        {"function": "void shop::Cart<int, float>::total(std::vector<int> const&) const"},
        ("", "shop::Cart<T>::total", ""),
    ),
    "native: the SDK's short name": (
        "native",
        {"function": "total", "raw_function": "int total(int)"},
        ("", "total", ""),
    ),
    "c#: the whole name": (
        "csharp",
        {"function": "Total", "raw_function": "Total(Cart cart)"},
        ("", "Total(Cart cart)", ""),
    ),
    "native: the whole name alone": (
        "native",
        {"raw_function": "int total(int)"},
        ("", "int total(int)", ""),
    ),
    "native: an address without a symbol": (
        "native",
        {"function": "<unknown>", "package": "/usr/bin/x"},
        None,
    ),
    "a frame of another platform than its event's": (
        "python",
        {"platform": "javascript", "filename": "cart.js", "function": "Object.total"},
        ("cart.js", "total", ""),
    ),
    "a frame that says nothing": ("python", {"lineno": 7}, None),
    "a question mark is no name": ("go", {"module": "main", "function": "?"}, ("main", "", "")),
    "numbers where names belong": ("python", {"module": 7, "function": 8, "filename": 9}, ("7", "8", "")),
}


@pytest.mark.parametrize(("platform", "frame", "told"), TABLE.values(), ids=TABLE)
def test_a_frame_tells(platform: str, frame: Event, told: tuple[str, str, str] | None) -> None:
    assert texts(platform, frame) == ([told] if told else [])


def test_a_function_that_calls_itself_is_one_place() -> None:
    assert len(texts("python", PYTHON, PYTHON, PYTHON)) == 1
    assert len(texts("python", PYTHON, {**PYTHON, "lineno": 18})) == 2


def test_what_is_no_list_of_frames_has_none() -> None:
    assert (
        frames_of(None)
        == frames_of({"frames": None})
        == frames_of({"frames": [None, 7]})
        == frames_of("x")
        == []
    )
    assert frames_of([PYTHON]) == [PYTHON]
