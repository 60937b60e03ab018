"""The views."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django import forms
from django.core.cache import cache, caches
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.management import call_command
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from tests.capture.observed import environ_of
from tests.capture.program.management.commands import tidy
from vedette.record.context import current_request

logger = logging.getLogger("tests.site")
waiting: list[HttpRequest] = []
"""The requests that `async_slow` has begun to serve."""


def plain(request: HttpRequest, **_: object) -> HttpResponse:
    """Answer two bytes."""
    return HttpResponse(b"ok")


class Homemade(HttpResponseBase):
    """A response of a site's own making, which has no content to measure."""

    streaming = True

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"one", b"two"])


def odd(request: HttpRequest) -> HttpResponseBase:
    """Answer with one of a kind."""
    return Homemade(status=203)


def nested(request: HttpRequest) -> HttpResponse:
    """Ask another page of this site."""
    answer = WSGIHandler().get_response(WSGIRequest(environ_of("/")))
    return HttpResponse(b"".join(answer))


def missing(request: HttpRequest) -> HttpResponse:
    """Look for what is not there."""
    raise Http404("no such thing")


def forbidden(request: HttpRequest) -> HttpResponse:
    """Refuse."""
    raise PermissionDenied


def boom(request: HttpRequest) -> HttpResponse:
    """Fail."""
    raise ValueError("boom")


def leave(request: HttpRequest) -> HttpResponse:
    """End the worker, as a server's time-out does."""
    raise SystemExit(1)


async def async_plain(request: HttpRequest) -> HttpResponse:
    """Answer two bytes."""
    await asyncio.sleep(0)
    return HttpResponse(b"ok")


async def async_boom(request: HttpRequest) -> HttpResponse:
    """Fail."""
    raise ValueError("boom")


async def async_slow(request: HttpRequest) -> HttpResponse:
    """Wait for longer than the client does."""
    waiting.append(request)
    await asyncio.sleep(60)
    return HttpResponse(b"ok")


async def async_queries(request: HttpRequest, number: int) -> HttpResponse:
    """Query the database from asynchronous code."""
    await asyncio.gather(*(sync_to_async(_query)(value) for value in range(number)))
    return HttpResponse(b"ok")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Answer in three chunks and log while doing so."""

    def chunks() -> Iterator[str]:
        for text in ("one ", "two ", "three"):
            logger.info("chunk %s", text)
            yield text

    return StreamingHttpResponse(chunks())


def broken_stream(request: HttpRequest) -> StreamingHttpResponse:
    """Fail in the middle of the answer."""

    def chunks() -> Iterator[bytes]:
        yield b"one"
        raise ValueError("boom")

    return StreamingHttpResponse(chunks())


def stream_queries(request: HttpRequest) -> StreamingHttpResponse:
    """Query the database while the answer is sent."""

    def chunks() -> Iterator[bytes]:
        for value in range(3):
            _query(value)
            yield b"x"

    return StreamingHttpResponse(chunks())


async def async_stream(request: HttpRequest) -> StreamingHttpResponse:
    """Answer in three chunks."""

    async def chunks() -> AsyncIterator[bytes]:
        for text in (b"one ", b"two ", b"three"):
            await asyncio.sleep(0)
            yield text

    return StreamingHttpResponse(chunks())


async def endless_async_stream(request: HttpRequest) -> StreamingHttpResponse:
    """Answer until the client leaves."""

    async def chunks() -> AsyncIterator[bytes]:
        while True:
            yield b"tick"
            await asyncio.sleep(0.005)

    return StreamingHttpResponse(chunks())


def file(request: HttpRequest) -> FileResponse:
    """Send this very file."""
    return FileResponse(Path(__file__).open("rb"))


def queries(request: HttpRequest, number: int) -> HttpResponse:
    """Issue the same statement *number* times."""
    for value in range(number):
        _query(value)
    return HttpResponse(b"ok")


def literals(request: HttpRequest) -> HttpResponse:
    """Issue statements that differ in nothing but literals."""
    with connection.cursor() as cursor:
        for value in range(6):
            cursor.execute(f"SELECT 'secret-{value}', {value}")
    return HttpResponse(b"ok")


def broken_query(request: HttpRequest) -> HttpResponse:
    """Issue a statement that fails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    return HttpResponse(b"ok")


def log(request: HttpRequest) -> HttpResponse:
    """Log a line."""
    logger.warning("looked at %s", "it", extra={"shelf": 3})
    return HttpResponse(b"ok")


def whoami(request: HttpRequest) -> HttpResponse:
    """Ask for the user, which takes queries."""
    return HttpResponse(str(request.user))


def members(request: HttpRequest) -> HttpResponse:
    """Find nothing for this user."""
    raise Http404(f"nothing for {request.user}")


def profile(request: HttpRequest) -> HttpResponse:
    """Look into the session, but not at the user."""
    return HttpResponse(str(sorted(request.session.keys())))


