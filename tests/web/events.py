"""Events for the tests of their view: small ones, and all that real SDKs sent."""

from __future__ import annotations

import datetime as dt
import html
import re
from html.parser import HTMLParser
from typing import Any

from tests.wire.cases import arrival, envelopes, events, payload_of
from vedette.record.signals import Error
from vedette.web import rendering
from vedette.web.event.view import View
from vedette.web.page import Page
from vedette.web.timerange import default
from vedette.wire.sentry.decoding import decode_event, decode_pieces

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def sent() -> dict[str, dict[str, Any]]:
    """Return the payload of each event that real SDKs sent, by its file."""
    found: dict[str, dict[str, Any]] = {}
    for case in envelopes():
        for number, signal in enumerate(decode_pieces([case.body], arrival=arrival()).signals):
            if isinstance(signal, Error):
                found[f"{case.name}-{number}"] = payload_of(signal)
    for path in events():
        for signal in decode_event(path.read_bytes(), arrival=arrival()).signals:
            if isinstance(signal, Error):
                found[path.name] = payload_of(signal)
    return found


def frame(function: str, line: int = 10, *, own: bool = True, **more: Any) -> dict[str, Any]:
    """Return a frame of the site's own code, or of Django's."""
    path = "shop/views.py" if own else "django/core/handlers/base.py"
    module = path.removesuffix(".py").replace("/", ".")
    return {
        "function": function,
        "module": module,
        "filename": path,
        "lineno": line,
        "in_app": own,
        "pre_context": ["def price(cart):", "    rate = RATES"],
        "context_line": "    return rate[cart.country]",
        "post_context": [""],
        **more,
    }


def thrown(type: str, value: str = "", *frames: dict[str, Any], **mechanism: Any) -> dict[str, Any]:
    """Return an exception."""
    found: dict[str, Any] = {"type": type, "value": value}
    if frames:
        found["stacktrace"] = {"frames": list(frames)}
    return found | ({"mechanism": {"type": "django", **mechanism}} if mechanism else {})


def raised(*exceptions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a Python event with these exceptions, the oldest first."""
    return {
        "event_id": "a" * 32,
        "timestamp": NOW.timestamp(),
        "platform": "python",
        "exception": {"values": list(exceptions)},
        **more,
    }


def rendered(view: View) -> str:
    """Return all parts of an event's page as HTML."""
    page = Page("issue", "/vedette/issues/1/", {}, NOW, default(NOW))
    values = {"page": page, "event": view}
    parts = ["event_main.html", "event_more.html", *(["event_crumbs.html"] if view.breadcrumbs else [])]
    return "".join(rendering.to_text(part, values) for part in parts)


def words(markup: str) -> str:
    """Return what a reader sees of *markup*, in one line."""
    plain = html.unescape(re.sub(r"<[^>]+>", " ", markup))
    return " ".join(plain.replace("\N{NO-BREAK SPACE}", " ").split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def markup_of(markup: str) -> tuple[set[str], set[str]]:
    """Return the names of the elements and of the attributes that a browser makes of *markup*."""
    reader = _Reader()
    reader.feed(markup)
    return reader.tags, reader.attributes
