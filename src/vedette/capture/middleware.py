"""The middleware: one `Request` for each request, and the context for all else that is recorded meanwhile."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse

from vedette.capture import database, exceptions, methods, sdk, streams, suspects
from vedette.capture.address import address_reader
from vedette.capture.propagation import Allowance, parent_of, request_id_of
from vedette.capture.queries import MOST_SPANS
from vedette.capture.recorder import recorder, settings
from vedette.capture.routes import OWN_APP_NAME, is_own, path_of, route_of
from vedette.capture.served import ATTRIBUTE, Served, served
from vedette.capture.visitor import session_id_of
from vedette.capture.work import MOST_OPENED, Scopes
from vedette.record.context import is_recording
from vedette.record.ids import new_span_id, new_trace_id
from vedette.record.signals import Request, Span

CLIENT_CLOSED_REQUEST = 499
"""The status of a request whose client went away before an answer (nginx's number for it)."""
SAMPLED_FOR_CALLERS_PER_S = 10
"""Anybody can send a ``traceparent`` that asks for a trace; this many are made for it, in each process."""
_UA_CHARS = 200
_PATH_CHARS = 2048
_METHOD_CHARS = 16

# Not stored in the journal: the request has a row of its own there.
logger = logging.getLogger("vedette.request")

_Sync = Callable[[HttpRequest], HttpResponseBase]
_Async = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class Vedette:
    """Records every request; first in ``MIDDLEWARE``, so that it sees all of it."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: _Sync | _Async) -> None:
        self.get_response: Callable[[HttpRequest], Any] = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)
            # Django would run a synchronous one in a thread, for every request.
            self.process_view = self._process_view_async  # type: ignore[method-assign]
        values = settings()
        self._sample_rate = values.TRACES_SAMPLE_RATE
        self._wishes = Allowance(SAMPLED_FOR_CALLERS_PER_S)
        self._is_logging_requests = values.REQUEST_LOG
        self._address_of = address_reader(
            trusted_proxies=values.TRUSTED_PROXIES, is_whole=values.SEND_DEFAULT_PII
        )
        database.install()
        exceptions.install()
        self._scopes_of = sdk.scopes_opener()
        self._own_path: str | None = None

    def __call__(self, request: HttpRequest) -> Any:
        """Serve *request* and record it."""
        if self.is_async:
            return self._serve_async(request)
        if not is_recording.get() or (work := self._begun(request)) is None:
            return self.get_response(request)
        previous = work.enter()
        status = 500
        try:
            response = self.get_response(request)
            status = 0
        except Exception as error:
            exceptions.note(work, error)
            raise
        finally:
            # Also where a server ends a worker by an exception that is none of `Exception`'s.
            if status:
                self._finish(work, status, None)
                work.leave(previous)
        self._answer(work, response)
        work.leave(previous)
        return response

    async def _serve_async(self, request: HttpRequest) -> HttpResponseBase:
        if not is_recording.get() or (work := self._begun(request)) is None:
            return await self.get_response(request)  # type: ignore[no-any-return]
        previous = work.enter()
        status = 500
        try:
            response: HttpResponseBase = await self.get_response(request)
            status = 0
        except asyncio.CancelledError:
            status = CLIENT_CLOSED_REQUEST
            raise
        except Exception as error:
            exceptions.note(work, error)
            raise
        finally:
            if status:
                self._finish(work, status, None)
                work.leave(previous)
        self._answer(work, response)
        work.leave(previous)
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> Any:
        """Stop recording where the request is for one of Vedette's own pages."""
        if is_own(request) and (work := served(request)) is not None:
            work.is_own = True
            is_recording.set(False)
            if self._own_path is None:
                self._own_path = _own_path()

    async def _process_view_async(self, request: HttpRequest, *_: Any) -> None:
        Vedette.process_view(self, request)

    def _begun(self, request: HttpRequest) -> Served | None:
        if ATTRIBUTE in request.__dict__:
            return None  # the middleware is in the list twice: the outer one records
        try:
            meta = request.META
            time = dt.datetime.now(dt.UTC)
            header = meta.get("HTTP_TRACEPARENT")
            parent = parent_of(header) if header else None
            if parent is None:
                trace_id, parent_span_id = new_trace_id(int(time.timestamp() * 1000)), ""
                is_sampled = random.random() < self._sample_rate  # noqa: S311 - chooses what to look at, guards nothing
                if is_sampled and self._own_path and request.path.startswith(self._own_path):
                    is_sampled = (
                        False  # nothing of it is kept, and what others send comes this way by the thousand
                    )
            else:
                trace_id, parent_span_id, is_sampled = parent
                is_sampled = is_sampled and self._wishes.take(perf_counter())
            header = meta.get("HTTP_X_REQUEST_ID")
            work = Served(
                trace_id=trace_id,
                span_id=new_span_id(),
                request_id=(request_id_of(header) if header else "") or trace_id,
                parent_span_id=parent_span_id,
                is_sampled=is_sampled,
                time=time,
                started=perf_counter(),
            )
            work.request = request
            if self._scopes_of is not None:
                work.scopes = self._scopes_of(work)
            setattr(request, ATTRIBUTE, work)
        except Exception:  # noqa: BLE001 - the host's edge: the request must be served, recorded or not
            recorder().drops.count(Request.table, "capture_failed")
            return None
        return work

    def _answer(self, work: Served, response: HttpResponseBase) -> None:
        status: int = getattr(response, "status_code", 500)  # a broken middleware may give none
        try:
            response.headers["X-Request-ID"] = work.request_id
            if isinstance(response, StreamingHttpResponse):
                streams.watch(
                    response,
                    work,
                    finish=lambda work, size, is_cut_short: self._finish(
                        work, status, size, is_cut_short=is_cut_short
                    ),
                )
                return
            size = 0 if work.request is not None and work.request.method == "HEAD" else len(response.content)  # type: ignore[attr-defined]
        except Exception:  # noqa: BLE001 - the host's edge: a response of the site's own making goes out as it is
            size = None
        self._finish(work, status, size)

    def _finish(self, work: Served, status: int, size: int | None, *, is_cut_short: bool = False) -> None:
        if work.is_finished:
            return
        work.is_finished = True
        try:
            if work.is_sampled and work.scopes is not None:
                _finish_scopes(work, work.scopes, status)
            if not work.is_own:
                self._record(work, status, size, is_cut_short)
        except Exception:  # noqa: BLE001 - the host's edge
            recorder().drops.count(Request.table, "capture_failed")
        finally:
            work.let_go()

    def _record(self, work: Served, status: int, size: int | None, is_cut_short: bool) -> None:
        duration_ms = round((perf_counter() - work.started) * 1000, 3)
        request = work.request
        assert request is not None
        meta, method = request.META, request.method or ""
        queries = work.queries
        record = Request(
            time=work.time,
            trace_id=work.trace_id,
            span_id=work.span_id,
            request_id=work.request_id,
            user_id=work.user_id,
            attributes=_attributes(work, meta, is_cut_short),
            method=methods.known(method),
            route=route_of(request),
            path=path_of(request)[:_PATH_CHARS],
            status=status,
            duration_ms=duration_ms,
            response_bytes=size,
            ip=self._address_of(meta.get("REMOTE_ADDR") or "", meta.get("HTTP_X_FORWARDED_FOR") or ""),
            session_id=session_id_of(request),
            query_count=queries.count,
            query_ms=round(queries.ms, 3),
            slow_query_count=queries.slow_count,
            repeated_query_count=queries.repeated_count,
            error_fingerprint=work.error_fingerprint,
        )
        if method not in methods.METHODS:
            record.attributes[methods.ORIGINAL] = method[:_METHOD_CHARS]
        recorder().record(record)
        if queries.suspects:
            suspects.record(work)
        if work.is_sampled:
            recorder().record(_root_span(work, record))
        if self._is_logging_requests:
            _log(record)


def _own_path() -> str:
    """Return what the paths of Vedette's own pages begin with; ``""`` where every path does."""
    try:
        root = reverse(f"{OWN_APP_NAME}:overview")
    except NoReverseMatch:
        return ""
    return root if root != "/" else ""


def _finish_scopes(work: Served, scopes: Scopes, status: int) -> None:
    assert work.request is not None
    name = f"{work.request.method} {route_of(work.request)}".rstrip()
    scopes.finish(work, name=name, is_failed=status >= 500, status=status)


def _attributes(work: Served, meta: dict[str, Any], is_cut_short: bool) -> dict[str, str]:
    attributes = {}
    agent = meta.get("HTTP_USER_AGENT")
    if agent:
        attributes["user_agent.original"] = agent[:_UA_CHARS]
    if work.exception_type:
        attributes["exception.type"] = work.exception_type
    if work.error_event_id:
        attributes["error.event_id"] = work.error_event_id
    if work.parent_span_id:
        attributes["parent_span_id"] = work.parent_span_id
    if is_cut_short:
        attributes["stream.cut_short"] = "true"
    return attributes


def _root_span(work: Served, record: Request) -> Span:
    attributes = dict(work.span_attributes or ())
    attributes |= {"http.request.method": record.method, "http.response.status_code": str(record.status)}
    if record.route:
        attributes["http.route"] = record.route
    if work.exception_type:
        attributes["exception.type"] = work.exception_type
    kept = work.queries.span_count
    if kept >= MOST_SPANS:
        attributes["queries_not_kept"] = str(work.queries.count - kept)
    if work.opened_count > MOST_OPENED:
        attributes["spans_not_kept"] = str(work.opened_count - MOST_OPENED)
    return Span(
        time=record.time,
        trace_id=record.trace_id,
        span_id=record.span_id,
        parent_span_id=work.parent_span_id,
        request_id=record.request_id,
        user_id=record.user_id,
        op="http.server",
        kind="server",
        name=f"{record.method} {record.route}".rstrip(),
        duration_ms=record.duration_ms,
        status="error" if record.status >= 500 else "ok",
        attributes=attributes,
    )


def _log(record: Request) -> None:
    if logger.isEnabledFor(logging.INFO):
        logger.info(
            "HTTP Request",
            extra={
                "method": record.method,
                "path": record.path,
                "status_code": record.status,
                "duration_ms": record.duration_ms,
                "user_id": record.user_id or None,
                "ip_address": record.ip,
            },
        )
