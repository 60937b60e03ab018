"""A shop with errors, digested into issues: fixtures of the tests of the issues' pages."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.web.conftest import TRACE
from tests.web.events import frame, raised, thrown, words
from tests.web.site import put
from vedette.issues.digest import IssueDigest
from vedette.issues.queries import Issue, IssueFilters, list_issues
from vedette.record.signals import Error, Event, Log
from vedette.releases import operations as releases
from vedette.store.query import TimeRange
from vedette.testing import Recorded, recorded

MARKUP = "<script>alert(1)</script>"
CHAIN = raised(
    thrown("KeyError", "'fi'", frame("get_response", own=False), frame("inner", own=False), frame("price", 22, vars={"cart": {"country": "'fi'"}}), exception_id=1, parent_id=0, source="__cause__"),
    thrown("ValueError", "cannot price order 17", frame("checkout", 30), exception_id=0, handled=False),
    request={"method": "POST", "url": "https://shop.example/checkout/", "headers": {"User-Agent": MARKUP}},
    breadcrumbs=[{"category": "query", "message": "SELECT 1"}],
    transaction="/checkout/",
)  # fmt: skip
MESSAGE = {"message": f"Stock of {MARKUP} is low", "level": "warning", "platform": "python"}
BROWSER = raised(
    thrown("TypeError", "Cannot read properties of null (reading 'length')", frame("render", 3, filename="https://shop.example/app.js", module="")),
    platform="javascript",
)  # fmt: skip


def ago(*, minutes: float) -> dt.datetime:
    """Return the time so many minutes before the test."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=minutes)


def error_of(payload: dict[str, Any], number: int, *, minutes: float = 1.0, **more: Any) -> Error:
    """Return the event numbered *number*, which happened so many minutes ago."""
    found = payload.get("exception", {}).get("values", [{}])[-1]
    values: dict[str, Any] = {
        "time": ago(minutes=minutes),
        "service": "shop",
        "environment": "production",
        "release": "2.0",
        "host": "web-1",
        "event_id": f"{number:032x}",
        "type": found.get("type", ""),
        "value": found.get("value", payload.get("message", "")),
        "level": payload.get("level", "error"),
    }
    sent = {**payload, "event_id": values["event_id"], "timestamp": values["time"].timestamp()}
    values["payload"] = msgspec.Raw(json.dumps(sent).encode())
    return Error(**{**values, **more})


def errors() -> Iterator[Error]:
    """Yield twelve failed checkouts of three users, three failures in browsers, and one message."""
    for number in range(12):
        yield error_of(
            CHAIN,
            number + 1,
            minutes=60 - 5 * number,
            user_id=str(number % 3),
            release="2.0" if number > 3 else "1.0",
            trace_id=TRACE if number == 11 else "",
            attributes={"browser.name": "Firefox" if number % 4 else "Safari", "cart": MARKUP},
            handled=False,
        )
    for number in range(3):
        yield error_of(BROWSER, 100 + number, minutes=30 - number, environment="staging", service="front")
    yield error_of(MESSAGE, 200, minutes=90)


@contextlib.contextmanager
def shop_with_errors() -> Iterator[Recorded]:
    """Give a store with the errors, digested."""
    with recorded(sinks=[IssueDigest()]) as seen:
        for error in errors():
            seen.recorder.record(error)
        at = ago(minutes=5.1)
        seen.recorder.record(
            Log(time=at, message="Payment was refused", logger="shop", severity=17, severity_text="ERROR", trace_id=TRACE)
        )  # fmt: skip
        said = {"name": "Ada", "message": f"It broke {MARKUP}", "associated_event_id": f"{12:032x}"}
        seen.recorder.record(
            Event(time=ago(minutes=1), name="user_feedback", service="shop", properties=said)
        )
        seen.drain()
        for version, minutes in (("1.0", 80), ("2.0", 40)):
            releases.announce("shop", version, at=ago(minutes=minutes))
        yield seen


@pytest.fixture
def shop(db: None) -> Iterator[Recorded]:
    """Give a store with the errors to the pages."""
    with shop_with_errors() as seen:
        put.store = seen.store
        yield seen


def issue_called(seen: Recorded, title: str) -> Issue:
    """Return the issue whose title begins so."""
    range = TimeRange(ago(minutes=180), ago(minutes=-5))
    page = list_issues(seen.store, range=range, filters=IssueFilters(status=""), limit=500)
    return next(row.issue for row in page.rows if row.issue.title.startswith(title))


def told(markup: str) -> str:
    """Return what a reader sees of *markup*, without how long ago things were."""
    return re.sub(r"\b(?:\d+ (?:s|min|h|d) ago|just now)", "ago", words(markup))
