"""Statements without their literals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.capture.statements import STATEMENT_CHARS, normalised

WORDS = [
    "SELECT",
    "IN",
    "VALUES",
    "(",
    ")",
    ",",
    ", ",
    "?",
    "%s",
    "%(a)s",
    "$1",
    "$$",
    "$a$",
    ":a",
    "::int",
    "'",
    "''",
    "E'",
    "\\",
    '"',
    "`",
    "--",
    "\n",
    "/*",
    "*/",
    "*",
    "/",
    "1",
    ".5",
    "1e9",
    "-",
    "a1",
    "ü",
    " ",
    ";",
    "SAVEPOINT",
]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT "a"."b1" FROM "a" WHERE "a"."id" = %s', 'SELECT "a"."b1" FROM "a" WHERE "a"."id" = ?'),
        ("SELECT * FROM t WHERE a = 'it''s' AND b = 1.5e-3", "SELECT * FROM t WHERE a = ? AND b = ?"),
        ("SELECT x IN (1, 2,3)", "SELECT x IN (?)"),
        ("SELECT x IN (%s, %s)", "SELECT x IN (?)"),
        ("INSERT INTO t VALUES (%s, %s), (%s, %s)", "INSERT INTO t VALUES (?)"),
        ("SELECT a -- why\n  /* and\n how */ FROM t ;", "SELECT a FROM t"),
        ("SELECT t1.c2 FROM t1", "SELECT t1.c2 FROM t1"),
        ("SELECT a::int, :name, $1", "SELECT a::int, ?, ?"),
        ("SELECT $body$it's$body$, $$x$$", "SELECT ?, ?"),
        (r"SELECT E'it\'s', 'C:\'", "SELECT ?, ?"),
        ("SELECT 'never ends", "SELECT ?"),
        ("SELECT x'1f', 0x1f", "SELECT ?, ?"),
        ('SAVEPOINT "s140_x1"', "SAVEPOINT ?"),
        ("ROLLBACK TO SAVEPOINT s140_x2", "ROLLBACK TO SAVEPOINT ?"),
        ("", ""),
    ],
)
def test_literals_lists_and_layout_are_gone(sql: str, expected: str) -> None:
    assert normalised(sql) == expected


def test_mysql_writes_text_in_either_quotes_with_backslashes() -> None:
    sql = r"""SELECT `a1` FROM t WHERE a = "it\"s" AND b = 'it\'s'"""
    assert normalised(sql, is_mysql=True) == "SELECT `a1` FROM t WHERE a = ? AND b = ?"


def test_only_the_beginning_of_a_huge_statement_is_looked_at() -> None:
    assert len(normalised("SELECT " + "a, " * 1_000_000)) <= STATEMENT_CHARS


@given(st.text() | st.lists(st.sampled_from(WORDS), max_size=30).map("".join), st.booleans())
def test_normalising_never_raises_and_does_nothing_the_second_time(sql: str, is_mysql: bool) -> None:
    once = normalised(sql, is_mysql=is_mysql)
    assert normalised(once, is_mysql=is_mysql) == once


@given(st.text(alphabet=st.characters(blacklist_characters="\x00"), min_size=3))
def test_no_part_of_a_quoted_literal_is_left(text: str) -> None:
    quoted = text.replace("'", "''")
    assert (
        normalised(f"SELECT * FROM t WHERE a = '{quoted}' AND b = 1")
        == "SELECT * FROM t WHERE a = ? AND b = ?"
    )
