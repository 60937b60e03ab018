"""Fixtures of the pages' tests: a store with a little traffic in it, and people who look at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.web.site import put
from vedette.record.signals import Log, Request, Span
from vedette.testing import Recorded, recorded

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
TRACE = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.web.site"
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    yield
    put.store, put.behind_s, put.error, put.markers = None, 0.0, None, None


@pytest.fixture
def empty() -> Iterator[Recorded]:
    """Give a store without a record."""
    with recorded() as seen:
        put.store = seen.store
        yield seen


@pytest.fixture
def traffic(empty: Recorded) -> Recorded:
    """Give a store with forty requests of the last hour, one of them failed, and what was logged meanwhile."""
    for number in range(40):
        empty.recorder.record(
            Request(
                time=NOW - dt.timedelta(minutes=number + 1),
                trace_id=f"{number:032x}",
                span_id=f"{number:016x}",
                service="shop",
                request_id=f"request-{number}",
                user_id=str(number % 3),
                release="2.0" if number < 20 else "1.0",
                method="GET",
                route="/tasks/" if number % 2 else "/board/",
                path="/tasks/" if number % 2 else "/board/",
                status=200,
                duration_ms=10.0 + number,
                query_count=2,
                query_ms=3.0,
            )
        )
    empty.recorder.record(opened_request())
    for signal in happened():
        empty.recorder.record(signal)
    return empty


def opened_request() -> Request:
    """Return the request that tests open."""
    return Request(
        time=NOW - dt.timedelta(minutes=2),
        trace_id=TRACE,
        span_id="00000000000000aa",
        request_id="the-one",
        user_id="7",
        method="POST",
        route="/tasks/<int:pk>/",
        path="/tasks/5/<b>/",
        status=500,
        duration_ms=400.0,
        query_count=34,
        query_ms=200.0,
        repeated_query_count=33,
        attributes={"user_agent.original": "<script>alert(1)</script>"},
    )


def happened() -> list[Log | Span]:
    """Return what belongs to it: a log record, a query, a repeated statement; and a log record of nobody."""
    at = NOW - dt.timedelta(minutes=2)
    return [
        Log(
            time=at + dt.timedelta(milliseconds=100),
            severity=17,
            severity_text="ERROR",
            logger="django.request",
            message="Internal Server Error: <b>/tasks/5/</b>",
            exception="Traceback (most recent call last):\nTypeError: it broke",
            attributes={"status_code": "500", "spelled out": 'a "quoted" value'},
            trace_id=TRACE,
            span_id="00000000000000aa",
            request_id="the-one",
        ),
        Span(time=at, op="db", name="SELECT 1", duration_ms=150.0, trace_id=TRACE, request_id="the-one"),
        Span(
            time=at + dt.timedelta(milliseconds=5),
            op="db.repeated",
            name="SELECT * FROM tag WHERE task = ?",
            duration_ms=40.0,
            trace_id=TRACE,
            request_id="the-one",
            attributes={"count": "33", "code.filepath": "apps/views.py", "code.lineno": "40"},
        ),
        Log(
            time=NOW - dt.timedelta(minutes=5),
            severity=9,
            severity_text="INFO",
            logger="apps.tasks",
            message="Task created",
            template="Task created",
        ),
    ]


@pytest.fixture
def staff(db: None) -> User:
    """Give a superuser."""
    return User.objects.create_superuser("grace", "grace@example.org", "secret")


@pytest.fixture
def browser(client: Client, staff: User) -> Client:
    """Give a client in which a superuser is logged in."""
    client.force_login(staff)
    return client
