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


def test_a_token_may_be_limited_and_end_by_itself(vedette: Run) -> None:
    made = vedette("token", "new", "ci", "--service", "shop", "--expires", "90d", "--json").rows[0]
    vedette("token", "new", "brief", "--expires", "1ms")

    assert (made["service"], made["created_at"], made["expires_at"]) == (
        "shop", "2026-03-18T14:00:00Z", "2026-06-16T14:00:00Z",
    )  # fmt: skip
    listed = {row["name"]: row for row in vedette("token", "list", "--json").rows}
    assert (listed["ci"]["service"], listed["ci"]["made_by"], listed["brief"]["service"]) == ("shop", "", "")
    text = vedette("token", "list").out
    assert "on until 2026-06-16" in text
    assert "any" in text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["new", "ci", "--expires", "soon"], "--expires: 'soon' is no duration"),
        (["new", "ci", "--expires", "0s"], "a time to come"),
        (["new", "ci", "--expires", "9999999d"], "--expires"),
        (["off", "nope"], "there is no active token nope"),
        (["new", ""], "1 to 100"),
        (["new"], "NAME"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(vedette: Run, arguments: list[str], reason: str) -> None:
    ran = vedette("token", *arguments)

    assert (ran.code, ran.out, len(ran.error.splitlines())) == (2, "", 1)
    assert reason in ran.error
