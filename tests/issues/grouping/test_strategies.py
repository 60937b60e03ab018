"""What of an event it is grouped by: the first that tells anything."""

from __future__ import annotations

from tests.issues.grouping.events import Event, error, library, own, raised
from vedette.issues.grouping.algorithm import group

TRACE: Event = {"frames": [own("shop.views", "checkout")]}
EVERYTHING: Event = {
    **raised(error("ValueError", "no")),
    "threads": {"values": [{"stacktrace": TRACE}]},
    "stacktrace": TRACE,
    "template": {"filename": "cart.html", "context_line": "{% oops %}"},
    "csp": {"effective_directive": "img-src", "blocked_uri": "https://ads.example/x.png"},
    "logentry": {"message": "paid %s", "formatted": "paid 17"},
}


def strategy(event: Event) -> str:
    """Return what *event* is grouped by."""
    return group(event).explanation.reasons[0].variant.strategy


def test_what_tells_more_comes_first() -> None:
    event = dict(EVERYTHING)
    order = []
    for key in ("exception", "threads", "stacktrace", "template", "csp", "logentry"):
        order.append(strategy(event))
        del event[key]

    assert order == ["exception", "thread", "stacktrace", "template", "csp", "message"]
    assert strategy(event) == "nothing"


def test_what_tells_nothing_is_passed_over() -> None:
    assert strategy({**EVERYTHING, "exception": {"values": [{}, None, 7]}}) == "thread"
    assert strategy({"stacktrace": {"frames": [{"lineno": 1}]}, "message": "hello"}) == "message"


def test_the_thread_that_crashed_counts_then_the_one_that_ran() -> None:
    crashed = {"id": 1, "crashed": True, "stacktrace": {"frames": [own("shop", "crash")]}}
    current = {"id": 2, "current": True, "stacktrace": {"frames": [own("shop", "run")]}}
    idle = {"id": 3, "stacktrace": {"frames": [own("shop", "sleep")]}}
    alone = {
        key: group({"threads": [thread]}).hashes
        for key, thread in (("crashed", crashed), ("current", current))
    }

    assert group({"threads": [idle, crashed, current]}).hashes == alone["crashed"]
    assert group({"threads": [idle, current]}).hashes == alone["current"]
    assert strategy({"threads": [idle, {**idle, "id": 4}], "message": "hello"}) == "message"


def test_the_template_of_a_message_counts_not_what_went_in() -> None:
    first = group({"logentry": {"message": "paid %s", "params": ["Bo"], "formatted": "paid Bo"}})
    second = group({"logentry": {"message": "paid %s", "params": ["Mo"], "formatted": "paid Mo"}})

    assert first.hashes == second.hashes
    assert (first.title, second.title) == ("paid Bo", "paid Mo")


def test_messages_of_all_shapes_are_messages() -> None:
    shapes: list[Event] = [
        {"message": "hello"},
        {"logentry": "hello"},
        {"message": {"formatted": "hello"}},
        {"logentry": {"message": "hello"}},
    ]

    assert len({group(event).hashes for event in shapes}) == 1
    assert {group(event).title for event in shapes} == {"hello"}


def test_the_message_of_an_exception_counts_only_without_a_stack_trace() -> None:
    bare = [raised(error("ValueError", value)) for value in ("no such order", "no such card")]
    traced = [
        raised(error("ValueError", value, own("shop.views", "checkout")))
        for value in ("no such order", "no such card")
    ]

    assert group(bare[0]).hashes != group(bare[1]).hashes
    assert group(traced[0]).hashes == group(traced[1]).hashes


def test_the_type_that_an_sdk_made_up_does_not_count() -> None:
    made_up = [
        raised(error(kind, "", own("shop", "check"), mechanism={"synthetic": True}), platform="cocoa")
        for kind in ("EXC_BAD_ACCESS / 0x10", "EXC_BAD_ACCESS / 0x20")
    ]

    assert group(made_up[0]).hashes == group(made_up[1]).hashes


def test_an_event_has_a_hash_for_its_own_frames_and_one_for_all() -> None:
    here = group(raised(error("ValueError", "no", own("shop", "pay"), library("requests", "get"))))
    there = group(raised(error("ValueError", "no", own("shop", "pay"), library("urllib3", "open"))))

    assert [reason.variant.name for reason in here.explanation.reasons] == ["app", "system"]
    assert here.hashes[0] == there.hashes[0]
    assert here.hashes[1] != there.hashes[1]


def test_an_event_from_libraries_alone_has_one_hash() -> None:
    found = group(raised(error("ValueError", "no", library("requests", "get"))))

    assert [reason.variant.name for reason in found.explanation.reasons] == ["system"]


def test_reports_of_browsers_are_grouped_by_what_was_blocked_not_by_the_page() -> None:
    def report(page: str, blocked: str) -> Event:
        return {
            "csp": {"effective_directive": "script-src", "blocked_uri": blocked, "document_uri": page},
            "logentry": {"formatted": "Blocked 'script'"},
        }

    first = report("https://shop.example/a", "https://ads.example/x.js?1")
    assert group(first).hashes == group(report("https://shop.example/b", "https://ads.example/y.js")).hashes
    assert group(first).hashes != group(report("https://shop.example/a", "https://cdn.example/x.js")).hashes
    assert len(group({"csp": {"violated_directive": "script-src 'none'"}}).hashes) == 1
    for blocked in ("inline", "eval", "data", "blob:https://x", "http://[", "https:"):
        assert len(group(report("", blocked)).hashes) == 1


def test_network_errors_are_grouped_by_what_failed_and_where() -> None:
    def report(kind: str, url: str) -> Event:
        return {"nel": {"phase": "dns", "type": kind, "document_uri": url}}

    first = report("dns.unreachable", "https://shop.example/a")
    assert group(first).hashes == group(report("dns.unreachable", "https://shop.example/b")).hashes
    assert group(first).hashes != group(report("tcp.timed_out", "https://shop.example/a")).hashes
    assert group(first).hashes != group(report("dns.unreachable", "https://api.example/")).hashes
