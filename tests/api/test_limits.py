"""Tokens that are limited to a service, or that have expired."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.api.conftest import Caller
from tests.api.test_releases import DEPLOY, FINALIZE, NEW
from vedette.projects.operations import open_project
from vedette.releases.queries import find_releases, list_deploys_of
from vedette.tokens.operations import make_token
from vedette.tokens.queries import list_tokens


@pytest.fixture
def limited(api: Caller) -> Caller:
    """Give a caller who may tell of the releases of ``shop`` alone, where ``mail`` has one of the same name."""
    api.post("releases/", {**NEW, "projects": ["mail"]})
    api.post("releases/1.0/deploys/", DEPLOY)
    open_project("mail", at=list_tokens()[0].created_at)
    return Caller(make_token("shop alone", at=list_tokens()[0].created_at, service="shop"))


def test_a_token_limited_to_a_service_tells_of_it(limited: Caller) -> None:
    limited.post("releases/", {"version": "2.0", "projects": ["shop"]})
    limited.put("releases/2.0/", FINALIZE)
    limited.post("releases/2.0/deploys/", DEPLOY)
    # Where no project is named, its own is meant.
    limited.post("releases/", {"version": "3.0", "projects": []})

    assert [each["version"] for each in limited.get("releases/")] == ["3.0", "2.0"]
    assert [each.service for each in find_releases("3.0")] == ["shop"]
    assert len(limited.get("releases/2.0/deploys/")) == 1
    assert limited.get("releases/3.0/previous-with-commits/") == {}
    assert limited.get("projects/") == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "releases/", {"version": "2.0", "projects": ["mail"]}, 403),
        ("POST", "releases/", {"version": "2.0", "projects": ["shop", "mail"]}, 403),
        ("POST", "/api/0/projects/acme/mail/releases/", {"version": "2.0"}, 403),
        ("GET", "/api/0/projects/acme/mail/releases/", None, 403),
        ("DELETE", "/api/0/projects/acme/mail/releases/1.0/", None, 403),
        ("PUT", "releases/1.0/", {**FINALIZE, "projects": ["mail"]}, 403),
        ("PUT", "releases/1.0/", FINALIZE, 404),
        ("DELETE", "releases/1.0/", None, 404),
        ("GET", "releases/1.0/", None, 404),
        ("GET", "releases/1.0/commits/", None, 404),
        ("GET", "releases/1.0/deploys/", None, 404),
        ("POST", "releases/1.0/deploys/", DEPLOY, 404),
        ("POST", "releases/1.0/deploys/", {**DEPLOY, "projects": ["mail"]}, 403),
        ("POST", "preprodartifacts/assemble/", {}, 403),
    ],
)
def test_a_token_limited_to_a_service_reaches_no_other(
    limited: Caller, method: str, path: str, body: object, status: int
) -> None:
    assert limited.call(method, path, body).status_code == status

    assert find_releases("2.0") == []
    (release,) = find_releases("1.0")
    assert (release.service, release.finalized_at) == ("mail", None)
    assert len(list_deploys_of([release.id])[release.id]) == 1


def test_a_token_that_expired_says_so(api: Caller) -> None:
    past = list_tokens()[0].created_at - dt.timedelta(days=2)
    expired = Caller(make_token("old", at=past, expires_at=past + dt.timedelta(days=1)))
    refused = expired.call("GET", "/api/0/")
    assert refused.status_code == 401
    assert b"expired at" in refused.content
