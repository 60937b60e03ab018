"""Requests to other services, by the libraries that sentry_sdk integrates with, are spans of the request that makes them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.capture.observed import Observed
from tests.capture.sentry.conftest import Start
from vedette.record.signals import Span


class Service(BaseHTTPRequestHandler):
    """Another service: it answers 200, and 503 where it is asked to fail."""

    seen: list[dict[str, str]] = []

    def do_GET(self) -> None:
        """Answer."""
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(503 if "fail" in self.path else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    """Give the address of another service."""
    Service.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def traced(start: Start) -> Observed:
    """Give the site with each request sampled."""
    return start(TRACES_SAMPLE_RATE=1.0, PROFILES_SAMPLE_RATE=0.0)


def _calls(site: Observed) -> list[Span]:
    return [span for span in site.spans if span.op == "http.client"]


@pytest.mark.parametrize("library", ["urllib3", "requests", "httpx"])
def test_a_call_is_one_span_below_the_one_in_which_it_is_made(
    traced: Observed, service: str, library: str
) -> None:
    assert traced.get(f"/outgoing/{library}/?address={service}/prices").status == 200

    (call,) = _calls(traced)
    (basket,) = [span for span in traced.spans if span.op == "basket"]
    assert call.name == f"GET {service}/prices"
    assert (call.kind, call.status) == ("client", "ok")
    assert call.parent_span_id == basket.span_id
    assert (call.trace_id, call.request_id) == (traced.request.trace_id, traced.request.request_id)
    assert len(Service.seen) == 1


@pytest.mark.parametrize("library", ["urllib3", "requests", "httpx"])
def test_a_call_that_fails_says_so(traced: Observed, service: str, library: str) -> None:
    traced.get(f"/outgoing/{library}/?address={service}/fail")

    (call,) = _calls(traced)
    assert call.status == "error"
    assert call.attributes["http.response.status_code"] == "503"


def test_an_asynchronous_call_is_a_span_below_the_request(traced: Observed, service: str) -> None:
    asyncio.run(traced.aget("/async/outgoing/", x_address=f"{service}/prices"))

    (call,) = _calls(traced)
    assert call.parent_span_id == traced.request.span_id
    assert call.trace_id == traced.request.trace_id


@pytest.mark.parametrize("library", ["urllib3", "requests", "httpx"])
def test_a_request_that_is_not_sampled_makes_no_spans(start: Start, service: str, library: str) -> None:
    site = start(TRACES_SAMPLE_RATE=0.0)

    assert site.get(f"/outgoing/{library}/?address={service}/").status == 200

    assert site.spans == []
    assert len(Service.seen) == 1


@pytest.mark.parametrize("library", ["urllib3", "requests", "httpx"])
def test_no_other_service_is_told_of_the_trace_by_default(
    traced: Observed, service: str, library: str
) -> None:
    traced.get(f"/outgoing/{library}/?address={service}/")

    (headers,) = Service.seen
    assert not {"sentry-trace", "baggage", "traceparent"} & set(headers)
