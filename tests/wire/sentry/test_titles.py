"""Every event of the cases gets a title that tells what happened, and the place where it did."""

from __future__ import annotations

import pytest

from tests.wire.cases import CASES, arrival, envelopes, needs_cases
from vedette.issues.grouping.algorithm import Grouping, group
from vedette.issues.sighting import event_of
from vedette.record.signals import Error
from vedette.wire.sentry.decoding import decode_event, decode_pieces

TITLES = [
    ("bugsink/111.json", '[API] Fout tijdens verbinden: "api op geen enkel', ""),
    ("bugsink/130-w-tuple.json", '[API] Fout tijdens verbinden: "api op geen enkel', ""),
    ("bugsink/130.json", '[API] Fout tijdens verbinden: "api op geen enkel', ""),
    (
        "bugsink/contexts.json",
        "ErrorWithContext: Just an error I made up to tes",
        "sentry.tasks.post_process.post_process_g",
    ),
    (
        "bugsink/crystal_platform.json",
        "CrystalPlatform: not actually crystal, simply se",
        "__main__ in complete_with_both",
    ),
    ("bugsink/exception-group.json", "ExceptionGroup: nested", "__main__ in <module>"),
    ("bugsink/exception_no_frames.json", "CapturedStacktraceFo: 4 kinds of frames", ""),
    ("bugsink/exception_null_frames.json", "CapturedStacktraceFo: 4 kinds of frames", ""),
    (
        "bugsink/frames-with-missing-info.json",
        "CapturedStacktraceFo: 4 kinds of frames",
        "__main__ in missing_code",
    ),
    (
        "bugsink/headers_as_lists.json",
        "System.NullReferenceException: Object reference ",
        "myWebApp.Pages.IndexModel in OnGet",
    ),
    ("bugsink/issue-16-go.json", "*errors.errorString: error connecting to job dat", "main in main"),
    (
        "bugsink/laravel.json",
        "Exception: This is a test exception sent from th",
        "/vendor/sentry/sentry-laravel/src/Sentry",
    ),
    (
        "bugsink/logmessage-w-params-dict.json",
        "Error during cleanup of <StorageCleanupTodo: Sto",
        "/api/{project_pk}/envelope/",
    ),
    (
        "bugsink/logmessage-w-params.json",
        "Error during cleanup of <StorageCleanupTodo: Sto",
        "/api/{project_pk}/envelope/",
    ),
    (
        "bugsink/none-in-context.json",
        "ZeroDivisionError: division by zero",
        "ingest.management.commands.stress_test i",
    ),
    (
        "bugsink/nonsense_platform.json",
        "NonsensePlatform: not actually 'nonsense' lang, ",
        "__main__ in complete_with_both",
    ),
    (
        "bugsink/top-level-logentry-as-str.json",
        "myMessageIsWronglyAString: event.message should ",
        "github.com/sourcegraph/conc in NotTheInt",
    ),
    (
        "bugsink/top-level-message-as-str-no-exception.json",
        "I am the GO SDK and I'm sorry I put a string her",
        "",
    ),
    (
        "bugsink/top-level-message-as-str.json",
        "myMessageIsWronglyAString: event.message should ",
        "github.com/sourcegraph/conc in NotTheInt",
    ),
    ("bugsink/top-level-message-no-exception.json", "Error getting videos for user xxx; Failed to com", ""),
    (
        "bugsink/top-level-message.json",
        "TiktokBusinessException: Failed to communicate w",
        "com.example.social.core.external.tiktok.",
    ),
    (
        "bugsink/uglifyjs-minified-sourcemaps-in-bundle-multi-file.json",
        "Error: Sentry Test Error",
        "file:///home/klaas/dev/mksourcemaps/bund",
    ),
    (
        "bugsink/uglifyjs-minified-sourcemaps-in-bundle.json",
        "Error: Sentry Test Error",
        "file:///mnt/datacrypt/dev/mksourcemaps/c",
    ),
    (
        "bugsink/user-id-as-int.json",
        "Error during cleanup of <StorageCleanupTodo: Sto",
        "/api/{project_pk}/envelope/",
    ),
    (
        "bugsink/visualshots-rich.json",
        "VisualshotsCheckoutError: Could not complete pay",
        "/checkout/<cart_id>/confirm",
    ),
    (
        "bugsink/weird_ua.json",
        "System.NullReferenceException: Object reference ",
        "myWebApp.Pages.IndexModel in OnGet",
    ),
    (
        "glitchtip/dotnet_divide_zero.json",
        "System.DivideByZeroException: Attempted to divid",
        "myWebApp.Pages.DivideZeroModel in Divide",
    ),
    (
        "glitchtip/dotnet_error.json",
        "System.NullReferenceException: Object reference ",
        "myWebApp.Pages.IndexModel in OnGet",
    ),
    ("glitchtip/sentry_cli_send_event_no_level.json", "Lorem ipsum dolor sit amet, consectetur adipisci", ""),
    ("event-exception-defaultpii-01.bin", "ValueError: cannot price order 17", "/orders/{order_id}/"),
    ("event-exception-sendpii-01.bin", "ValueError: cannot price order 18", "/orders/{order_id}/"),
    ("event-exceptiongroup-01.bin", "ExceptionGroup: many", "__main__ in <module>"),
    ("event-fingerprint-tags-user-01.bin", "ZeroDivisionError: division by zero", "__main__ in <module>"),
    ("event-logging-error-01.bin", "payment 1235 declined for [Filtered]", ""),
    ("event-message-01.bin", "Nightly import finished with 3 warnings", ""),
    ("event-template-error-01.bin", "TemplateSyntaxError: Template: bad.html, 'nothin", "/badtmpl/"),
    ("http-br-01.body.bin", "one", ""),
    ("http-br-02.body.bin", "two", ""),
    ("http-br-04.body.bin", "four", "t"),
    ("http-gzip-01.body.bin", "one", ""),
    ("http-gzip-02.body.bin", "two", ""),
    ("http-gzip-04.body.bin", "four", "t"),
    ("js-browser-02.bin", "TypeError: Cannot read properties of null (readi", "/cart"),
    ("js-browser-03.bin", "hello from browser", "/cart"),
    ("js-browser-v10-02.bin", "TypeError: Cannot read properties of null (readi", "/cart"),
    ("js-browser-v10-03.bin", "hello from browser", "/cart"),
    ("sessions-01.bin", "ValueError: cannot price order 20", "/orders/{order_id}/"),
    ("transaction-and-error-01.bin", "ValueError: cannot price order 19", "/orders/{order_id}/"),
]
"""What the title and the culprit of each begin with."""


def grouped(name: str) -> Grouping:
    """Return how the first error in the case *name* is called."""
    if name.endswith(".json"):
        decoded = decode_event((CASES / "events" / name).read_bytes(), arrival=arrival())
    else:
        found = [case for case in envelopes() if case.name == name]
        if not found:
            pytest.skip("there is no package for its encoding")
        decoded = decode_pieces([found[0].body], arrival=arrival())
    return group(event_of(next(signal for signal in decoded.signals if isinstance(signal, Error))))


@needs_cases
@pytest.mark.parametrize(("name", "title", "culprit"), TITLES, ids=[name for name, *_ in TITLES])
def test_an_event_has_a_title_and_a_place(name: str, title: str, culprit: str) -> None:
    found = grouped(name)

    assert found.title.startswith(title)
    assert found.culprit.startswith(culprit)
    assert "<" not in found.title[:1]


@needs_cases
def test_no_event_of_the_cases_is_left_out() -> None:
    names = {name for name, *_ in TITLES}
    files = {f"{path.parent.name}/{path.name}" for path in (CASES / "events").glob("*/*.json")}
    with_errors = {case.name for case in envelopes() if "event" in case.contents.split(",")}

    assert files | with_errors <= names
