"""``manage.py vedette dsn`` as a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.programs import Program

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path) -> Program:
    """Give a site without a state database."""
    return Program(tmp_path)


def test_the_dsn_of_the_site_s_own_service_is_made_when_first_asked_for(site: Program) -> None:
    ran = site.run("dsn", "--url", "https://example.org/")
    again = site.run("dsn", "--json", "--url", "https://example.org")

    shown = json.loads(again.stdout)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.strip() == shown["dsn"] == f"https://{shown['key']}@example.org/vedette/1"
    assert (shown["service"], shown["project"], shown["disabled_at"]) == ("tests", 1, None)


def test_a_key_is_rotated_and_listed_and_switched_off(site: Program) -> None:
    old = json.loads(site.run("dsn", "shop", "--json").stdout)
    new = json.loads(site.run("dsn", "shop", "--rotate", "--json").stdout)
    off = site.run("dsn", "--off", new["key"])
    rows = [json.loads(line) for line in site.run("dsn", "--list", "--json").stdout.splitlines()]

    assert off.stdout == f"{new['key']} is off.\n"
    assert [row["key"] for row in rows] == [old["key"], new["key"]]
    assert all(row["disabled_at"] for row in rows)
    assert [row["last_used_at"] for row in rows] == [None, None]
    listed = site.run("dsn", "--list").stdout
    assert "off since" in listed
    assert "last used" in listed


def test_what_makes_no_sense_is_told_in_one_line(site: Program) -> None:
    for arguments in (["--url", "example.org"], ["--off", "nope"], ["s" * 201], ["--new", "--rotate"]):
        ran = site.run("dsn", *arguments)
        assert (ran.returncode, ran.stdout) == (2, ""), ran
        assert len(ran.stderr.splitlines()) == 1
    assert site.run("dsn", "--list").stdout.startswith("There is no key yet")
