"""An event's page: whatever an SDK sent is shown, with a title, and nothing of it acts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.events import NOW, frame, markup_of, raised, rendered, sent, thrown, words
from tests.wire.cases import needs_cases
from vedette.web.event.view import view_of

pytestmark = pytest.mark.usefixtures("_site")
MARKUP = "<script>alert(1)</script>"
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12) | st.just(MARKUP),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.just(MARKUP), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip
_PARTS = (
    "exception", "threads", "stacktrace", "template", "breadcrumbs", "request", "user", "tags", "contexts", "extra",
    "modules", "sdk", "logentry", "message", "level", "platform", "timestamp", "event_id", "csp", "transaction",
)  # fmt: skip
_FRAME = st.dictionaries(
    st.sampled_from(["function", "lineno", "vars", "pre_context", "context_line", "post_context", "filename", "in_app"]),
    _JSON,
)  # fmt: skip
_THROWN = st.fixed_dictionaries(
    {"type": _JSON, "stacktrace": st.fixed_dictionaries({"frames": st.lists(_FRAME, max_size=4)})},
    optional={"value": _JSON, "mechanism": _JSON, "module": _JSON},
)


@needs_cases
@pytest.mark.parametrize("payload", sent().values(), ids=sent())
@pytest.mark.parametrize("is_newest_first", [True, False])
def test_what_real_sdks_sent_is_shown(payload: dict[str, Any], is_newest_first: bool) -> None:
    view = view_of(payload, is_newest_first=is_newest_first)
    shown = words(rendered(view))
    above = words(rendered(view).partition('id="breadcrumbs"')[0])

    assert view.title.strip() and view.title != "<no message>"
    for exception in view.exceptions:
        assert exception.type in above
        assert " ".join(exception.value.whole.split()) in above
    for pair in (*view.extra, *view.packages):
        assert f"{pair.name} " in shown


@needs_cases
@pytest.mark.parametrize("payload", sent().values(), ids=sent())
def test_nothing_that_an_sdk_sent_is_markup(payload: dict[str, Any]) -> None:
    poisoned = _poisoned(payload)

    tags, attributes = markup_of(rendered(view_of(poisoned)))

    assert tags <= {
        "section", "div", "span", "h2", "h3", "pre", "code", "details", "summary", "table", "tbody", "tr", "th", "td",
        "ol", "li", "a", "p", "strong", "svg", "path", "dl", "dt", "dd",
    }  # fmt: skip
    assert not {name for name in attributes if name.startswith("on") or name == "style"}


def _poisoned(value: Any) -> Any:
    if isinstance(value, str):
        return f'{value}{MARKUP}" onload=\'alert(2)\' style="x"'
    if isinstance(value, dict):
        return {key: _poisoned(item) for key, item in value.items()}
    return [_poisoned(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_PARTS), _JSON))
def test_any_event_can_be_shown(payload: dict[str, Any]) -> None:
    markup = rendered(view_of(payload))

    assert MARKUP not in markup


@settings(max_examples=150, deadline=None)
@given(st.lists(_THROWN, max_size=4))
def test_any_stack_trace_can_be_shown(exceptions: list[dict[str, Any]]) -> None:
    view = view_of({"exception": {"values": exceptions}})

    assert len(view.exceptions) == len(exceptions)
    assert MARKUP not in rendered(view)


def test_an_empty_event_says_that_it_is() -> None:
    view = view_of({})

    assert view.title == "<no message>"
    assert words(rendered(view)) == "Message This event carries no message."


def test_what_was_sent_with_the_request_is_shown() -> None:
    request = {
        "method": "POST",
        "url": "https://shop.example/checkout/",
        "query_string": "step=2&empty=",
        "headers": {"User-Agent": "curl"},
        "cookies": "theme=dark; b=2",
        "data": {"country": "fi"},
        "env": {"REMOTE_ADDR": "198.51.100.9"},
    }
    shown = view_of({"request": request}).request

    assert shown is not None
    assert (shown.method, shown.path) == ("POST", "/checkout/")
    assert [(pair.name, pair.value.whole) for pair in (*shown.query, *shown.cookies)] == [
        ("step", "2"),
        ("empty", ""),
        ("theme", "dark"),
        ("b", "2"),
    ]
    assert shown.body.whole == '{"country":"fi"}'
    assert "REMOTE_ADDR 198.51.100.9" in words(rendered(view_of({"request": request})))


def test_breadcrumbs_say_how_long_before_the_error_they_were() -> None:
    crumbs = [
        {"timestamp": NOW.timestamp() - 1.5, "category": "query", "type": "query", "message": "SELECT 1"},
        {"timestamp": "2026-11-23T12:00:00.250Z", "category": "fetch", "type": "http", "data": {"method": "GET", "url": "/a", "status_code": 500}},
        {"category": "shop.cart", "message": "added", "level": "warning"},
    ]  # fmt: skip
    view = view_of(raised(thrown("KeyError", "'fi'"), breadcrumbs=crumbs))
    first, second, third = view.breadcrumbs

    assert (first.before_ms, first.kind) == (1500.0, "sql")
    assert (second.before_ms, second.kind, second.message.whole) == (-250.0, "http", "GET /a 500")
    assert (third.before_ms, third.kind, third.level) == (None, "log", "warning")
    shown = words(rendered(view))
    assert "query −1.5 s SELECT 1" in shown
    assert "fetch +250 ms GET /a 500" in shown
    assert shown.endswith("error 0 ms KeyError: 'fi'")


def test_a_breadcrumb_of_another_day_is_days_away() -> None:
    crumbs = [{"timestamp": NOW.timestamp() - 3 * 86400}, {"message": "when"}]
    far, unknown = view_of(raised(thrown("KeyError"), breadcrumbs=crumbs)).breadcrumbs

    assert (far.distance, unknown.distance) == ("−3\N{NO-BREAK SPACE}d", "")


def test_a_long_value_is_cut_with_all_of_it_at_hand() -> None:
    view = view_of({"message": "m", "extra": {"basket": "x" * 5000, "short": "y"}})
    basket, short = view.extra

    assert (basket.value.is_cut, short.value.is_cut) == (True, False)
    assert len(basket.value.short) < 400
    assert f"<pre>{'x' * 5000}</pre>" in rendered(view)


def test_a_large_event_is_shown_at_once() -> None:
    frames = [
        frame(f"f{number}", number, vars={f"v{n}": "x" * 40 for n in range(20)}) for number in range(250)
    ]
    crumbs = [{"timestamp": NOW.timestamp(), "message": "m" * 300, "data": {"a": "b" * 500}}] * 100

    assert len(rendered(view_of(raised(thrown("E", "v", *frames), breadcrumbs=crumbs)))) > 400_000


def test_threads_are_listed_with_the_one_that_crashed_first() -> None:
    threads = [
        {"id": 1, "name": "main", "current": True, "stacktrace": {"frames": [frame("wait")]}},
        {"id": 2, "name": "worker", "crashed": True, "stacktrace": {"frames": [frame("work")]}},
        {"id": 3, "name": "idle"},
    ]
    view = view_of({"threads": {"values": threads}, "platform": "python"})

    assert [thread.name for thread in view.threads] == ["worker", "main"]
    assert "2 threads worker crashed 1 frame work" in words(rendered(view))


def test_contexts_of_the_site_come_before_those_of_the_sdk() -> None:
    contexts = {
        "trace": {"trace_id": "a"},
        "order": {"id": 17, "type": "order"},
        "runtime": "CPython",
        "empty": {},
    }

    assert [section.name for section in view_of({"contexts": contexts}).contexts] == [
        "order",
        "runtime",
        "trace",
    ]


def test_who_met_it_and_the_tags_of_this_very_event_are_shown() -> None:
    event = {
        "user": {"id": "7", "geo": {"city": "Turku"}},
        "tags": {"plan": "pro", "order": "1007", "note": ""},
        "sdk": {"name": "sentry.python", "version": "2.75.0"},
        "platform": "python",
    }

    assert (
        "User and tags of this event User id 7 geo.city Turku Tags note empty order 1007 plan pro "
        "Sent by sentry.python 2.75.0 python"
    ) in words(rendered(view_of(event)))
    assert "of this event" not in words(rendered(view_of({"message": "m"})))


@pytest.mark.parametrize(
    ("event", "heading"),
    [
        ({"user": {"id": "7"}}, "User of this event"),
        ({"tags": {"plan": "pro"}}, "Tags of this event"),
        ({"sdk": {"name": "sentry.go"}}, "Sender of this event"),
    ],
)
def test_what_an_event_lacks_is_not_named(event: dict[str, Any], heading: str) -> None:
    assert heading in words(rendered(view_of(event)))


def test_a_template_that_failed_is_shown_with_its_line() -> None:
    template = {"filename": "cart.html", "lineno": 3, "pre_context": ["<b>"], "context_line": "{% load x %}"}
    view = view_of({"template": template, "exception": {"values": [thrown("TemplateSyntaxError", "no x")]}})

    assert view.template is not None
    assert view.template.place == "cart.html:3"
    assert "{% load x %}" in words(rendered(view))


def test_a_report_of_the_browser_is_shown() -> None:
    view = view_of({"csp": {"effective_directive": "img-src", "blocked_uri": "https://ads.example"}})

    assert "csp effective_directive img-src" in words(rendered(view))


def test_a_request_that_is_no_address_is_shown_as_it_is() -> None:
    request = {"url": "http://[broken/", "query_string": "&".join(f"a{number}=1" for number in range(500))}
    shown = view_of({"request": request}).request

    assert shown is not None
    assert shown.path == "http://[broken/"
    assert [pair.name for pair in shown.query] == ["?"]


def test_breadcrumbs_of_every_kind_are_told_apart() -> None:
    crumbs = [
        {"type": "navigation", "data": {"from": "/a", "to": "/b"}},
        {"category": "ui.click", "message": "button"},
        {"category": "console", "message": "hi"},
        {"type": "error", "message": "no"},
        {"message": "what"},
    ]
    found = view_of({"breadcrumbs": crumbs}).breadcrumbs

    assert [crumb.kind for crumb in found] == ["navigation", "ui", "log", "error", "other"]
    assert found[0].message.whole == "/a → /b"
