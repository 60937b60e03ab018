"""A request's body as pieces, read from the server and never through Django's parsers, and never past a limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from django.http import HttpRequest, UnreadablePostError

from vedette.ingest.refusal import RefusedError
from vedette.wire import compression
from vedette.wire.errors import TooLargeError

PIECE = 64 * 1024
SLACK = 64 * 1024
"""By how much a body may be larger before it is decompressed than after."""


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Body:
    """The body of *request*; nothing of it is read before it is asked for."""

    def __init__(self, request: HttpRequest, *, limit: int) -> None:
        self._limit = limit
        self._request = request
        self._read = 0
        self._is_read = False
        self._encoding = request.headers.get("Content-Encoding", "")

    def pieces(self) -> Iterator[bytes]:
        """Give the body, decompressed.

        Raises:
            TooLargeError: If it is larger than the limit, before or after decompression.
            MalformedError: If it is not compressed as it says.
            UnsupportedEncodingError: If a package is missing.
            RefusedError: If it cannot be read.
        """
        if self._announced() > self._limit + SLACK:
            raise TooLargeError(f"the body is larger than {self._limit} bytes")
        return compression.decompressed(self._raw(), encoding=self._encoding, limit=self._limit)

    def whole(self) -> bytearray:
        """Return the body, decompressed; raises what `pieces` raises."""
        body = bytearray()
        for piece in self.pieces():
            body += piece
        return body

    def discard(self) -> None:
        """Read and forget what is left, up to the limit: a sender that is still sending would not see the answer."""
        try:
            for _ in self._raw():
                pass
        except (TooLargeError, RefusedError):
            return

    def _raw(self) -> Iterator[bytes]:
        stream = self._stream()
        while not self._is_read:
            try:
                piece = stream.read(PIECE)
            except (UnreadablePostError, OSError):
                self._is_read = True
                raise RefusedError(400, "the body ended before its length") from None
            self._is_read = not piece
            self._read += len(piece)
            if self._read > self._limit + SLACK:
                self._is_read = True
                raise TooLargeError(f"the body is larger than {self._limit} bytes")
            if piece:
                yield piece

    def _announced(self) -> int:
        try:
            return int(self._request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return 0

    def _stream(self) -> _Stream:
        meta = self._request.META
        if "chunked" not in meta.get("HTTP_TRANSFER_ENCODING", "").lower() or "wsgi.input" not in meta:
            return self._request
        if not meta.get("wsgi.input_terminated"):
            raise RefusedError(411, "this server takes no chunked body: send a Content-Length")
        # Django takes a body without a length for an empty one.
        return meta["wsgi.input"]  # type: ignore[no-any-return]
