"""The ways in of a site that is set up as the documentation tells."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from pytest_django import Settings as SiteSettings
from pytest_django.plugin import DjangoDbBlocker

from tests.ingest.conftest import an_event, envelope
from tests.state import sqlite, state_database
from vedette import wiring
from vedette.capture import recorder as capture
from vedette.projects import operations
from vedette.projects.queries import Key
from vedette.web.snippets import snippets
from vedette.wire.sentry.dsn import Dsn


@pytest.fixture
def key(settings: SiteSettings, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Key]:
    """Give the key of the service ``mail`` in such a site."""
    settings.VEDETTE = {"DIR": tmp_path, "HOST": "h", "SERVICE": "shop", "INGEST_PER_MINUTE": 3}
    settings.ROOT_URLCONF = "tests.urls_of_a_site"
    settings.MIDDLEWARE = ["vedette.middleware.Vedette"]
    _forget()
    with django_db_blocker.unblock(), state_database(sqlite(tmp_path), path=tmp_path / "state.sqlite3"):
        yield operations.open_project("mail", at=wiring.utc_now())
    _forget()


def _forget() -> None:
    capture.reset()
    wiring.receiver.cache_clear()
    wiring.store.cache_clear()


def post(key: Key, path: str, body: bytes, **sent: Any) -> Any:
    """Post *body* with the key."""
    headers = {"X-Sentry-Auth": f"Sentry sentry_key={key.public}"}
    return Client().post(f"/vedette/{path}", body, headers=headers, **sent)


def test_what_is_sent_is_stored_under_the_key_s_service_and_the_request_itself_is_not(key: Key) -> None:
    path, body = f"api/{key.project}/envelope/", envelope(("event", an_event()))

    assert post(key, path, body, content_type="x/y").status_code == 200
    assert wiring.store().sql("SELECT service, value FROM errors").rows == [("mail", "number 1")]
    assert wiring.store().sql("SELECT path FROM requests").rows == []


def test_a_key_that_was_switched_off_is_refused_soon(key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    path, body = f"api/{key.project}/envelope/", envelope(("event", an_event()))
    assert post(key, path, body, content_type="x/y").status_code == 200
    operations.switch_off(key.public, at=wiring.utc_now())
    monkeypatch.setattr("vedette.ingest.keys.REFRESH_S", 0.0)
    object.__setattr__(wiring.receiver().keys, "_look_at", 0.0)

    assert post(key, path, body, content_type="x/y").status_code == 403


def test_the_limit_of_the_settings_holds(key: Key) -> None:
    path, body = f"api/{key.project}/envelope/", envelope(("event", an_event()))

    statuses = [post(key, path, body, content_type="x/y").status_code for _ in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_metrics_are_remembered_in_the_site_s_directory(key: Key, tmp_path: Path) -> None:
    point = {"timeUnixNano": "1763883245000000000", "startTimeUnixNano": "1763883245000000000", "asInt": "5"}
    told = {
        "name": "orders",
        "sum": {"dataPoints": [point], "aggregationTemporality": 2, "isMonotonic": True},
    }
    body = json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": [told]}]}]}).encode()

    assert post(key, "v1/metrics", body, content_type="application/json").status_code == 200
    assert (tmp_path / "series" / f"{key.project}.msgpack").exists()


def test_files_are_kept_in_the_site_s_directory_and_read_from_there(key: Key, tmp_path: Path) -> None:
    event = an_event()
    body = envelope(
        ("event", event), ("attachment", b"what was seen"), headers={"event_id": event["event_id"]}
    )

    path = f"api/{key.project}/envelope/"
    assert post(key, path, body, content_type="x/y").status_code == 200
    (file,) = wiring.attachments().list_of(event["event_id"], service="mail")
    assert list((tmp_path / "attachments").rglob(f"*{file.id}"))
    assert wiring.worker().maintenance.attachments == wiring.attachments()


def test_the_commands_that_a_project_s_page_shows_for_curl_are_taken(key: Key) -> None:
    dsn = Dsn.of(f"https://{key.public}@testserver/vedette/{key.project}")
    (way,) = (way for way in snippets(dsn) if way.slug == "curl")
    event, check = (shlex.split(command) for command in way.code.split("\n\n"))
    client = Client()

    data = event[event.index("-d") + 1]
    sent = client.post(event[1].removeprefix("https://testserver"), data, content_type="application/json")
    assert sent.status_code == 200
    assert client.get(check[1].removeprefix("https://testserver")).status_code == 202
    assert wiring.store().sql("SELECT value FROM errors").rows == [("Hello from curl",)]
    assert wiring.store().sql("SELECT monitor, state FROM checks").rows == [("nightly", "ok")]


def test_a_site_with_a_transaction_for_each_request_opens_none_for_these(key: Key) -> None:
    from django.core.handlers.base import BaseHandler
    from django.urls import resolve

    view = resolve("/vedette/v1/logs").func
    assert set(connections) <= set(view._non_atomic_requests)  # type: ignore[attr-defined]
    assert BaseHandler().make_view_atomic(view) is view
