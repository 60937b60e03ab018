"""Streaming responses are measured to their end."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from wsgiref.util import FileWrapper

import pytest
from django.core.handlers.wsgi import WSGIHandler

from tests.capture.observed import Observed, environ_of
from tests.capture.site import views

FILE_SIZE = Path(views.__file__).stat().st_size


def test_a_stream_is_recorded_once_at_its_end_with_its_bytes(site: Observed) -> None:
    assert site.get("/stream/").body == b"one two three"
    assert (site.request.status, site.request.response_bytes) == (200, 13)
    assert "stream.cut_short" not in site.request.attributes


def test_a_stream_is_not_recorded_before_its_end(site: Observed) -> None:
    response = WSGIHandler()(environ_of("/stream/"), lambda *_: None)  # type: ignore[arg-type]
    next(iter(response))
    assert site.requests == []


def test_code_in_a_stream_belongs_to_its_request(site: Observed, journal_handler: object) -> None:
    site.get("/stream/")
    assert [log.request_id for log in site.logs] == [site.request.request_id] * 3


def test_queries_in_a_stream_are_counted(site: Observed, db: None) -> None:
    site.get("/stream/queries/")
    assert site.request.query_count == 3


def test_a_stream_whose_reader_leaves_is_marked(site: Observed) -> None:
    site.get("/stream/", read=1)
    request = site.request
    assert (request.status, request.response_bytes) == (200, 4)
    assert request.attributes["stream.cut_short"] == "true"


def test_a_stream_that_fails_is_recorded_with_the_exception(site: Observed) -> None:
    with pytest.raises(ValueError, match="boom"):
        site.get("/stream/broken/")
    request = site.request
    assert request.response_bytes == 3
    assert request.attributes == {"exception.type": "ValueError", "stream.cut_short": "true"}


def test_a_file_is_recorded_with_its_bytes(site: Observed) -> None:
    assert len(site.get("/file/").body) == FILE_SIZE
    assert site.request.response_bytes == FILE_SIZE


def test_a_file_that_the_server_sends_itself_is_recorded_with_its_bytes(site: Observed) -> None:
    answer = site.get("/file/", read=None, **{"wsgi.file_wrapper": FileWrapper})
    assert len(answer.body) == FILE_SIZE
    assert site.request.response_bytes == FILE_SIZE
    assert "stream.cut_short" not in site.request.attributes


def test_an_unread_answer_to_head_is_whole(site: Observed) -> None:
    site.get("/stream/", read=0, REQUEST_METHOD="HEAD")
    assert "stream.cut_short" not in site.request.attributes


def test_an_asynchronous_stream_is_recorded_with_its_bytes(site: Observed) -> None:
    assert asyncio.run(site.aget("/async/stream/")).body == b"one two three"
    assert site.request.response_bytes == 13


def test_an_asynchronous_stream_whose_reader_leaves_is_marked(site: Observed) -> None:
    asyncio.run(site.aget("/async/stream/endless/", leave_when=lambda answer: len(answer.body) >= 8))
    request = site.request
    assert request.status == 200
    assert request.attributes["stream.cut_short"] == "true"
    assert (request.response_bytes or 0) >= 4


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_a_synchronous_stream_under_asgi_is_recorded_with_its_bytes(site: Observed) -> None:
    asyncio.run(site.aget("/stream/"))
    assert site.request.response_bytes == 13


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_an_asynchronous_stream_under_wsgi_is_recorded_with_its_bytes(site: Observed) -> None:
    assert site.get("/async/stream/").body == b"one two three"
    assert site.request.response_bytes == 13


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_a_file_under_asgi_is_recorded_with_its_bytes(site: Observed) -> None:
    body = asyncio.run(site.aget("/file/")).body
    assert io.BytesIO(body).getbuffer().nbytes == FILE_SIZE
    assert site.request.response_bytes == FILE_SIZE
