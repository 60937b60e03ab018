"""The browser of the demonstration's people, at a server of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vedette.cli.demo.browser import Browser, UnableToReach


class _Handler(BaseHTTPRequestHandler):
    """A site with a cookie, a redirect, a way out, and an address that tells what came."""

    def do_GET(self) -> None:
        """Answer a page."""
        if self.path == "/in":
            self._answer(302, {"Location": "/page?x=1", "Set-Cookie": "sessionid=abc; Path=/; HttpOnly"})
        elif self.path == "/away":
            self._answer(302, {"Location": "https://elsewhere.example/"})
        elif self.path == "/round":
            self._answer(302, {"Location": "/round"})
        elif self.path == "/out":
            self._answer(200, {"Set-Cookie": 'sessionid=""; Max-Age=0; Path=/'})
        else:
            self._answer(200, {}, f"{self.path} {self.headers['Cookie']} {self.headers['X-Forwarded-For']}")

    def do_POST(self) -> None:
        """Answer what was sent."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(201, {}, f"{self.headers['Content-Type']} {body} {self.headers['X-CSRFToken']}")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, headers: dict[str, str], text: str = "") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Give a browser at a site that answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Browser(f"http://127.0.0.1:{server.server_port}", "agent", "192.0.2.7")
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_redirect_is_followed_with_the_cookie_it_set(browser: Browser) -> None:
    answer = browser.get("/in")
    assert (answer.status, answer.path, answer.requests) == (200, "/page?x=1", 2)
    assert answer.text == "/page?x=1 sessionid=abc 192.0.2.7"


def test_a_cookie_that_the_site_removes_is_gone(browser: Browser) -> None:
    browser.get("/in")
    browser.get("/out")
    assert browser.cookies == {}


def test_a_redirect_to_another_site_is_not_followed(browser: Browser) -> None:
    assert browser.get("/away").status == 302


def test_redirects_without_end_end(browser: Browser) -> None:
    assert browser.get("/round").requests == 4


def test_forms_and_json_carry_the_csrf_token(browser: Browser) -> None:
    browser.cookies["csrftoken"] = "token"
    assert (
        browser.post("/form", {"tags": ["a", "b"]}).text
        == "application/x-www-form-urlencoded tags=a&tags=b token"
    )
    assert browser.send_json("POST", "/api", {"a": 1}).text == 'application/json {"a": 1} token'


def test_a_site_that_does_not_answer_is_told_by_one_exception() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(UnableToReach):
        Browser(f"http://127.0.0.1:{port}", "agent", "192.0.2.7").get("/")
