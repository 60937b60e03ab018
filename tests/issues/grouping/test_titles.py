"""What an issue is called, for small events and for all that real SDKs sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.issues.grouping.events import Event, error, grouped, library, own, raised
from tests.wire.cases import Case, arrival, envelopes, events, needs_cases, payload_of
from vedette.issues.grouping.algorithm import Grouping, group
from vedette.record.signals import Error
from vedette.wire.sentry.decoding import decode_event, decode_pieces

SMALL: dict[str, tuple[Event, str, str]] = {
    "an exception": (raised(error("ValueError", "no order 17")), "ValueError: no order 17", ""),
    "its first line": (raised(error("ValueError", "\n no order \nof 2")), "ValueError: no order", ""),
    "without a value": (raised(error("ValueError")), "ValueError", ""),
    "without a type": (raised(error("", "no order")), "no order", ""),
    "the last of a chain": (raised(error("KeyError", "k"), error("ValueError", "v")), "ValueError: v", ""),
    "the one in a group": (
        raised(
            error("KeyError", "k", own("shop", "pay"), **grouped(1, 0)),
            error("ExceptionGroup", "many", **grouped(0, is_group=True)),
        ),
        "KeyError: k",
        "shop in pay",
    ),
    "what was named": (
        raised(
            error("KeyError", "k", **grouped(1)), error("ValueError", "v", **grouped(2)), main_exception_id=1
        ),
        "KeyError: k",
        "",
    ),
    "what an SDK raised for its trace": (
        raised(error("Error", "SIGSEGV", own("", "crash"), mechanism={"synthetic": True}), platform="native"),
        "crash: SIGSEGV",
        "crash",
    ),
    "the innermost frame of the site": (
        raised(error("E", "", own("shop.views", "pay"), library("json", "loads"))),
        "E",
        "shop.views in pay",
    ),
    "the innermost frame": (
        raised(error("E", "", library("a", "b"), library("json", "loads"))),
        "E",
        "json in loads",
    ),
    "a transaction": (raised(error("E", "", own("shop", "pay")), transaction="/orders/"), "E", "/orders/"),
    "a message": ({"message": "hello\nyou"}, "hello", ""),
    "a stack trace alone": ({"stacktrace": {"frames": [own("shop", "pay")]}}, "shop in pay", "shop in pay"),
    "a file": ({"stacktrace": {"frames": [{"filename": "a.go", "function": "?"}]}}, "a.go", "a.go"),
    "a violated policy": (
        {"csp": {"effective_directive": "img-src", "blocked_uri": "https://ads.example/x"}},
        "Blocked 'img-src' from ads.example",
        "",
    ),
    "a template": ({"template": {"filename": "cart.html"}}, "Error in template cart.html", ""),
    "nothing": ({}, "<no message>", ""),
}


@pytest.mark.parametrize(("event", "title", "culprit"), SMALL.values(), ids=SMALL)
def test_an_issue_is_called(event: Event, title: str, culprit: str) -> None:
    found = group(event)

    assert (found.title, found.culprit) == (title, culprit)


def test_a_title_is_one_line_of_a_length_that_fits() -> None:
    found = group({"message": "x" * 10_000})

    assert len(found.title) == 250
    assert len(found.value) > 1000


def test_the_main_frame_says_where() -> None:
    frame = group(
        raised(error("E", "", own("shop.views", "pay", lineno="17", filename="shop/views.py")))
    ).main_frame

    assert frame is not None
    assert (frame.module, frame.path, frame.function, frame.line, frame.is_own) == (
        "shop.views",
        "shop/views.py",
        "pay",
        17,
        True,
    )


SENT = {
    "event-exception-defaultpii-01.bin": "ValueError: cannot price order 17",
    "event-exceptiongroup-01.bin": "ExceptionGroup: many",
    "event-fingerprint-tags-user-01.bin": "ZeroDivisionError: division by zero",
    "event-logging-error-01.bin": "payment 1235 declined for [Filtered]",
    "event-message-01.bin": "Nightly import finished with 3 warnings",
    "event-template-error-01.bin": "TemplateSyntaxError: Template: bad.html, 'nothing_here' is not a registered tag "
    "library. Must be one of:",
    "js-browser-02.bin": "TypeError: Cannot read properties of null (reading 'length')",
    "js-browser-03.bin": "hello from browser",
    "js-browser-v10-03.bin": "hello from browser",
}
KEPT = {
    "111.json": '[API] Fout tijdens verbinden: "api op geen enkele uri bereikbaar"',
    "exception_null_frames.json": "CapturedStacktraceFo: 4 kinds of frames",
    "headers_as_lists.json": "System.NullReferenceException: Object reference not set to an instance of an object.",
    "issue-16-go.json": "*errors.errorString: error connecting to job database",
    "laravel.json": "Exception: This is a test exception sent from the Sentry Laravel SDK.",
    "logmessage-w-params.json": "Error during cleanup of ",
    "top-level-message-as-str.json": "myMessageIsWronglyAString: event.message should not have been a string",
    "top-level-message-no-exception.json": "Error getting videos for user xxx; Failed to communicate with Tiktok API",
    "uglifyjs-minified-sourcemaps-in-bundle.json": "Error: Sentry Test Error",
    "dotnet_divide_zero.json": "System.DivideByZeroException: Attempted to divide by zero.",
}


def is_sensible(found: Grouping) -> bool:
    """Return whether a title tells what happened, and an explanation why events are together."""
    words = found.title.split()
    is_told = (
        bool(words) and found.title != "<no message>" and "None" not in words and "{" not in found.title[:1]
    )
    return is_told and found.explanation.sentence.endswith(".") and bool(found.explanation.reasons[0].details)


@needs_cases
@pytest.mark.parametrize("case", envelopes(), ids=lambda case: case.name)
def test_what_real_sdks_sent_is_called_sensibly(case: Case) -> None:
    for signal in decode_pieces([case.body], arrival=arrival()).signals:
        if isinstance(signal, Error):
            found = group(payload_of(signal))
            assert is_sensible(found)
            assert found.title == SENT.get(case.name, found.title)


@needs_cases
@pytest.mark.parametrize("path", events(), ids=lambda path: path.name)
def test_each_kept_event_is_called_sensibly(path: Path) -> None:
    for signal in decode_event(path.read_bytes(), arrival=arrival()).signals:
        payload: dict[str, Any] = payload_of(signal) if isinstance(signal, Error) else {}
        found = group(payload)
        assert is_sensible(found)
        assert found.title.startswith(KEPT.get(path.name, found.title))
