"""Fixtures of the tests that drive the pages in headless Chromium: a site with traffic in it, and a page to look through."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.services import refuse
from tests.web import conftest as web
from tests.web.site import put
from vedette.testing import Recorded
from vedette.web import assets

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

_site = web._site
empty = web.empty
traffic = web.traffic


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let each test reach both databases: cards of the overview ask the state."""
    item.add_marker(pytest.mark.django_db(databases=["default", "vedette"], transaction=True))


@pytest.fixture(scope="session")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """Give a running Chromium."""
    if not assets.are_built():
        refuse("the front end is not built; `make setup` builds it")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's synchronous interface runs a loop in this thread, which Django takes for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=str(chromium_path), args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Look:
    """A superuser's look at the site: the page, and what the browser complained of."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to *path* and wait until its cards are there and its charts drawn."""
        self.page.goto(self.base + path)
        self.settle()

    def settle(self) -> None:
        """Wait until no card is loading and every chart is drawn."""
        self.page.wait_for_load_state()
        self.until(
            "[...document.querySelectorAll('[data-loading]')].every(each => each.closest('details:not([open])'))"
            " && !document.querySelector('[data-chart]:not([data-drawn])')"
        )

    def until(self, expression: str, argument: object = None) -> None:
        """Wait until a JavaScript expression holds; raise `TimeoutError` after 15 s.

        Playwright's own way needs `eval` in the page, which the pages forbid.
        """
        for _ in range(300):
            if self.page.evaluate(expression, argument):
                return
            self.page.wait_for_timeout(50)
        raise TimeoutError(expression)

    @property
    def path(self) -> str:
        """The path and the query that the browser shows."""
        return self.page.url.removeprefix(self.base)

    def heard(self, message: ConsoleMessage) -> None:
        """Keep what the console says is wrong."""
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


Start = Callable[..., Look]


@pytest.fixture
def address(_site: None, transactional_db: None) -> Iterator[str]:
    """Give the address of a server that runs the tests' site.

    One for each test: the server of pytest-django's own fixture loads the middleware before a test has set any.
    """
    server = LiveServer("localhost")
    yield str(server.url)
    server.stop()


@pytest.fixture
def look(chromium: Browser, address: str, traffic: Recorded) -> Iterator[Start]:
    """Give a function that logs a superuser in and opens a browser window."""
    client = Client()
    client.force_login(User.objects.create_superuser("grace", "grace@example.org", "secret"))
    session = client.cookies["sessionid"].value
    contexts: list[BrowserContext] = []

    def start(*, width: int = 1440, scheme: str = "light", **options: Any) -> Look:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id="Asia/Tokyo",
            locale="en-GB",
            **options,
        )
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        context.set_default_timeout(15_000)
        seen = Look(context.new_page(), address)
        seen.page.on("console", seen.heard)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        return seen

    yield start
    for context in contexts:
        context.close()
    _await_answers()
    put.store = None


def _await_answers() -> None:
    """Wait until the server has answered what a window asked last: its threads use this test's store and databases."""
    for _ in range(400):
        if not any("process_request_thread" in thread.name for thread in threading.enumerate()):
            return
        time.sleep(0.025)
