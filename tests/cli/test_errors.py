"""``vedette errors``."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.cli.conftest import Ran
from tests.ground import NOON, Ground
from tests.issues.ground import an_error, ground_in
from tests.issues.grouping.events import error, library, own, raised
from vedette.background.worker import Worker
from vedette.cli.site import Site
from vedette.issues import queries
from vedette.issues.models import IssueRow
from vedette.management.commands.vedette import Command

NOW = NOON + dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("sqlite_state")
Run = Callable[..., Ran]


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """Give two issues: one seen twice, one once."""
    found = ground_in(tmp_path)
    cause = error(
        "KeyError", "'price'", own("shop.cart", "total", "return row['price']", lineno=12, filename="cart.py")
    )
    event = raised(
        cause,
        error(
            "Refused",
            "no \x1b[31mroom",
            library("django.core", "get", "call()", lineno=1, filename="base.py"),
            own("shop.views", "pay", "total()", lineno=7, filename="views.py"),
        ),
    )
    found.record([an_error(number, event=event, user_id=str(number), release="1.0") for number in range(2)])
    found.record([an_error(9, "TimeoutError", service="cart")])
    found.drain_all()
    yield found
    found.recorder.journal.close()


@pytest.fixture
def vedette(ground: Ground) -> Run:
    """Give a function that runs ``manage.py vedette errors`` with some arguments."""

    def no_worker() -> Worker:
        raise AssertionError("this command does no background work")

    site = Site(
        store=lambda: ground.store,
        catalogue=lambda: ground.catalogue,
        worker=no_worker,
        behind_s=lambda: 0.0,
        now=lambda: NOW,
    )

    def run(*arguments: str) -> Ran:
        out = io.StringIO()
        try:
            call_command(Command(site=site), "errors", *arguments, stdout=out)
        except CommandError as failure:
            return Ran(out.getvalue(), str(failure), failure.returncode)
        return Ran(out.getvalue(), "", 0)

    return run


def name_of(kind: str) -> str:
    row = IssueRow.objects.using("vedette").get(type=kind)
    return queries.short_id_of(row.service, row.id)


def issue_of(kind: str) -> queries.Issue:
    found = queries.get_issue(IssueRow.objects.using("vedette").get(type=kind).id)
    assert found is not None
    return found


def test_issues_are_listed_with_their_figures(vedette: Run) -> None:
    titles, *rows = vedette().lines
    assert titles.split()[:3] == ["issue", "events", "users"]
    assert [row.split()[:3] for row in rows] == [
        [name_of("TimeoutError"), "1", "-"],
        [name_of("Refused"), "2", "2"],
    ]


def test_people_affected_are_unknown_where_no_event_names_one(vedette: Run) -> None:
    assert "in this time 1 event" in vedette(name_of("TimeoutError")).lines
    assert "in this time 2 events, 2 users" in vedette(name_of("Refused")).lines


def test_issues_are_searched_and_put_in_order(vedette: Run) -> None:
    assert [row["issue"]["type"] for row in vedette("--json", "--sort", "events").rows] == [
        "Refused",
        "TimeoutError",
    ]
    assert [row["issue"]["type"] for row in vedette("--json", "service:cart").rows] == ["TimeoutError"]
    assert vedette("--json", "refused", "user:1").rows[0]["events"] == 1
    assert "No issue matches" in vedette("nothing").out
    assert "1 more" in vedette("--limit", "1").out
    assert vedette("is:lost").code == 2


def test_a_program_gets_all_that_is_known(vedette: Run) -> None:
    (row,) = vedette("--json", "refused").rows
    assert {"events", "users", "last_at", "sparkline", "step_s"} < set(row)
    assert (row["issue"]["short_id"], row["issue"]["first_release"]) == (name_of("Refused"), "1.0")


def test_one_issue_is_told_with_its_latest_stack_trace(vedette: Run) -> None:
    out = vedette(name_of("Refused")).out
    for part in (
        "first seen",
        "in 1.0",
        "The same chain of exceptions",
        "> File cart.py, line 12, in total",
        "      return row['price']",
        "KeyError: 'price'",
        "which led to",
        "  File base.py, line 1, in get",
    ):
        assert part in out
    assert "\x1b" not in out


def test_one_issue_is_one_object_for_a_program(vedette: Run) -> None:
    (found,) = vedette("--json", name_of("Refused")).rows
    assert found["event"]["payload"]["exception"]["values"][1]["type"] == "Refused"
    assert found["event"]["number"] == found["event"]["stored"] == 2
    assert [each["kind"] for each in found["activity"]] == ["new"]
    assert len(found["hashes"]) == 2


def test_a_name_that_no_issue_has_is_refused(vedette: Run) -> None:
    name = name_of("Refused")
    for wrong in ("SHOP-9999", name.replace("SHOP", "CART")):
        assert (vedette(wrong).code, vedette(wrong).error) == (
            2,
            f"vedette errors: there is no issue {wrong}",
        )
    number = name.rpartition("-")[2]
    assert vedette(f"#{number}").out.startswith(name)
    assert vedette(name.lower()).out.startswith(name)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--resolve"], {"status": "resolved"}),
        (["--resolve", "--in-release", "2.0"], {"resolved_in": "2.0"}),
        (["--resolve", "--in-commit", "abcdef1"], {"resolved_commit": "abcdef1"}),
        (["--ignore"], {"status": "ignored"}),
        (["--ignore", "--for", "2h"], {"ignored_until": NOW + dt.timedelta(hours=2)}),
        (
            ["--ignore", "--events", "5", "--users", "3"],
            {"ignored_until_events": 7, "ignored_until_users": 3},
        ),
        (["--assign", "grace"], {"assignee": "grace"}),
    ],
)
def test_something_is_done_about_issues(vedette: Run, arguments: list[str], expected: dict[str, Any]) -> None:
    assert vedette(name_of("Refused"), *arguments).out == "1 of 1 issue changed.\n"
    issue = issue_of("Refused")
    assert {name: getattr(issue, name) for name in expected} == expected
    assert vedette(issue.short_id).code == 0, "it can be told in each state"


def test_all_that_may_wake_an_ignored_issue_is_told(vedette: Run) -> None:
    name = name_of("Refused")
    vedette(name, "--ignore", "--events", "5", "--users", "3")
    assert "state        ignored until it has 7 events or until 3 more users" in vedette(name).lines


def test_what_was_done_is_undone(vedette: Run) -> None:
    names = [name_of("Refused"), name_of("TimeoutError")]
    assert vedette(*names, "--resolve", "--json").rows == [{"changed": 2}]
    assert [row["issue"]["status"] for row in vedette("--json", "--status", "resolved").rows] == [
        "resolved"
    ] * 2
    vedette(*names, "--unresolve")
    vedette(names[0], "--assign", "ada")
    vedette(names[0], "--assign", "none")
    assert (issue_of("Refused").status, issue_of("Refused").assignee) == ("unresolved", "")


def test_what_cannot_be_done_is_said_in_one_line(vedette: Run) -> None:
    name = name_of("Refused")
    for arguments, message in (
        (["--resolve"], "name the issues"),
        (["TypeError", "--resolve"], "name the issues"),
        ([name_of("TimeoutError"), "--resolve", "--in-next-release"], "No release of cart"),
        ([name, "--resolve", "--in-commit", "xyz"], "hex digits"),
        ([name, "--resolve", "--ignore"], "not allowed with"),
        ([name, "--ignore", "--for", "3000000d"], "no calendar"),
        ([name, "--for", "2d"], "--for goes with --ignore"),
        ([name, "--resolve", "--users", "2"], "--users goes with --ignore"),
        ([name, "--in-release", "2.0"], "--in-release goes with --resolve"),
        ([name, "--ignore", "--in-next-release"], "--in-next-release goes with --resolve"),
    ):
        ran = vedette(*arguments)
        assert ran.code == 2
        assert message in ran.error


def test_a_message_is_told_without_a_stack_trace(vedette: Run, ground: Ground) -> None:
    event = {"logentry": {"message": "no %s", "formatted": "no room"}}
    ground.record([an_error(20, event=event)])
    ground.drain_all()
    row = IssueRow.objects.using("vedette").get(title="no room")
    assert vedette(queries.short_id_of(row.service, row.id)).lines[-1] == "no room"


def test_an_issue_whose_events_are_gone_is_told_all_the_same(vedette: Run) -> None:
    IssueRow.objects.using("vedette").update(first_us=0, last_us=1, last_event_id="f" * 32)
    assert vedette(name_of("Refused")).lines[-1] == "None of its events is stored any more."
