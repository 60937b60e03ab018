"""A browser as far as the demonstration needs one: cookies, forms, redirects."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT_S = 20.0
_MOST_REDIRECTS = 4

Form = Mapping[str, str | Sequence[str]]


class UnableToReach(Exception):
    """The site does not answer: it is being restarted, perhaps."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back at last, and how many requests that took: redirects are followed."""

    status: int
    path: str
    text: str
    requests: int


@dataclass(slots=True)
class Browser:
    """One person's browser at one site."""

    base_url: str
    agent: str
    address: str
    timeout_s: float = TIMEOUT_S
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Open a page.

        Raises:
            UnableToReach: If the site does not answer.
        """
        return self._follow("GET", path, None, {})

    def post(self, path: str, form: Form) -> Answer:
        """Send a form.

        Raises:
            UnableToReach: If the site does not answer.
        """
        body = urlencode(form, doseq=True).encode()
        return self._follow("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def send_json(self, method: str, path: str, value: object) -> Answer:
        """Send JSON, as a script of the person's would.

        Raises:
            UnableToReach: If the site does not answer.
        """
        return self._follow(method, path, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _follow(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        for requests in range(1, _MOST_REDIRECTS + 1):  # noqa: B007 - used after the loop
            status, location, text = self._send(method, path, body, headers)
            if not location:
                break
            # A redirect to another site ends here: this browser knows one.
            target = urlsplit(urljoin(self.base_url + path, location))
            if target.netloc != urlsplit(self.base_url).netloc:
                break
            path = target.path + (f"?{target.query}" if target.query else "")
            method, body, headers = "GET", None, {}
        return Answer(status, path, text, requests)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, str, str]:
        connection = self._connect()
        try:
            connection.request(method, path, body, {**self._headers(), **headers})
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise UnableToReach(f"{self.base_url} does not answer: {error!r}") from error
        finally:
            connection.close()
        self._keep_cookies(response.headers.get_all("Set-Cookie") or [])
        location = response.headers.get("Location", "") if 300 <= response.status < 400 else ""
        return response.status, location, text

    def _connect(self) -> http.client.HTTPConnection:
        url = urlsplit(self.base_url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        return kind(url.hostname or "", url.port, timeout=self.timeout_s)

    def _headers(self) -> dict[str, str]:
        headers = {
            "User-Agent": self.agent,
            "Referer": self.base_url + "/",
            # Believed where the site trusts this machine as a proxy; else everybody has its address.
            "X-Forwarded-For": self.address,
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
        }
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return headers

    def _keep_cookies(self, headers: Sequence[str]) -> None:
        for header in headers:
            try:
                cookies = SimpleCookie(header)
            except CookieError:
                continue
            for name, morsel in cookies.items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
