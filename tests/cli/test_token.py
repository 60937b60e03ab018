"""``vedette token``."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run
from vedette.tokens.queries import find_token

pytestmark = pytest.mark.usefixtures("sqlite_state")


def test_a_token_is_shown_once_listed_and_switched_off(vedette: Run) -> None:
    assert "There is no token yet" in vedette("token", "list").out
    secret = vedette("token", "new", "ci").out.strip()
    other = vedette("token", "new", "deploys", "--json").rows[0]

    assert find_token(secret) is not None
    assert (other["name"], other["scopes"]) == ("deploys", ["project:releases"])
    listed = vedette("token", "list").out
    assert "never" in listed
    assert secret not in listed
    assert vedette("token", "off", "ci").out == "ci is off.\n"
    assert vedette("token", "off", "deploys", "--json").rows[0]["name"] == "deploys"
    assert all(row["disabled_at"] for row in vedette("token", "list", "--json").rows)
    assert find_token(secret) is None


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["off", "nope"], "there is no active token nope"), (["new", ""], "1 to 100"), (["new"], "NAME")],
)
def test_what_makes_no_sense_is_told_in_one_line(vedette: Run, arguments: list[str], reason: str) -> None:
    ran = vedette("token", *arguments)

    assert (ran.code, ran.out, len(ran.error.splitlines())) == (2, "", 1)
    assert reason in ran.error
