"""``vedette logs``."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.cli.conftest import NOW, Run
from tests.requests.kept import Kept
from vedette.record.signals import Log

TRACEBACK = 'Traceback (most recent call last):\n  File "views.py", line 3, in view\n    raise ValueError("no")\nValueError: no'


def log(message: str, *, ago_s: float = 60, severity: int = 9, **more: Any) -> Log:
    """Return a record of *ago_s* before now."""
    fields: dict[str, Any] = {"logger": "apps.tasks", "template": message, **more}
    return Log(time=NOW - dt.timedelta(seconds=ago_s), severity=severity, message=message, **fields)


def test_it_shows_the_last_hour_oldest_first(kept: Kept, vedette: Run) -> None:
    kept.record([log("second", ago_s=10), log("first", ago_s=20), log("long ago", ago_s=4000)])

    assert [line.split()[-1] for line in vedette("logs").lines] == ["first", "second"]


def test_it_says_when_older_records_are_left_out(kept: Kept, vedette: Run) -> None:
    kept.record([log(f"number {number}", ago_s=100 - number) for number in range(5)])

    ran = vedette("logs", "--limit", "2")

    assert ran.lines[0] == "… older records are left out (--limit 2)"
    assert [line.split()[-1] for line in ran.lines[1:]] == ["3", "4"]


def test_it_says_that_nothing_matches(vedette: Run) -> None:
    ran = vedette("logs")

    assert ran.out == "No log record matches, from 2026-03-18 13:00:00.000 to 2026-03-18 14:00:00.000.\n"
    assert ran.code == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--level", "error"], {"broken"}),
        (["--level", "WARN"], {"broken", "slow down"}),
        (["--grep", "DOWN slow"], {"slow down"}),
        (["--grep", "time out"], set()),
        (["--logger", "apps"], {"broken", "slow down", "fine"}),
        (["--logger", "app"], set()),
        (["--user", "7"], {"broken"}),
        (["--request", "abc"], {"slow down"}),
        (["--attribute", "plan=pro"], {"fine"}),
        (["level:=warning"], {"slow down"}),
        (["-broken", "-plan:pro"], {"slow down"}),
        (["ValueError"], {"broken"}),
    ],
)
def test_each_filter_leaves_what_it_names(
    kept: Kept, vedette: Run, arguments: list[str], expected: set[str]
) -> None:
    kept.record(
        [
            log("broken", severity=17, user_id="7", exception=TRACEBACK),
            log("slow down", severity=13, request_id="abc"),
            log("fine", attributes={"plan": "pro"}),
        ]
    )
    # A lone word that begins with a minus would be an option to the shell's parser: -- ends the options.
    separated = (
        ["--", *arguments]
        if arguments[0].startswith("-") and not arguments[0].startswith("--")
        else arguments
    )

    assert {row["message"] for row in vedette("logs", "--json", *separated).rows} == expected


def test_a_record_as_json_has_all_that_is_known_of_it(kept: Kept, vedette: Run) -> None:
    kept.record(
        [
            log(
                "hello",
                severity=17,
                severity_text="ERROR",
                attributes={"plan": "pro"},
                line=3,
                exception=TRACEBACK,
            )
        ]
    )

    (row,) = vedette("logs", "--json").rows

    assert row["time"] == "2026-03-18T13:59:00Z"
    assert (row["level"], row["logger"], row["message"], row["line"]) == ("ERROR", "apps.tasks", "hello", 3)
    assert (row["attributes"], row["exception"]) == ({"plan": "pro"}, TRACEBACK)
    assert (row["service"], row["host"]) == ("todo", "web-1")


def test_a_traceback_is_its_last_line_unless_all_is_wanted(kept: Kept, vedette: Run) -> None:
    kept.record([log("broken", severity=17, exception=TRACEBACK)])

    assert vedette("logs").lines[1:] == ["    ValueError: no"]
    assert len(vedette("logs", "--exceptions").lines) == 1 + len(TRACEBACK.splitlines())


def test_what_a_record_says_cannot_act_on_the_terminal(kept: Kept, vedette: Run) -> None:
    kept.record([log("one\x1b[2Jtwo\nthree\u202efour")])

    assert "one\\x1b[2Jtwo⏎three\\x202efour" in vedette("logs").out


def test_records_are_counted_by_level(kept: Kept, vedette: Run) -> None:
    kept.record([log("a"), log("b"), log("c", severity=17)])

    assert vedette("logs", "--count-by", "level", "--json").rows == [
        {"level": "INFO", "logs": 2},
        {"level": "ERROR", "logs": 1},
    ]


def test_records_are_counted_by_the_type_of_their_exception(kept: Kept, vedette: Run) -> None:
    kept.record(
        [
            log("a", exception=TRACEBACK),
            log("b", exception=TRACEBACK.replace(": no", ": another\nwith a second line")),
            log("c", exception="Traceback (most recent call last):\n  …\napps.tasks.Full"),
            log("d"),
        ]
    )

    ran = vedette("logs", "--count-by", "type")

    assert ran.lines == [
        "type             logs   share",
        "ValueError          2  50.0 %",
        "apps.tasks.Full     1  25.0 %",
        "and 1 others, or without one",
    ]


def test_records_are_counted_by_an_attribute(kept: Kept, vedette: Run) -> None:
    kept.record([log("a", attributes={"plan": "pro"}), log("b", attributes={"plan": "pro"}), log("c")])

    assert vedette("logs", "--count-by", "plan", "--json").rows == [{"plan": "pro", "logs": 2}]


def test_patterns_gather_what_differs_in_numbers(kept: Kept, vedette: Run) -> None:
    kept.record([log(f"Took {number} ms") for number in range(3)])

    (row,) = vedette("logs", "--patterns", "--json").rows

    assert (row["text"], row["logs"], row["level"]) == ("Took # ms", 3, "INFO")


def test_failed_log_ins_are_counted_by_user_and_address(kept: Kept, vedette: Run) -> None:
    failed = "Log-in failed for %s from %s"
    people = [("ada", "192.0.2.1"), ("ada", "192.0.2.1"), ("eve", "192.0.2.9")]
    kept.record(
        log(failed, severity=13, attributes={"username": user, "ip_address": address})
        for user, address in people
    )
    kept.record([log("Saved", attributes={"username": "ada"})])

    rows = vedette("logs", "--failed-logins", "--json").rows

    assert [(row["user"], row["address"], row["count"]) for row in rows] == [
        ("ada", "192.0.2.1", 2),
        ("eve", "192.0.2.9", 1),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--level", "loud"], "'loud' is no level"),
        (["level:loud"], "(at character 1)"),
        (["--since", "tomorrowish"], "'tomorrowish' is no time"),
        (["--since", "1h", "--until", "2h"], "is not before"),
        (["--limit", "0"], "'0' is not a whole number"),
        (["--attribute", "plan"], "is not KEY=VALUE"),
        (["--follow", "--until", "1m"], "--follow has no end"),
        (["--follow", "--count-by", "level"], "not allowed with"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(vedette: Run, arguments: list[str], message: str) -> None:
    ran = vedette("logs", *arguments)

    assert ran.code == 2
    assert message in ran.error
    assert "\n" not in ran.error
    assert ran.out == ""
