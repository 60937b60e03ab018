"""``vedette sql``."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from tests.cli.conftest import NOW, Run
from tests.requests.kept import Kept
from vedette.record.signals import Request


@pytest.fixture(autouse=True)
def requests(kept: Kept) -> None:
    """Record three requests."""
    kept.record(
        Request(
            time=NOW - dt.timedelta(minutes=number),
            route="/tasks/",
            status=200 + number,
            attributes={"n": str(number)},
        )
        for number in range(3)
    )


def test_rows_are_a_table_for_people(vedette: Run) -> None:
    ran = vedette("sql", "SELECT status, route, time FROM requests ORDER BY status LIMIT 2")

    assert ran.lines == [
        "status  route    time",
        "   200  /tasks/  2026-03-18 14:00:00.000",
        "   201  /tasks/  2026-03-18 13:59:00.000",
    ]


def test_rows_are_objects_for_programs(vedette: Run) -> None:
    ran = vedette(
        "sql", "SELECT max(time) AS last, count(*), count(*), max(attributes) AS a FROM requests", "--json"
    )

    assert ran.rows == [
        {"last": "2026-03-18T14:00:00Z", "count_star()": 3, "count_star()_2": 3, "a": {"n": "2"}}
    ]


def test_values_that_json_lacks_are_told_apart_from_numbers(vedette: Run) -> None:
    ran = vedette(
        "sql",
        "SELECT 'nan'::DOUBLE AS n, 123456789012345678901234567890::HUGEINT AS h, NULL AS e, [1.5] AS l",
        "--json",
    )

    assert ran.rows == [{"n": None, "h": "123456789012345678901234567890", "e": None, "l": ["1.5"]}]


def test_more_rows_than_the_limit_are_left_out_and_said_to_be(
    vedette: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = vedette("sql", "SELECT status FROM requests", "--limit", "2", "--json")

    assert len(ran.rows) == 2
    assert capsys.readouterr().err == "… more rows are left out (--limit 2)\n"


def test_the_statement_may_come_from_standard_input(vedette: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT count(*) AS n FROM requests"))

    assert vedette("sql", "-", "--json").rows == [{"n": 3}]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DELETE FROM requests", "Only SELECT is allowed"),
        ("DROP TABLE requests", "Only SELECT is allowed"),
        ("SELECT 1; SELECT 2", "Give one statement"),
        ("SELEC 1", "syntax error"),
        ("SELECT nope FROM requests", "nope"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
        ("COPY (SELECT 1) TO '/tmp/out.csv'", "Only SELECT is allowed"),
        ("SELECT count(*) FROM range(1000000000000) a, range(1000) b", "longer than 0.3 s"),
    ],
)
def test_what_must_not_be_or_never_ends_is_refused_in_one_line(
    vedette: Run, statement: str, message: str
) -> None:
    ran = vedette("sql", statement, "--timeout", "300ms")

    assert ran.code == 1
    assert message in ran.error
    assert "\n" not in ran.error
