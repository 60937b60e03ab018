"""A receiver over a journal of this test's own, and a client that posts to it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from tests.ingest.site import put
from vedette.capture.address import address_reader
from vedette.ingest.keys import Grant, KeyRing
from vedette.ingest.rates import Rates
from vedette.ingest.receiver import Receiver
from vedette.ingest.series import Series
from vedette.testing import FakeClock, Recorded, recorded

KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "fedcba9876543210fedcba9876543210"
AUTH = f"Sentry sentry_key={KEY}, sentry_version=7, sentry_client=test/1.0"
NOW = dt.datetime(2026, 11, 23, 7, 34, 5, tzinfo=dt.UTC)
PROTOBUF = "application/x-protobuf"


@dataclass
class Posting:
    """A client of the ways in."""

    recorded: Recorded
    clock: FakeClock

    def __post_init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def set(self, **changes: Any) -> None:
        """Change the receiver."""
        assert put.receiver is not None
        put.receiver = dataclasses.replace(put.receiver, **changes)

    def limit(self, per_minute: int) -> None:
        """Let so much in."""
        self.set(rates=Rates(per_minute, monotonic=self.clock.monotonic))

    def post(
        self, path: str, body: bytes | str = b"", *, key: str | None = KEY, type: str = "", **headers: str
    ) -> HttpResponse:
        """Post *body* to *path*, with *key* in the usual header."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent.setdefault("X-Sentry-Auth", AUTH.replace(KEY, key))
        data = body.encode() if isinstance(body, str) else body
        type = type or "application/x-sentry-envelope"
        answer = self.client.post(f"/vedette/{path}", data, content_type=type, headers=sent)
        assert isinstance(answer, HttpResponse)
        return answer

    def envelope(
        self, *items: tuple[str, Any], headers: dict[str, Any] | None = None, **sent: Any
    ) -> HttpResponse:
        """Post an envelope with *items*."""
        return self.post("api/1/envelope/", envelope(*items, headers=headers), **sent)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return list(self.recorded.store.sql(sql).rows)

    def losses(self) -> dict[tuple[str, str], int]:
        """Return what was counted as lost."""
        return self.recorded.recorder.drops.pending()


def envelope(*items: tuple[str, Any], headers: dict[str, Any] | None = None) -> bytes:
    """Return an envelope."""
    lines = [json.dumps(headers or {}).encode()]
    for kind, payload in items:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        lines += [json.dumps({"type": kind, "length": len(data)}).encode(), data]
    return b"\n".join(lines)


def an_event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return an error event."""
    return {
        "event_id": f"{number:032x}",
        "environment": "staging",
        "release": "shop@2",
        "exception": {"values": [{"type": "ValueError", "value": f"number {number}"}]},
        **changes,
    }


@contextlib.contextmanager
def receiving(directory: Path) -> Iterator[Posting]:
    """Run a receiver that knows two keys over a journal in *directory*, and give a client of it."""
    clock = FakeClock(at=NOW)
    with (
        override_settings(
            ROOT_URLCONF="tests.ingest.site", MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"]
        ),
        recorded(directory) as seen,
    ):
        known = {KEY: Grant(KEY, "1", "shop", NOW), OTHER_KEY: Grant(OTHER_KEY, "2", "mail", NOW)}
        put.receiver = Receiver(
            keys=KeyRing(lambda: known, monotonic=clock.monotonic),
            rates=Rates(0, monotonic=clock.monotonic),
            recorder=lambda: seen.recorder,
            address_of=address_reader(trusted_proxies=(), is_whole=False),
            now=clock.now,
            salt=b"salt",
        )
        put.series = Series(directory / "series", now_ns=lambda: int(NOW.timestamp() * 1e9))
        try:
            yield Posting(seen, clock)
        finally:
            put.receiver = put.series = None


@pytest.fixture
def posting(tmp_path: Path) -> Iterator[Posting]:
    """Give a client of a receiver that knows two keys."""
    with receiving(tmp_path) as client:
        yield client
