"""Why two events are in one issue, in plain words."""

from __future__ import annotations

import pytest

from tests.issues.grouping.events import Event, error, library, own, raised
from vedette.issues.grouping.algorithm import group
from vedette.issues.grouping.rule_text import parse

PAY = own("shop.views", "pay", "return charge(card)")
SENTENCES: dict[str, tuple[Event, str]] = {
    "a place": (
        raised(error("ValueError", "no", PAY)),
        "The same exception, `ValueError`, raised at the same place, `shop.views in pay` (of the site’s own code).",
    ),
    "places": (
        raised(error("ValueError", "no", own("a"), own("b", "f"), own("c", "g"), own("d", "h"))),
        "The same exception, `ValueError`, raised at the same 4 places, `d in h` ← `c in g` ← `b in f` ← … "
        "(of the site’s own code).",
    ),
    "libraries": (
        raised(error("ValueError", "no", library("json", "loads"))),
        "The same exception, `ValueError`, raised at the same place, `json in loads` (libraries included).",
    ),
    "no stack trace": (
        raised(error("ValueError", "no order 17")),
        "The same exception, `ValueError`, with the same message, “no order <int>”.",
    ),
    "no type": (
        raised(error("", "", PAY)),
        "The same exception raised at the same place, `shop.views in pay` (of the site’s own code).",
    ),
    "a chain": (
        raised(error("KeyError", "k", PAY), error("ValueError", "v", PAY)),
        "The same chain of exceptions, `KeyError`, `ValueError`, raised at the same 2 places, `shop.views in pay` ← "
        "`shop.views in pay` (of the site’s own code).",
    ),
    "a code": (
        raised(error("E", "", mechanism={"meta": {"ns_error": {"domain": "D", "code": 7}}})),
        "The same exception, `E`, with the same code, `D, 7`.",
    ),
    "a stack trace alone": (
        {"stacktrace": {"frames": [PAY]}},
        "A stack trace at the same place, `shop.views in pay` (of the site’s own code).",
    ),
    "a thread": (
        {"threads": [{"stacktrace": {"frames": [PAY]}}]},
        "A stack trace at the same place, `shop.views in pay` (of the site’s own code).",
    ),
    "a message": ({"message": "paid 17"}, "The same message, “paid <int>”."),
    "a template": (
        {"template": {"filename": "a.html", "context_line": "{% x %}"}},
        "The same template, `a.html`, `{% x %}`.",
    ),
    "a policy": (
        {"csp": {"effective_directive": "img-src", "blocked_uri": "https://ads.example/x"}},
        "The same directive of the content security policy, `img-src`, and the same source, `ads.example`.",
    ),
    "a host": (
        {"hpkp": {"hostname": "shop.example"}},
        "The same kind of report, `hpkp`, of the same host, `shop.example`.",
    ),
    "the client": (
        {"message": "paid 17", "fingerprint": ["paid", "{{ level }}"], "level": "info"},
        "The fingerprint `paid`, `info`, which the client set.",
    ),
    "the client beside the default": (
        {"message": "paid 17", "fingerprint": ["{{ default }}", "acme"]},
        "The same message, “paid <int>”, and the fingerprint `acme`.",
    ),
    "a checksum": ({"checksum": "x"}, "The same checksum, which the client set."),
    "nothing": ({}, "Nothing is in them that would tell them apart."),
}


@pytest.mark.parametrize(("event", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_it_is_said_what_events_have_in_common(event: Event, sentence: str) -> None:
    assert group(event).explanation.sentence == sentence


def test_a_rule_is_said_as_it_was_written() -> None:
    found = group({"message": "paid 17"}, rules=parse("message:paid* -> paid"))

    assert (
        found.explanation.sentence == "The fingerprint `paid`, which the rule `message:paid* -> paid` sets."
    )


def test_each_part_that_counts_is_listed() -> None:
    (reason,) = group(
        raised(error("ValueError", "no", PAY, {"context_line": "x = 1", "in_app": True}))
    ).explanation.reasons

    assert reason.details == [
        ("Type", "ValueError"),
        ("Place", "shop.views in pay: return charge(card)"),
        ("Place", "x = 1"),
    ]


def test_what_two_events_have_in_common_is_the_first_hash_of_both() -> None:
    here = group(raised(error("ValueError", "a", PAY, library("json", "loads")))).explanation
    there = group(raised(error("ValueError", "b", PAY, library("yaml", "load")))).explanation
    elsewhere = group(raised(error("ValueError", "a", own("shop.cart", "total")))).explanation

    shared = here.shared_with(there)
    assert shared is not None
    assert shared.variant.name == "app"
    assert here.shared_with(elsewhere) is None
