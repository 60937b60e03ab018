"""Bodies as servers hand them on."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError

from vedette.ingest.body import Body
from vedette.ingest.refusal import RefusedError
from vedette.wire.errors import TooLargeError


def body(source: bytes | io.BytesIO = b"", *, limit: int = 1 << 20, **environ: Any) -> Body:
    """Return the body of a request with *environ*."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    given = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": stream, **environ}
    return Body(WSGIRequest(given), limit=limit)


def test_chunks_are_read_where_the_server_takes_them_apart() -> None:
    chunked: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}

    assert body(b"in chunks", **chunked).whole() == b"in chunks"


def test_chunks_are_refused_where_it_does_not() -> None:
    with pytest.raises(RefusedError) as refusal:
        body(b"5\r\nhello\r\n0\r\n\r\n", HTTP_TRANSFER_ENCODING="chunked").whole()
    assert refusal.value.status == 411


def test_a_sender_that_goes_away_is_told_nothing_it_could_read() -> None:
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise UnreadablePostError("reset")

    gone = body(Gone(), CONTENT_LENGTH="10")
    with pytest.raises(RefusedError, match="ended") as refusal:
        gone.whole()
    assert refusal.value.status == 400
    gone.discard()


def test_a_body_that_says_that_it_is_too_large_is_not_read_at_all() -> None:
    stream = io.BytesIO(bytes(2 << 20))
    with pytest.raises(TooLargeError):
        body(stream, CONTENT_LENGTH=str(2 << 20)).whole()
    assert stream.tell() == 0


def test_a_length_that_is_none_counts_as_none() -> None:
    assert body(b"x", CONTENT_LENGTH="many").whole() == b""


def test_what_is_left_is_read_no_further_than_the_limit() -> None:
    stream = io.BytesIO(bytes(2 << 20))
    body(stream, limit=1 << 20, CONTENT_LENGTH=str(2 << 20)).discard()

    assert 1 << 20 < stream.tell() < 3 << 19
