"""Statements in one line."""

from __future__ import annotations

import pytest

from vedette.web.statements import MOST_CHARS, shortened

COLUMNS = ", ".join(f'"tasks_task"."column_{number}"' for number in range(9))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'SELECT {COLUMNS} FROM "tasks_task" WHERE id = ?', 'SELECT … FROM "tasks_task" WHERE id = ?'),
        (f"select distinct {COLUMNS}\nfrom task", "select distinct … from task"),
        (
            f"SELECT {COLUMNS}, (SELECT COUNT(*) FROM tag) AS n, EXTRACT(year FROM due) FROM task",
            "SELECT … FROM task",
        ),
        ("SELECT id, title FROM task", "SELECT id, title FROM task"),
        ("SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e", "SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e"),
        (f"SELECT {COLUMNS}, ((( FROM task", f"SELECT {COLUMNS}, ((( FROM task"),
        ("GET /tasks/from/here/", "GET /tasks/from/here/"),
        ("UPDATE task SET title = ? FROM tag", "UPDATE task SET title = ? FROM tag"),
        ("", ""),
    ],
)
def test_a_long_list_of_columns_is_left_out(text: str, expected: str) -> None:
    assert shortened(text) == expected


def test_of_a_very_long_statement_the_beginning_is_looked_at() -> None:
    text = f"SELECT {'x, ' * MOST_CHARS} y FROM task"
    assert shortened(text) == text
