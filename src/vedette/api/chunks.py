"""Pieces of what is uploaded, read from a form as they come: never more than one of them is in memory."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from vedette.ingest.body import Body
from vedette.ingest.refusal import RefusedError

CHUNK_BYTES = 2 << 20
CHUNKS_PER_REQUEST = 8
REQUEST_BYTES = CHUNK_BYTES * CHUNKS_PER_REQUEST
_SLACK = 64 * 1024
"""What gzip may add to what it does not make smaller, and a form to what is in it."""
_PLAIN, _GZIP = "file", "file_gzip"

Keep = Callable[[str, bytes], None]
"""Keeps a chunk under its checksum."""


def read_chunks(request: HttpRequest, keep: Keep) -> int:
    """Hand each chunk in the form that *request* carries to *keep*; return how many there were.

    Raises:
        RefusedError: If it is no such form, or past a limit.
        WireError: If it is too large.
    """
    handler = _Chunks(keep)
    try:
        MultiPartParser(request.META, _Stream(request), [handler]).parse()  # type: ignore[arg-type]
    except MultiPartParserError as error:
        raise RefusedError(400, f"the form cannot be read: {error}") from None
    return handler.count


class _Stream:
    """A body that is read in pieces of any size, up to the limit of a request."""

    def __init__(self, request: HttpRequest) -> None:
        self._pieces: Iterator[bytes] = Body(request, limit=REQUEST_BYTES + _SLACK).pieces()
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return at most *size* bytes; none at the end."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


class _Chunks(FileUploadHandler):
    """Takes the files of a form whose names are their checksums."""

    def __init__(self, keep: Keep) -> None:
        super().__init__()
        self._keep = keep
        self._parts: list[bytes] = []
        self._size = 0
        self.count = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._parts, self._size = [], 0
        self.count += 1
        if self.count > CHUNKS_PER_REQUEST:
            raise RefusedError(413, f"a request brings at most {CHUNKS_PER_REQUEST} chunks")
        if self.field_name not in {_PLAIN, _GZIP}:
            raise RefusedError(400, f"a chunk is called {_PLAIN} or {_GZIP}")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > CHUNK_BYTES + _SLACK:
            raise RefusedError(413, f"a chunk is larger than {CHUNK_BYTES} bytes")
        self._parts.append(raw_data)

    def file_complete(self, file_size: int) -> None:
        data = b"".join(self._parts)
        self._parts = []
        if self.field_name == _GZIP:
            data = _unzipped(data)
        if len(data) > CHUNK_BYTES:
            raise RefusedError(413, f"a chunk is larger than {CHUNK_BYTES} bytes")
        self._keep(self.file_name or "", data)


def _unzipped(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, CHUNK_BYTES + 1)
    except zlib.error as error:
        raise RefusedError(400, f"a chunk is no gzip: {error}") from None