def session(request: HttpRequest) -> HttpResponse:
    """Begin a session without a user."""
    request.session["seen"] = True
    return HttpResponse(b"ok")


def identity(request: HttpRequest) -> JsonResponse:
    """Tell which request this code believes to serve, before and after a pause."""
    before = _request_id()
    time.sleep(0.002)
    logger.info("identity", extra={"asked": request.headers["X-Request-ID"]})
    return JsonResponse([before, _request_id()], safe=False)


async def async_identity(request: HttpRequest) -> JsonResponse:
    """Tell which request this code believes to serve, before and after a pause, and in a thread."""
    before = _request_id()
    await asyncio.sleep(0.002)
    return JsonResponse([before, _request_id(), await sync_to_async(_request_id)()], safe=False)


class Form(forms.Form):
    """A form with one field."""

    name = forms.CharField()


def rendered(request: HttpRequest, name: str) -> HttpResponse:
    """Render a template, as often as is asked for; with a query before it and one in it where that is asked for."""
    context: dict[str, object] = {"form": Form(), "who": "jinja", "fails": _fail}
    if "query" in request.GET:
        _query(1)
        context["who"] = _query
    body = ""
    for _ in range(int(request.GET.get("times", 1))):
        body = render_to_string(name, context, using=request.GET.get("using"))
    return HttpResponse(body)


async def async_rendered(request: HttpRequest) -> HttpResponse:
    """Render five pages side by side."""

    async def page() -> None:
        await asyncio.sleep(0.001)
        await sync_to_async(render_to_string, thread_sensitive=False)("page.html")

    await asyncio.gather(*(page() for _ in range(5)))
    return HttpResponse(b"ok")


def _set() -> None:
    cache.set("new", 1)
    cache.set("new", 2, timeout=10)


def _count() -> None:
    cache.set("count", 1)
    cache.incr("count")
    cache.decr("count")


def _clear() -> None:
    cache.clear()


CACHED: dict[str, Callable[[], object]] = {
    "get": lambda: [cache.get("here"), cache.get("gone"), cache.get("gone", "default")],
    "zero": lambda: cache.get("zero", 0),
    "get_many": lambda: cache.get_many(["here", "gone"]),
    "get_many_of_iterator": lambda: cache.get_many(key for key in ("here", "gone")),
    "has_key": lambda: ["here" in cache, "gone" in cache],
    "set": _set,
    "set_many": lambda: cache.set_many({"a": 1, "b": 2}),
    "add": lambda: cache.add("new", 1),
    "incr": _count,
    "touch": lambda: cache.touch("here"),
    "delete": lambda: cache.delete("here"),
    "delete_many": lambda: cache.delete_many(["here", "gone"]),
    "clear": _clear,
    "get_or_set": lambda: cache.get_or_set("new", lambda: 7),
    "by_keyword": lambda: cache.get(key="here", default=None),
    "other": lambda: caches["other"].add("here", 1),
    "database": lambda: caches["database"].get("here"),
    "session": lambda: cache.get("django.contrib.sessions.cache" + "k3yofas3ss10n" * 2 + "abcdef"),
    "missing": lambda: cache.incr("gone"),
    "many": lambda: [cache.get(f"item:{number}") for number in range(503)],
}


def cached(request: HttpRequest, name: str) -> JsonResponse:
    """Ask the cache, in which ``here`` is."""
    return JsonResponse(CACHED[name](), safe=False)


async def async_cached(request: HttpRequest, name: str) -> JsonResponse:
    """Ask the cache from asynchronous code."""
    if name == "get_many":
        return JsonResponse(await cache.aget_many(["here", "gone"]))
    if name == "incr":
        await cache.aset("count", 1)
        return JsonResponse(await cache.aincr("count"), safe=False)
    return JsonResponse(await asyncio.gather(*(cache.aget("here") for _ in range(5))), safe=False)


def command(request: HttpRequest) -> HttpResponse:
    """Run a management command."""
    call_command(tidy.Command())
    return HttpResponse(b"ok")


def task(request: HttpRequest) -> HttpResponse:
    """Send a task to the queue, and wait for it."""
    from tests.capture import queue  # loads Celery

    queue.run(queue.tidy)
    return HttpResponse(b"ok")


def own_page(request: HttpRequest) -> HttpResponse:
    """Stand in for one of Vedette's pages: it logs and queries, which must not be recorded."""
    logger.error("from Vedette's own page")
    _query(1)
    return HttpResponse(b"ok")


def own_stream(request: HttpRequest) -> StreamingHttpResponse:
    """Stand in for Vedette's live tail."""

    def chunks() -> Iterator[bytes]:
        logger.error("from Vedette's own stream")
        yield b"ok"

    return StreamingHttpResponse(chunks())


def _fail() -> None:
    raise ValueError("in a template")


def _query(value: int = 1) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [value])


def _request_id() -> str:
    context = current_request.get()
    return context.request_id if context is not None else ""
