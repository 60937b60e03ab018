"""A site whose views use sentry_sdk's API."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import requests
import sentry_sdk
import sentry_sdk.traces
import urllib3
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import include, path

logger = logging.getLogger("site")
LONG_S, PATIENCE_S = 0.1, 20.0
SAMPLES = 5
"""More than the two without which the SDK gives a profile up."""


class Refused(Exception):
    """An error of the site's own."""


def plain(request: HttpRequest, **_: object) -> HttpResponse:
    """Answer."""
    return HttpResponse("fine")


def boom(request: HttpRequest, **_: object) -> HttpResponse:
    """Fail, with a secret at hand."""
    password = "hunter2-canary"
    sentry_sdk.add_breadcrumb(category="basket", message="emptied")
    sentry_sdk.set_tag("basket", "large")
    raise Refused(f"no room for {len(password)}")


async def async_boom(request: HttpRequest) -> HttpResponse:
    """Fail, asynchronously."""
    await asyncio.sleep(0)
    raise Refused("later")


def missing(request: HttpRequest) -> HttpResponse:
    """Find nothing."""
    raise Http404


def forbidden(request: HttpRequest) -> HttpResponse:
    """Let nobody in."""
    raise PermissionDenied


def handled(request: HttpRequest) -> HttpResponse:
    """Report an error, in three ways, and go on."""
    try:
        raise Refused("first")
    except Refused:
        sentry_sdk.capture_exception()
    sentry_sdk.capture_message("second")
    try:
        raise Refused("third")
    except Refused:
        logger.exception("third time")
    return HttpResponse("fine")


def who(request: HttpRequest, name: str) -> JsonResponse:
    """Tell what the scopes know before and after something is set on them."""
    before = dict(sentry_sdk.get_isolation_scope()._tags)
    sentry_sdk.set_tag(name, "here")
    sentry_sdk.set_user({"id": name})
    sentry_sdk.capture_message(name)
    return JsonResponse(before)


def traced(request: HttpRequest) -> HttpResponse:
    """Open spans of the site's own, and ask the database."""
    with sentry_sdk.start_span(op="basket", name="count") as outer:
        outer.set_data("items", 3)
        with outer.start_child(op="basket.item", name="weigh"):
            pass
    sentry_sdk.get_current_scope().transaction.set_tag("basket", "large")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("fine")


def nested(request: HttpRequest) -> HttpResponse:
    """Render, ask the cache and the database, within a span of the site's own and beside it."""
    with sentry_sdk.start_span(op="basket", name="count"):
        cache.get("within")
        _query()
        render_to_string("page.html", {"query": _query, "weigh": _weigh})
    cache.get("beside")
    _query()
    return HttpResponse("fine")


def failing(request: HttpRequest) -> HttpResponse:
    """Fail within a template."""
    return HttpResponse(render_to_string("page.html", {"query": _refuse}))


async def side_by_side(request: HttpRequest) -> HttpResponse:
    """Ask the cache five times at once, then open a span of the site's own."""
    await asyncio.gather(*(cache.aget("here") for _ in range(5)))
    with sentry_sdk.start_span(op="basket", name="count"):
        pass
    return HttpResponse("fine")


def cleared(request: HttpRequest) -> HttpResponse:
    """Ask the cache after the scope was cleared."""
    sentry_sdk.get_current_scope().clear()
    cache.get("here")
    return HttpResponse("fine")


def outgoing(request: HttpRequest, library: str) -> HttpResponse:
    """Ask another service, with one library or another."""
    address = request.GET["address"]
    with sentry_sdk.start_span(op="basket", name="price"):
        CLIENTS[library](address)
    return HttpResponse("fine")


async def async_outgoing(request: HttpRequest) -> HttpResponse:
    """Ask another service, asynchronously."""
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(request.headers["X-Address"])
    return HttpResponse("fine")


def _with_requests(address: str) -> object:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(address, timeout=5)


def _with_httpx(address: str) -> object:
    with httpx.Client(trust_env=False) as client:
        return client.get(address)


