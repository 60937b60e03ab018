"""Who asks is recorded as far as it is known without a query."""

from __future__ import annotations

import asyncio

import pytest
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client

from tests.capture.observed import Observed

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    """Give a client that is logged in."""
    client = Client()
    client.force_login(User.objects.create_user("ada", password="x"))
    return client


def test_the_user_is_known_where_the_view_asked(site: Observed, visitor: Client) -> None:
    visitor.get("/whoami/")
    assert site.request.user_id == str(User.objects.get().pk)


def test_the_user_is_known_where_the_session_was_read(site: Observed, visitor: Client) -> None:
    visitor.get("/profile/")
    assert site.request.user_id == str(User.objects.get().pk)


def test_nobody_is_looked_up_for_the_record(site: Observed, visitor: Client) -> None:
    visitor.get("/")
    assert (site.request.user_id, site.request.session_id, site.request.query_count) == ("", "", 0)


def test_a_visitor_who_is_not_logged_in_has_no_user_id(site: Observed) -> None:
    Client().get("/whoami/")
    assert site.request.user_id == ""


def test_the_session_is_recorded_as_a_hash_that_stays_the_same(site: Observed, visitor: Client) -> None:
    visitor.get("/profile/")
    visitor.get("/whoami/")
    first, second = site.requests
    key = visitor.session.session_key or ""
    assert first.session_id == second.session_id
    assert len(first.session_id) == 16
    assert key
    assert key not in first.session_id


def test_the_key_of_a_session_is_nowhere_in_the_journal(site: Observed, visitor: Client) -> None:
    visitor.get("/profile/")
    written = b"".join(path.read_bytes() for path in site.journal_dir.iterdir())
    assert (visitor.session.session_key or "").encode() not in written


def test_sessions_are_told_apart(site: Observed) -> None:
    Client().get("/session/")
    Client().get("/session/")
    first, second = site.requests
    assert first.session_id != second.session_id


@pytest.mark.django_db(transaction=True)
def test_the_user_is_known_under_asgi(site: Observed, visitor: Client) -> None:
    cookie = f"sessionid={visitor.session.session_key}"
    asyncio.run(site.aget("/whoami/", cookie=cookie))
    assert site.request.user_id == str(User.objects.get().pk)


class _Odd:
    """A user of a site's own making."""

    def __bool__(self) -> bool:
        raise RuntimeError("asked whether there is one")

    @property
    def pk(self) -> int:
        raise RuntimeError("asked who it is")


def test_a_user_that_cannot_be_asked_does_not_break_the_request(
    site: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def authenticate(self: object, request: HttpRequest) -> None:
        request.__dict__.update(_cached_user=_Odd(), user=_Odd())

    monkeypatch.setattr(AuthenticationMiddleware, "process_request", authenticate)
    assert site.get("/").status == 200
    assert (site.request.status, site.request.user_id) == (200, "")
