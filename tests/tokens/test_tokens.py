"""Tokens with which programs call the API."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from vedette.catalogue.database import ALIAS
from vedette.tokens import operations
from vedette.tokens.models import TokenRow
from vedette.tokens.queries import find_token, list_tokens

pytestmark = pytest.mark.usefixtures("state")
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def test_a_token_is_kept_as_a_hash_alone() -> None:
    secret = operations.make_token("ci", at=NOON)

    row = TokenRow.objects.using("vedette").get()
    assert (str(row), len(row.digest), secret[:8]) == ("ci", 64, "vedette_")
    assert secret not in repr(row.__dict__)
    token = find_token(secret)
    assert token is not None
    assert (token.name, token.scopes, token.created_at) == ("ci", ("project:releases",), NOON)
    assert token.is_active(NOON)


@pytest.mark.parametrize("secret", ["", "nope", "vedette_nope", "vedette_" + "x" * 500, "vedette_\ud800"])
def test_what_is_no_token_finds_none(secret: str) -> None:
    operations.make_token("ci", at=NOON)

    assert find_token(secret) is None


def test_a_token_that_is_off_lets_nobody_in() -> None:
    secret = operations.make_token("ci", at=NOON)
    operations.switch_off("ci", at=NOON)

    assert find_token(secret) is None
    (token,) = list_tokens()
    assert token.disabled_at == NOON
    assert not token.is_active(NOON)
    with pytest.raises(operations.NoTokenError, match="no active token ci"):
        operations.switch_off("ci", at=NOON)


@pytest.mark.parametrize("name", ["", " ci", "a\nb", "n" * 101])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(operations.InvalidTokenError):
        operations.make_token(name, at=NOON)


def test_a_name_is_taken_once_even_where_its_token_is_off() -> None:
    operations.make_token("ci", at=NOON)
    operations.switch_off("ci", at=NOON)

    with pytest.raises(operations.InvalidTokenError, match="already, which is off"):
        operations.make_token("ci", at=NOON)


def test_a_token_ends_by_itself_where_that_was_said() -> None:
    hour = dt.timedelta(hours=1)
    secret = operations.make_token("ci", at=NOON, service="shop", made_by="ada", expires_at=NOON + hour)

    token = find_token(secret)
    assert token is not None
    assert (token.service, token.made_by, token.expires_at) == ("shop", "ada", NOON + hour)
    assert [token.is_active(NOON), token.is_active(NOON + hour)] == [True, False]
    with pytest.raises(operations.InvalidTokenError, match="a time to come"):
        operations.make_token("late", at=NOON, expires_at=NOON)


def test_there_is_a_limit_to_the_tokens_that_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_TOKENS", 2)
    operations.make_token("one", at=NOON)
    operations.make_token("two", at=NOON)

    with pytest.raises(operations.InvalidTokenError, match="2 tokens that are on"):
        operations.make_token("three", at=NOON)
    operations.switch_off("one", at=NOON)
    operations.make_token("three", at=NOON)


def test_no_service_has_a_name_that_long() -> None:
    with pytest.raises(operations.InvalidTokenError, match="at most 200"):
        operations.make_token("ci", at=NOON, service="s" * 201)


def test_its_use_is_written_once_a_day() -> None:
    secret = operations.make_token("ci", at=NOON)
    for hours, writes in ((0, 1), (1, 0), (12, 1)):
        token = find_token(secret)
        assert token is not None
        with CaptureQueriesContext(connections[ALIAS]) as queries:
            operations.note_use(token, at=NOON + dt.timedelta(hours=hours))
        assert len([query for query in queries if query["sql"].startswith("UPDATE")]) == writes
    assert [token.last_used_on for token in list_tokens()] == [dt.date(2026, 11, 24)]
