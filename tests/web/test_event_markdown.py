"""An event as Markdown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.events import frame, raised, sent, thrown
from tests.wire.cases import needs_cases
from vedette.web.event.markdown import MOST_CHARS, as_markdown
from vedette.web.event.view import view_of


def test_it_holds_what_a_ticket_needs() -> None:
    event = raised(
        thrown("KeyError", "'fi'", frame("inner", own=False), frame("get_response", own=False), frame("price", 22)),
        thrown("ValueError", "cannot price order 17"),
        request={"method": "POST", "url": "https://shop.example/checkout/"},
        tags={"browser": "Firefox 140"},
        breadcrumbs=[{"category": "query", "message": "SELECT 1", "timestamp": "2026-11-23T11:59:59Z"}],
    )  # fmt: skip

    assert as_markdown(view_of(event), address="https://shop.example/vedette/issues/7/") == (
        "# ValueError: cannot price order 17\n"
        "\n"
        "- https://shop.example/vedette/issues/7/\n"
        f"- event `{'a' * 32}`\n"
        "- 2026-11-23 12:00:00 UTC\n"
        "- level error\n"
        "\n"
        "## ValueError\n"
        "\n"
        "```\ncannot price order 17\n```\n"
        "\n"
        "## KeyError\n"
        "\n"
        "led to ValueError\n"
        "\n"
        "```\n'fi'\n```\n"
        "\n"
        "```\n"
        "shop/views.py:22 in price\n"
        "    return rate[cart.country]\n"
        "… 2 frames of django\n"
        "```\n"
        "\n"
        "## Request\n"
        "\n"
        "`POST https://shop.example/checkout/`\n"
        "\n"
        "## Tags\n"
        "\n"
        "| name | value |\n"
        "|---|---|\n"
        "| browser | Firefox 140 |\n"
        "\n"
        "## Before it\n"
        "\n"
        "- −1.000 s query: SELECT 1\n"
    )


def test_nothing_in_an_event_acts_in_markdown() -> None:
    event = raised(thrown("E", "``` <img src=x> [a](b)\n````\n# head"), tags={"a|b": "c|d\n| e |"})
    text = as_markdown(view_of(event))

    assert "\n`````\n``` <img src=x> [a](b)\n````\n# head\n`````\n" in text
    assert "| a\\|b | c\\|d \\| e \\| |" in text
    assert text.startswith("# E: \\`\\`\\` \\<img src=x\\> \\[a\\](b)\n")


def test_it_is_no_longer_than_a_ticket_may_be() -> None:
    event = raised(thrown("E", "v" * 100_000))

    assert len(as_markdown(view_of(event))) <= MOST_CHARS + 3


def test_stack_traces_outside_of_exceptions_are_told() -> None:
    threads = [
        {"id": 7, "crashed": True, "stacktrace": {"frames": [frame("work", 4)]}},
        {"id": 8, "stacktrace": {"frames": [frame("wait", 5)]}},
    ]
    event = {
        "message": "slow",
        "platform": "python",
        "threads": threads,
        "stacktrace": {"frames": [frame("log", 3)] * 3},
    }
    text = as_markdown(view_of(event))

    assert "## Stack trace\n\n```\nshop/views.py:3 in log (3 times)\n" in text
    assert "## Thread 7\n\n```\nshop/views.py:4 in work\n" in text
    assert "## Thread 8\n" in text
    assert "Thread 8" not in as_markdown(view_of({**event, "exception": {"values": [thrown("E")]}}))


def test_what_is_not_known_is_left_out() -> None:
    assert as_markdown(
        view_of({"message": "hello\nworld", "breadcrumbs": [{"message": "a"}], "sdk": {"name": "go"}})
    ) == ("# hello\n\n- level error\n- go\n\n```\nhello\nworld\n```\n\n## Before it\n\n- default: a\n")


@needs_cases
@pytest.mark.parametrize("payload", sent().values(), ids=sent())
def test_all_that_real_sdks_sent_can_be_copied(payload: dict[str, Any]) -> None:
    view = view_of(payload)

    assert as_markdown(view).startswith("# ")
    assert all(f"## {thrown.type}" in as_markdown(view).replace("\\", "") for thrown in view.exceptions)
