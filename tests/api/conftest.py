"""A client with a token, as `sentry-cli` calls."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from vedette.tokens.operations import make_token

ORG = "/api/0/organizations/acme/"


@dataclass
class Caller:
    """Calls the API with a token."""

    secret: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def call(self, method: str, path: str, body: object = None, **headers: str) -> HttpResponse:
        """Call *path*, below the organization unless it is absolute."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/") else ORG + path
        authorization = headers.pop("Authorization", f"Bearer {self.secret}")
        answered: Any = self.client.generic(
            method,
            address,
            data,
            content_type="application/json",
            headers={"Authorization": authorization, **headers},
        )
        response: HttpResponse = answered
        assert not response.cookies
        return response

    def get(self, path: str) -> Any:
        """Return what *path* holds."""
        response = self.call("GET", path)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def post(self, path: str, body: object, *, status: int = 201) -> Any:
        """Post *body*, and return what is answered."""
        response = self.call("POST", path, body)
        assert response.status_code == status, response.content
        return json.loads(response.content)

    def put(self, path: str, body: object) -> Any:
        """Put *body*, and return what is answered."""
        response = self.call("PUT", path, body)
        assert response.status_code == 200, response.content
        return json.loads(response.content)


@pytest.fixture
def api(state: str, settings: Any) -> Caller:
    """Give a caller who may tell of releases."""
    settings.ROOT_URLCONF = "tests.api.site"
    return Caller(make_token("ci", at=dt.datetime.now(dt.UTC)))
