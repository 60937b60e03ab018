"""A site under observation: called through Django's real handlers, looked at through its journal."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler

from vedette.record.signals import Log, Metric, Request, Signal, Span
from vedette.store import segments

_Signal = TypeVar("_Signal", bound=Signal)


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Observed:
    """A site and the journal that it writes; served by a new handler each time, unless there is one to use."""

    journal_dir: Path
    handler: WSGIHandler | None = None

    def get(self, path: str, *, read: int | None = None, **environ: Any) -> Answer:
        """Ask for *path* over WSGI; take *read* chunks of the answer (all, by default) and close it."""
        answer = Answer()

        def start_response(status: str, headers: Iterable[tuple[str, str]], *_: object) -> Any:
            answer.status, answer.headers = int(status[:3]), dict(headers)

        response: Any = (self.handler or WSGIHandler())(environ_of(path, **environ), start_response)
        try:
            chunks = iter(response)
            if read is None:
                answer.body = b"".join(chunks)
            else:
                answer.body = b"".join(next(chunks) for _ in range(read))
        finally:
            response.close()
        return answer

    async def aget(
        self, path: str, *, leave_when: Callable[[Answer], bool] | None = None, **headers: str
    ) -> Answer:
        """Ask for *path* over ASGI; go away as soon as *leave_when* says so of the answer so far."""
        answer = Answer()
        messages = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Any:
            if messages:
                return messages.pop()
            while leave_when is None or not leave_when(answer):
                await asyncio.sleep(0.002)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await ASGIHandler()(_scope_of(path, headers), receive, send)
        return answer

    def records(self, kind: type[_Signal]) -> list[_Signal]:
        """Return what the journal holds of *kind*, in order."""
        decode: Callable[[bytes], _Signal] = msgspec.json.Decoder(kind).decode
        return [
            decode(line)
            for segment in segments.scan(self.journal_dir, table=kind.table)
            for line in segment.path.read_bytes().splitlines()
        ]

    @property
    def requests(self) -> list[Request]:
        """The requests recorded so far."""
        return self.records(Request)

    @property
    def request(self) -> Request:
        """The one request recorded so far."""
        (request,) = self.requests
        return request

    @property
    def logs(self) -> list[Log]:
        """The log records so far."""
        return self.records(Log)

    @property
    def spans(self) -> list[Span]:
        """The spans recorded so far."""
        return self.records(Span)

    @property
    def metrics(self) -> list[Metric]:
        """The metrics recorded so far."""
        return self.records(Metric)


def environ_of(path: str, **more: Any) -> dict[str, Any]:
    """Return a WSGI environment."""
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.77",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        **more,
    }


def _scope_of(path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    named = {"host": "testserver", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "client": ("203.0.113.77", 4711),
        "server": ("testserver", 80),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