def _with_urllib3(address: str) -> object:
    with urllib3.PoolManager() as pool:
        return pool.request("GET", address)


CLIENTS: dict[str, Callable[[str], object]] = {
    "httpx": _with_httpx,
    "requests": _with_requests,
    "urllib3": _with_urllib3,
}


def _query() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "queried"


def _weigh() -> str:
    with sentry_sdk.start_span(op="basket.item", name="weigh"):
        return "weighed"


def _refuse() -> None:
    raise Refused("in a template")


def task(request: HttpRequest, name: str) -> HttpResponse:
    """Send a task to the queue, and wait for it."""
    from tests.capture import queue  # loads Celery

    queue.run(getattr(queue, name))
    return HttpResponse("fine")


def streamed(request: HttpRequest) -> HttpResponse:
    """Open a span as SDKs that stream spans have it."""
    with sentry_sdk.traces.start_span(name="count"):
        pass
    scope: Any = sentry_sdk.get_current_scope()
    span = scope.streamed_span if hasattr(scope, "streamed_span") else scope.span
    span.set_attribute("basket", "large")
    return HttpResponse("fine")


def streamed_nested(request: HttpRequest) -> HttpResponse:
    """Ask the cache and the database within a span as SDKs that stream spans have it."""
    with sentry_sdk.traces.start_span(name="count"):
        cache.get("within")
        _query()
    return HttpResponse("fine")


def slow(request: HttpRequest) -> HttpResponse:
    """Take long enough for a profile."""
    profile = sentry_sdk.get_isolation_scope().profile
    since = time.monotonic()
    # The sampler of a busy machine may sleep through more than the tenth of a second that is enough elsewhere.
    while (took := time.monotonic() - since) < PATIENCE_S and (
        took < LONG_S or (profile is not None and profile.unique_samples < SAMPLES)
    ):
        sum(range(1000))
    return HttpResponse("fine")


def telemetry(request: HttpRequest) -> HttpResponse:
    """Log and measure with the SDK."""
    sentry_sdk.logger.info("{number} baskets", number=3)
    sentry_sdk.metrics.count("baskets", 3)
    return HttpResponse("fine")


def attached(request: HttpRequest) -> HttpResponse:
    """Capture a message with a file."""
    sentry_sdk.get_isolation_scope().add_attachment(bytes=b"file", filename="note.txt")
    sentry_sdk.capture_message("with a file")
    return HttpResponse("fine")


def threaded(request: HttpRequest) -> HttpResponse:
    """Fail in a thread."""

    def work() -> None:
        sentry_sdk.capture_message("from a thread")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return HttpResponse("fine")


def broken_stream(request: HttpRequest) -> StreamingHttpResponse:
    """Fail in the middle of a stream."""

    def chunks() -> Iterator[bytes]:
        yield b"one"
        sentry_sdk.set_tag("stream", "begun")
        raise Refused("in the stream")

    return StreamingHttpResponse(chunks())


def own_page(request: HttpRequest) -> HttpResponse:
    """Fail on a page of Vedette's own."""
    raise Refused("own")


own = ([path("", own_page, name="overview")], "vedette")

urlpatterns = [
    path("", plain),
    path("boom/<int:pk>/", boom),
    path("reset/<token>/", boom),
    path("async/boom/", async_boom),
    path("missing/", missing),
    path("forbidden/", forbidden),
    path("handled/", handled),
    path("who/<slug:name>/", who),
    path("traced/", traced),
    path("nested/", nested),
    path("failing/", failing),
    path("side-by-side/", side_by_side),
    path("cleared/", cleared),
    path("outgoing/<library>/", outgoing),
    path("async/outgoing/", async_outgoing),
    path("task/<name>/", task),
    path("streamed/", streamed),
    path("streamed/nested/", streamed_nested),
    path("slow/", slow),
    path("telemetry/", telemetry),
    path("attached/", attached),
    path("threaded/", threaded),
    path("stream/", broken_stream),
    path("watched/", include(own, namespace="watched")),
]
