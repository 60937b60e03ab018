"""The commands as programs: pipes, signals, exit codes, the state database."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.programs import Program, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path) -> Program:
    """Give a site in which nothing has happened yet."""
    return Program(tmp_path)


def test_what_another_process_recorded_is_found_at_once(site: Program) -> None:
    site.log("hello from a worker")

    ran = site.run("logs", "--json")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["message"] == "hello from a worker"


def test_a_reader_who_goes_away_is_no_error(site: Program) -> None:
    for number in range(30):
        site.log(f"{number} {'x' * 9000}")
    with site.started("logs", "--exceptions") as process:
        assert process.stdout is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(60) == 0


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT length(repeat('x', 2000000000)) FROM range(1000)", "ended"),
        ("SELECT count(*) FROM range(100000000000) a, range(1000) b", "took longer than 1 s"),
        ("SELECT list(x) FROM range(1000000000) t(x)", "memory"),
    ],
)
def test_sql_that_never_ends_or_eats_memory_is_ended(site: Program, statement: str, message: str) -> None:
    ran = site.run("sql", "--timeout", "1s", statement)

    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (1, "", 1)
    assert message in ran.stderr or "memory" in ran.stderr.lower()


def test_following_shows_what_comes_until_it_is_interrupted(site: Program) -> None:
    site.log("before")
    with site.started("logs", "--follow", "--grep", "e") as process:
        assert process.stdout is not None
        assert process.stdout.readline().endswith("before\n")
        site.log("of no interest: XYZ".replace("e", ""))
        site.log("later")
        assert process.stdout.readline().endswith("later\n")
        process.send_signal(signal.SIGINT)
        rest, error = process.communicate(timeout=60)
        assert (process.returncode, rest, error) == (130, "", "")


def test_a_wrong_option_is_told_in_one_line_with_exit_code_2(site: Program) -> None:
    for arguments in (
        ["logs", "--bogus"],
        ["logs", "--level", "loud"],
        ["requests", "--slower-than", "fast"],
        [],
        ["nope"],
    ):
        ran = site.run(*arguments)

        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.startswith("vedette")
        assert ran.stderr.count("\n") == 1


def test_a_failure_is_told_in_one_line_with_exit_code_1(site: Program) -> None:
    ran = site.run("sql", "DROP TABLE requests")

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "vedette sql: Only SELECT is allowed, not DROP: the store is read-only.\n"


def test_a_statement_is_read_from_a_pipe(site: Program) -> None:
    ran = site.run("sql", "-", "--json", input="SELECT 1 AS one")

    assert json.loads(ran.stdout) == {"one": 1}


def test_run_drains_until_it_is_told_to_end(site: Program) -> None:
    site.log("hello")
    with site.started("run") as process:
        wait_for(lambda: list((site.directory / "vedette" / "parts").rglob("*.parquet")))
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "Background work begins as web-1:" in out
        assert out.endswith("Background work has ended.\n")


def test_tick_drains_once_and_says_nothing(site: Program) -> None:
    site.log("hello")

    ran = site.run("tick")
    status = json.loads(site.run("status", "--json").stdout)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    logs = next(table for table in status["tables"] if table["table"] == "logs")
    assert (logs["rows"], logs["parts"]) == (1, 1)
    assert status["journal"]["behind_s"] == 0
    assert status["losses"] == []


def test_prune_removes_parts_even_while_another_process_leads(site: Program) -> None:
    site.log("hello")
    with site.started("run") as process:
        wait_for(
            lambda: json.loads(site.run("sql", "SELECT count(*) AS n FROM logs", "--json").stdout) == {"n": 1}
        )
        wait_for(lambda: list((site.directory / "vedette" / "parts").rglob("*.parquet")))
        dry = json.loads(site.run("prune", "--before", "now", "--dry-run", "--json").stdout)
        assert json.loads(site.run("sql", "SELECT count(*) AS n FROM logs", "--json").stdout) == {"n": 1}
        done = json.loads(site.run("prune", "--before", "now", "--json").stdout)
        assert (dry["tables"], done["is_dry_run"]) == (done["tables"], False)
        assert [table["table"] for table in done["tables"]] == ["logs"]
        assert json.loads(site.run("sql", "SELECT count(*) AS n FROM logs", "--json").stdout) == {"n": 0}
        # The leader goes on where it stood.
        site.log("afterwards")
        wait_for(lambda: json.loads(site.run("status", "--json").stdout)["journal"]["behind_s"] == 0)
        assert process.poll() is None


def test_prune_refuses_a_time_that_has_not_come(site: Program) -> None:
    assert site.run("prune", "--before", "2100-01-01").returncode == 2


def test_the_doctor_finds_a_site_well(site: Program) -> None:
    site.log("hello")
    site.run("tick")

    ran = site.run("doctor", "--json")

    found = json.loads(ran.stdout)
    assert (ran.returncode, found["is_well"]) == (0, True), found
    assert {finding["state"] for finding in found["findings"]} == {"ok"}


def test_before_anything_was_recorded_nothing_is_an_error(site: Program) -> None:
    examined = site.run("doctor", "--json")
    told = site.run("status", "--json")

    assert {each["state"] for each in json.loads(examined.stdout)["findings"]} == {"ok", "warning"}
    assert (told.returncode, json.loads(told.stdout)["source_maps"]) == (0, {"uploads": 0, "bytes": 0})


def test_the_doctor_says_where_programs_with_a_token_are_not_answered(site: Program) -> None:
    site.run("token", "new", "ci")
    site.run("tick")

    ran = site.run("doctor")
    assert "organization not found" in ran.stdout
    assert 'include("vedette.sentry_urls")' in ran.stdout
    well = json.loads(site.run("doctor", "--json", VEDETTE_TEST_ROOT_URLCONF="tests.api.site").stdout)
    assert [each["state"] for each in well["findings"] if each["subject"] == "sentry-cli"] == ["ok"]


def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(site: Program) -> None:
    ran = site.run("doctor", VEDETTE_TEST_WRONG="1")

    assert ran.returncode == 1
    assert "VEDETTE has no setting 'NOPE'." in ran.stdout
    assert "VEDETTE['GROUPING_RULES'], line 1: nothing is called `colour`" in ran.stdout
    assert "nothing has been recorded yet" in ran.stdout
    assert "Start `manage.py vedette run`" in ran.stdout


def test_the_doctor_finds_a_directory_that_cannot_be_made(site: Program) -> None:
    (site.directory / "vedette").write_text("a file is in the way")

    ran = site.run("doctor")

    assert ran.returncode == 1
    assert "is not a directory" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr


def test_a_site_that_is_not_set_up_is_told_so_by_every_verb(site: Program) -> None:
    for verb in (["logs"], ["requests"], ["sql", "SELECT 1"], ["status"], ["tick"], ["run"], ["prune"]):
        ran = site.run(*verb, VEDETTE_TEST_UNSET="1")

        assert (ran.returncode, ran.stdout) == (1, ""), verb
        assert 'VEDETTE["DIR"] is not set.' in ran.stderr, verb
        assert ran.stderr.count("\n") == 1, verb
    ran = site.run("doctor", VEDETTE_TEST_UNSET="1")
    assert ran.returncode == 1
    assert ran.stdout.count('VEDETTE["DIR"] is not set.') == 1
    assert ran.stderr == ""


def test_a_damaged_state_database_is_told_in_one_line(site: Program) -> None:
    site.log("hello")
    (site.directory / "vedette" / "state.sqlite3").write_bytes(b"this is no database" * 1000)

    ran = site.run("logs")
    examined = site.run("doctor")

    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
    assert examined.returncode == 1
    assert "the state database cannot be opened: file is not a database" in examined.stdout
    assert examined.stderr == ""


def test_a_state_database_that_was_lost_or_is_too_new_is_told(site: Program) -> None:
    site.log("hello")
    site.run("tick")
    for path in (site.directory / "vedette").glob("state.sqlite3*"):
        path.unlink()
    site.run("tick")
    with contextlib.closing(sqlite3.connect(site.directory / "vedette" / "state.sqlite3")) as state, state:
        state.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('vedette', '9999_later', '2099-01-01')"
        )

    ran = site.run("doctor")

    assert ran.returncode == 1
    assert "1 file is older than the state database" in ran.stdout
    assert "made by a newer release of Vedette, up to 9999_later" in ran.stdout


def test_help_names_every_verb_and_imports_no_engine(site: Program) -> None:
    code = (
        "import sys, django; from django.core.management import ManagementUtility; "
        "utility = ManagementUtility(['manage.py', 'vedette', '--help'])\n"
        "try: utility.execute()\n"
        "except SystemExit: print('duckdb' in sys.modules)"
    )
    ran = subprocess.run(
        [*site._command(())[:1], "-c", code],
        env=site._environ({}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert all(
        f"    {verb} " in ran.stdout
        for verb in ("run", "tick", "doctor", "status", "logs", "requests", "sql")
    )
    assert ran.stdout.endswith("False\n")
