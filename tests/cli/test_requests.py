"""``vedette requests``."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.cli.conftest import NOW, Run
from tests.requests.kept import Kept
from vedette.record.signals import Request


def request(path: str, **fields: Any) -> Request:
    """Return a request of a minute ago."""
    given: dict[str, Any] = {
        "status": 200,
        "duration_ms": 10.0,
        "method": "GET",
        "route": "/tasks/",
        "request_id": path.strip("/"),
        "service": "todo",
        **fields,
    }
    return Request(time=NOW - dt.timedelta(minutes=1), path=path, **given)


REQUESTS = [
    request("/fast/", user_id="7"),
    request("/slow/", duration_ms=1000.0, status=503, attributes={"plan": "pro"}),
    request("/slower/", duration_ms=2500.0, method="POST", release="1.1"),
    request("/gone/", status=404, route=""),
]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--slower-than", "1s"], {"/slow/", "/slower/"}),
        (["--slower-than", "1s", "--faster-than", "2s"], {"/slow/"}),
        (["--status", "5xx"], {"/slow/"}),
        (["--status", "404"], {"/gone/"}),
        (["--status", "error"], {"/slow/"}),
        (["--route", "-"], {"/gone/"}),
        (["--route", "/tasks/", "--method", "post"], {"/slower/"}),
        (["--path", "SLOW"], {"/slow/", "/slower/"}),
        (["--user", "7"], {"/fast/"}),
        (["--release", "1.1"], {"/slower/"}),
        (["--attribute", "plan=pro"], {"/slow/"}),
        (["--service", "todo"], {each.path for each in REQUESTS}),
        (["--since", "2026-03-18 13:59:30"], set()),
    ],
)
def test_each_filter_leaves_what_it_names(
    kept: Kept, vedette: Run, arguments: list[str], expected: set[str]
) -> None:
    kept.record(REQUESTS)

    assert {row["path"] for row in vedette("requests", "--json", *arguments).rows} == expected


def test_the_slowest_come_first_where_that_is_asked_for(kept: Kept, vedette: Run) -> None:
    kept.record(REQUESTS)

    ran = vedette("requests", "--sort", "duration", "--limit", "2")

    assert [line.split()[3:5] for line in ran.lines[1:3]] == [["2.50", "s"], ["1.00", "s"]]
    assert ran.lines[-1] == "… more are left out (--limit 2)"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("route", {"/tasks/": 3, "": 1}),
        ("status", {"200": 2, "503": 1, "404": 1}),
        ("user", {"": 3, "7": 1}),
        ("path", {each.path: 1 for each in REQUESTS}),
        ("attributes.plan", {"": 3, "pro": 1}),
    ],
)
def test_values_are_ranked_by_their_requests(
    kept: Kept, vedette: Run, field: str, expected: dict[str, int]
) -> None:
    kept.record(REQUESTS)

    rows = vedette("requests", "--top", field, "--json").rows

    assert {row[field]: row["requests"] for row in rows} == expected
    assert [row["requests"] for row in rows] == sorted(expected.values(), reverse=True)


def test_values_are_ranked_by_time_and_by_errors(kept: Kept, vedette: Run) -> None:
    kept.record(REQUESTS)

    by_time = vedette("requests", "--top", "path", "--order", "time", "--json").rows
    by_errors = vedette("requests", "--top", "path", "--order", "errors", "--json").rows

    assert [row["path"] for row in by_time][:2] == ["/slower/", "/slow/"]
    assert (by_errors[0]["path"], by_errors[0]["errors"]) == ("/slow/", 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--status", "6xx"], "'6xx' is not a number such as 404"),
        (["--slower-than", "fast"], "'fast' is no duration"),
        (["--slower-than", "2s", "--faster-than", "1s"], "the least is greater than the greatest"),
        (["--top", "colour"], "requests have no field 'colour'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(vedette: Run, arguments: list[str], message: str) -> None:
    ran = vedette("requests", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert message in ran.error
    assert "\n" not in ran.error
