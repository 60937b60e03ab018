"""Whatever those who send call things, a page shows it as text: no element, no handler, no address that is run."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.web.conftest import NOW, TRACE
from tests.web.test_access import ALL, _address
from vedette.record.signals import Error, Log, Profile, Request, Span
from vedette.testing import Recorded

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
NAME = "\"'><img src=x onerror=alert(1)></script><script>alert(2)</script>"
LINK = f"javascript:alert(3)//{NAME}"
AT = NOW - dt.timedelta(minutes=3)
SPAN = "00000000000000aa"


class Reader(HTMLParser):
    """Reads a page as browsers do; `faults` is what of it would run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_script = re.match(r"\s*(?:javascript|vbscript|data:text)", value or "", re.I) is not None
            if name.startswith("on") or (is_script and name not in {"value", "title", "placeholder"}):
                self.faults.append(f"<{tag} {name}={value!r}>")
        if dict(attrs).get("src") == "x":
            self.faults.append(f"<{tag}>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and data.strip().startswith("alert"):
            self.faults.append(data)


@pytest.fixture
def hostile(empty: Recorded) -> Recorded:
    """Give a store in which everything that has a name has that one."""
    common: dict[str, Any] = {
        "time": AT,
        "service": NAME,
        "environment": NAME,
        "release": NAME,
        "host": NAME,
        "user_id": NAME,
    }
    told = {NAME: NAME, "url.full": LINK, "http.route": NAME, "code.file.path": NAME, "db.query.text": NAME}
    for signal in (
        Request(**common, trace_id=TRACE, span_id=SPAN, request_id=NAME, method=NAME, route=NAME, path=LINK, status=500, attributes=told),
        Log(**common, trace_id=TRACE, message=NAME, template=NAME, logger=NAME, exception=NAME, module=NAME, severity=17, attributes=told),
        Span(**common, trace_id=TRACE, span_id="00000000000000bb", parent_span_id=SPAN, name=NAME, op=NAME, duration_ms=900.0, status="error", attributes=told),
        Error(**common, trace_id=TRACE, event_id="c" * 32, type=NAME, value=NAME, culprit=NAME, attributes=told),
        Profile(**common, trace_id=TRACE, attributes={"transaction": NAME}, payload={"profile": {"frames": [{"function": NAME, "filename": LINK}], "stacks": [[0]], "samples": [{"stack_id": 0, "thread_id": NAME}]}}),
    ):  # fmt: skip
        assert empty.recorder.record(signal)
    return empty


def faults(response: Any) -> list[str]:
    """Return what of the page would run; what is no page, and said to be none, does not."""
    if (
        not response["Content-Type"].startswith("text/html")
        and response["X-Content-Type-Options"] == "nosniff"
    ):
        return []
    reader = Reader()
    reader.feed(response.content.decode())
    reader.close()
    return reader.faults


@pytest.mark.parametrize(
    "address", [*ALL, f"/vedette/traces/{TRACE}/", f"/vedette/cards/trace/{TRACE}/flame", f"/vedette/requests/{TRACE}/"]
)  # fmt: skip
def test_a_name_is_text_on_every_page(browser: Client, hostile: Recorded, address: str) -> None:
    asked = {"q": NAME, "service": NAME, "environment": NAME, "word": "logger:", "span": SPAN}
    for query in ({}, asked, {"span": "00000000000000bb"}):
        assert faults(browser.get(_address(address), query)) == []


def test_the_reader_finds_what_would_run() -> None:
    page = f"<p>{NAME}</p><a href='javascript:x'>y</a>"
    found = faults(HttpResponse(page))

    assert [fault.partition(" ")[0] for fault in found] == ["<img", "<img>", "alert(2)", "<a"]
