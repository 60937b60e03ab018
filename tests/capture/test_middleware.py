"""One record for every request, whatever becomes of it."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from django.test import Client
from pytest_django import Settings

from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from tests.capture.site import views
from vedette.record.context import current_request, is_recording


def test_a_request_is_recorded_with_what_the_table_asks_for(site: Observed) -> None:
    before = dt.datetime.now(dt.UTC)
    site.get("/tasks/7/?q=private", HTTP_USER_AGENT="curl/8")
    request = site.request
    assert (request.method, request.route, request.path) == ("GET", "/tasks/<int:pk>/", "/tasks/7/")
    assert (request.status, request.response_bytes) == (200, 2)
    assert request.duration_ms > 0
    assert before <= request.time <= dt.datetime.now(dt.UTC)
    assert len(request.trace_id) == 32
    assert len(request.span_id) == 16
    assert request.attributes == {"user_agent.original": "curl/8"}
    assert (request.service, request.environment) == ("tests", "production")


def test_a_response_of_the_site_s_own_making_is_recorded_without_a_size(site: Observed) -> None:
    assert site.get("/odd/").body == b"onetwo"
    assert (site.request.status, site.request.response_bytes) == (203, None)


def test_the_query_string_is_not_kept(site: Observed) -> None:
    site.get("/?token=private")
    assert b"private" not in b"".join(path.read_bytes() for path in site.journal_dir.iterdir())


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/api/tasks/tidy-up/", "/api/tasks/<slug:slug>/"),
        ("/archive/2024/", "/archive/<year>/"),
        ("/nowhere/", ""),
    ],
)
def test_the_route_is_the_pattern_that_matched(site: Observed, path: str, route: str) -> None:
    site.get(path)
    assert site.request.route == route


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/missing/", 404), ("/forbidden/", 403)])
def test_a_refused_request_is_recorded_with_its_status_and_no_exception(
    site: Observed, path: str, status: int
) -> None:
    assert site.get(path).status == status
    assert site.request.status == status
    assert "exception.type" not in site.request.attributes


def test_an_exception_is_recorded_as_status_500_with_its_type(site: Observed) -> None:
    assert site.get("/boom/").status == 500
    assert (site.request.status, site.request.route) == (500, "/boom/")
    assert site.request.attributes["exception.type"] == "ValueError"


def test_an_exception_that_nobody_turns_into_an_answer_is_recorded(
    site: Observed, settings: Settings
) -> None:
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    with pytest.raises(ValueError, match="boom"):
        site.get("/boom/")
    assert site.request.status == 500
    assert site.request.attributes["exception.type"] == "ValueError"
    assert current_request.get() is None


def test_a_request_whose_worker_is_ended_is_recorded(site: Observed) -> None:
    with pytest.raises(SystemExit):
        site.get("/exit/")
    assert site.request.status == 500
    assert current_request.get() is None


def test_djangos_test_client_is_recorded_like_any_other(site: Observed) -> None:
    assert Client().get("/tasks/1/").status_code == 200
    assert site.request.route == "/tasks/<int:pk>/"


def test_an_answer_to_head_has_no_bytes(site: Observed) -> None:
    site.get("/", REQUEST_METHOD="HEAD")
    assert (site.request.method, site.request.response_bytes) == ("HEAD", 0)


def test_a_method_and_a_path_without_end_are_cut(site: Observed) -> None:
    site.get("/" + "x" * 10_000, REQUEST_METHOD="A" * 10_000)
    assert site.request.attributes["http.request.method_original"] == "A" * 16
    assert len(site.request.path) == 2048


def test_methods_that_somebody_made_up_are_one(site: Observed) -> None:
    site.get("/", REQUEST_METHOD="PROPFIND")
    site.get("/", REQUEST_METHOD="X-1")
    site.get("/", REQUEST_METHOD="X-2")
    assert [request.method for request in site.requests] == ["PROPFIND", "_OTHER", "_OTHER"]
    assert site.requests[2].attributes["http.request.method_original"] == "X-2"


def test_a_secret_in_a_path_is_taken_out(site: Observed) -> None:
    site.get("/reset/MQ/c7k2-0123456789abcdef/")
    assert (site.request.path, site.request.route) == ("/reset/MQ/[Filtered]/", "/reset/<uidb64>/<token>/")


def test_a_path_that_is_no_utf8_is_recorded(site: Observed) -> None:
    site.get("/\xff\xfe/")
    assert site.request.status == 404


def test_the_pages_of_vedette_itself_are_not_recorded(
    site: Observed, journal_handler: object, db: None
) -> None:
    assert site.get("/watched/").status == 200
    assert site.get("/watched/live/").body == b"ok"
    assert (site.requests, site.logs, site.spans) == ([], [], [])
    assert is_recording.get()
    site.get("/")
    assert site.request.path == "/"


def test_what_runs_while_recording_is_off_is_not_recorded(site: Observed) -> None:
    token = is_recording.set(False)
    site.get("/")
    is_recording.reset(token)
    assert site.requests == []


def test_the_context_ends_with_the_request(site: Observed) -> None:
    site.get("/")
    assert current_request.get() is None


def test_a_middleware_that_is_listed_twice_records_once(site: Observed, settings: Settings) -> None:
    settings.MIDDLEWARE = ["vedette.middleware.Vedette", *settings.MIDDLEWARE]
    site.get("/")
    assert site.request.status == 200


def test_a_request_within_a_request_is_recorded_by_itself(site: Observed) -> None:
    assert site.get("/nested/").body == b"ok"
    inner, outer = site.requests
    assert (inner.path, outer.path) == ("/", "/nested/")
    assert inner.trace_id != outer.trace_id


def test_an_unusable_setting_leaves_the_site_working(site: Observed, settings: Settings) -> None:
    from vedette.capture import recorder

    settings.VEDETTE = None
    recorder.reset()
    assert site.get("/").body == b"ok"
    assert site.requests == []


def test_a_directory_that_cannot_be_written_leaves_the_site_working(configure: Configure) -> None:
    site = configure(DIR="/proc/nowhere")
    assert site.get("/boom/").status == 500


def test_asynchronous_views_are_recorded(site: Observed) -> None:
    assert asyncio.run(site.aget("/async/")).body == b"ok"
    request = site.request
    assert (request.status, request.route, request.response_bytes) == (200, "/async/", 2)
    assert request.ip == "203.0.113.0"


def test_synchronous_views_under_asgi_are_recorded(site: Observed) -> None:
    assert asyncio.run(site.aget("/tasks/3/")).status == 200
    assert site.request.route == "/tasks/<int:pk>/"


def test_asynchronous_views_under_wsgi_are_recorded(site: Observed) -> None:
    assert site.get("/async/").body == b"ok"
    assert site.request.route == "/async/"


def test_an_exception_under_asgi_is_recorded_with_its_type(site: Observed) -> None:
    assert asyncio.run(site.aget("/async/boom/")).status == 500
    assert site.request.status == 500
    assert site.request.attributes["exception.type"] == "ValueError"


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_the_pages_of_vedette_itself_are_not_recorded_under_asgi(
    site: Observed, journal_handler: object
) -> None:
    asyncio.run(site.aget("/watched/live/"))
    assert (site.requests, site.logs) == ([], [])


def test_a_client_that_leaves_before_the_answer_gets_status_499(site: Observed) -> None:
    views.waiting.clear()
    asyncio.run(site.aget("/async/slow/", leave_when=lambda _: bool(views.waiting)))
    assert (site.request.status, site.request.route) == (499, "/async/slow/")
