"""Streaming responses: watched to their end, since that is when the request ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from django.http import FileResponse, StreamingHttpResponse

from vedette.capture.exceptions import note
from vedette.capture.served import Served


class Watch:
    """What is known of one response's stream; `finish` is called once, with the bytes sent and whether it was cut short."""

    __slots__ = ("_finish", "_response", "is_over", "is_started", "size", "work")

    def __init__(
        self,
        work: Served,
        response: StreamingHttpResponse,
        finish: Callable[[Served, int | None, bool], None],
    ) -> None:
        self.work = work
        self.size = 0
        self.is_started = False
        self.is_over = False
        self._finish = finish
        self._response: StreamingHttpResponse | None = response

    def end(self, *, error: BaseException | None = None, is_cut_short: bool = False) -> None:
        """Finish the request, unless it is finished."""
        if self.is_over:
            return
        self.is_over = True
        if error is not None:
            note(self.work, error)
        previous = self.work.enter()
        try:
            self._finish(self.work, self.size, is_cut_short or error is not None)
        finally:
            self.work.leave(previous)
        self._response = None

    def close(self) -> None:
        """Finish the request when the response is closed, whatever the server has made of it."""
        response = self._response
        if response is None or self.is_over:
            return
        is_unread = not self.is_started
        if is_unread and getattr(response, "file_to_stream", None) is not None:
            # The server sent the file by itself (wsgi.file_wrapper).
            length = str(response.headers.get("Content-Length", ""))
            self.size = int(length) if length.isdigit() else 0
            self.end()
        else:
            is_bodiless = self.work.request is not None and self.work.request.method == "HEAD"
            self.end(is_cut_short=not (is_unread and is_bodiless))


class _Chunks:
    """A synchronous stream."""

    __slots__ = ("_chunks", "_watch")

    def __init__(self, chunks: Iterator[bytes], watch: Watch) -> None:
        self._chunks = chunks
        self._watch = watch

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        watch = self._watch
        watch.is_started = True
        previous = watch.work.enter()
        try:
            chunk = next(self._chunks)
        except StopIteration:
            watch.end()
            raise
        except Exception as error:
            watch.end(error=error)
            raise
        finally:
            watch.work.leave(previous)
        watch.size += len(chunk)
        return chunk


class _AsyncChunks:
    """An asynchronous stream."""

    __slots__ = ("_chunks", "_watch")

    def __init__(self, chunks: AsyncIterator[bytes], watch: Watch) -> None:
        self._chunks = chunks
        self._watch = watch

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        watch = self._watch
        watch.is_started = True
        previous = watch.work.enter()
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            watch.end()
            raise
        except asyncio.CancelledError:
            watch.end(is_cut_short=True)
            raise
        except Exception as error:
            watch.end(error=error)
            raise
        finally:
            watch.work.leave(previous)
        watch.size += len(chunk)
        return chunk


def watch(
    response: StreamingHttpResponse, work: Served, *, finish: Callable[[Served, int | None, bool], None]
) -> None:
    """Have *finish* called when the stream of *response* ends, breaks or is closed before its end."""
    seen = Watch(work, response, finish)
    file = response.file_to_stream if isinstance(response, FileResponse) else None
    chunks = response.streaming_content
    response.streaming_content = (
        _AsyncChunks(chunks, seen) if isinstance(chunks, AsyncIterator) else _Chunks(iter(chunks), seen)
    )
    if file is not None:
        # Setting the content forgets the file, which a server may know how to send faster than by reading chunks.
        response.file_to_stream = file  # type: ignore[attr-defined]
    response._resource_closers.append(seen.close)  # type: ignore[attr-defined]
