"""The views."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse

from tests.capture.observed import environ_of
from vedette.record.context import current_request

logger = logging.getLogger("tests.site")
waiting: list[HttpRequest] = []
"""The requests that `async_slow` has begun to serve."""


def plain(request: HttpRequest, **_: object) -> HttpResponse:
    """Answer two bytes."""
    return HttpResponse(b"ok")


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


def _query(value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [value])


def _request_id() -> str:
    context = current_request.get()
    return context.request_id if context is not None else ""
