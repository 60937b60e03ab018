"""Exceptions and messages of requests: each is one error, and says which request it belongs to."""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import sentry_sdk
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from tests.capture.observed import Observed
from tests.capture.sentry import site as views
from tests.capture.sentry.conftest import Start
from vedette.record.signals import Error


def test_an_exception_of_a_view_is_one_error(site: Observed) -> None:
    assert site.get("/boom/7/").status == 500

    (error,) = site.records(Error)
    assert (error.type, error.value) == ("Refused", "no room for 14")
    assert error.culprit == "GET /boom/<int:pk>/"
    assert error.handled is False
    assert error.attributes["basket"] == "large"


def test_an_error_and_its_request_name_each_other(site: Observed) -> None:
    site.get("/boom/7/")

    (error,) = site.records(Error)
    request = site.request
    assert request.attributes["error.event_id"] == error.event_id
    assert request.attributes["exception.type"].endswith("Refused")
    assert (error.request_id, error.trace_id, error.span_id) == (
        request.request_id,
        request.trace_id,
        request.span_id,
    )
    assert (error.service, error.environment, error.host) == (
        request.service,
        request.environment,
        request.host,
    )


def test_an_exception_of_an_asynchronous_view_is_one_error(site: Observed) -> None:
    assert asyncio.run(site.aget("/async/boom/")).status == 500

    (error,) = site.records(Error)
    assert error.value == "later"
    assert site.request.attributes["error.event_id"] == error.event_id


def test_an_exception_in_a_stream_is_one_error(site: Observed) -> None:
    with pytest.raises(Exception, match="in the stream"):
        site.get("/stream/")

    (error,) = site.records(Error)
    assert error.value == "in the stream"
    assert error.attributes["stream"] == "begun"
    assert site.request.attributes["error.event_id"] == error.event_id


@pytest.mark.parametrize("path", ["/missing/", "/forbidden/", "/nowhere/"])
def test_what_is_not_found_or_not_allowed_is_no_error(site: Observed, path: str) -> None:
    assert site.get(path).status in {403, 404}

    assert site.records(Error) == []
    assert "error.event_id" not in site.request.attributes


def test_what_is_handled_is_captured_by_the_api_and_by_the_log(site: Observed) -> None:
    assert site.get("/handled/").status == 200

    errors = site.records(Error)
    assert [(error.type, error.value, error.handled) for error in errors] == [
        ("Refused", "first", True),
        ("", "second", True),
        ("Refused", "third", True),
    ]
    assert errors[2].attributes["logger.name"] == "site"
    assert {error.request_id for error in errors} == {site.request.request_id}


def test_the_exception_nobody_handled_is_the_one_that_the_request_names(site: Observed) -> None:
    site.get("/handled/")

    assert site.request.attributes["error.event_id"] == site.records(Error)[0].event_id


def test_what_a_request_sets_stays_with_it(site: Observed) -> None:
    names = [f"name-{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda name: site.get(f"/who/{name}/").body, names))

    assert [json.loads(answer) for answer in answers] == [{}] * 40
    found = {error.value: error for error in site.records(Error)}
    assert sorted(found) == sorted(names)
    for name, error in found.items():
        assert error.user_id == name
        assert [other for other in names if other in error.attributes] == [name]


def test_what_the_process_has_set_holds_for_each_request(site: Observed) -> None:
    site.get("/")
    sentry_sdk.set_tag("machine", "seven")
    site.get("/boom/7/")

    (error,) = site.records(Error)
    assert error.attributes["machine"] == "seven"


def test_an_error_tells_its_request_without_secrets(site: Observed) -> None:
    site.get(
        "/boom/7/?token=canary-1&page=2",
        HTTP_HOST="testserver",
        HTTP_AUTHORIZATION="Bearer canary-2",
        HTTP_COOKIE="sessionid=canary-3",
        HTTP_ACCEPT_LANGUAGE="mi",
    )

    (error,) = site.records(Error)
    assert isinstance(error.payload, dict)
    request = error.payload["request"]
    assert (request["method"], request["url"]) == ("GET", "http://testserver/boom/7/")
    assert "page=2" in request["query_string"]
    assert request["headers"]["Accept-Language"] == "mi"
    written = b"".join(path.read_bytes() for path in site.journal_dir.rglob("*") if path.is_file())
    assert error.event_id.encode() in written
    assert b"canary" not in written


def test_a_token_in_the_path_is_not_kept(start: Start) -> None:
    site = start(TRACES_SAMPLE_RATE=1.0, PROFILES_SAMPLE_RATE=0.0)

    site.get("/reset/canary-4711-0815/")

    assert len(site.records(Error)) == len(site.spans) == 1
    written = b"".join(path.read_bytes() for path in site.journal_dir.rglob("*") if path.is_file())
    assert b"canary" not in written


def test_a_thread_of_the_request_is_in_its_trace(site: Observed) -> None:
    site.get("/threaded/")

    (error,) = site.records(Error)
    assert error.trace_id == site.request.trace_id


def test_an_error_of_vedette_s_own_pages_is_not_recorded(site: Observed) -> None:
    assert site.get("/watched/").status == 500

    assert site.records(Error) == []
    assert site.requests == []


def test_breadcrumbs_come_with_the_error(site: Observed) -> None:
    site.get("/boom/7/")

    (error,) = site.records(Error)
    assert isinstance(error.payload, dict)
    assert "emptied" in json.dumps(error.payload["breadcrumbs"])


def test_without_the_setting_nothing_is_captured(start: Start) -> None:
    site = start(SENTRY=False)

    site.get("/boom/7/")

    assert site.records(Error) == []
    assert "error.event_id" not in site.request.attributes


def test_a_page_for_errors_that_fails_itself_is_one_error_more(
    site: Observed, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Django asks for it anew on the way out, once for each middleware.
    def refuse(request: HttpRequest) -> HttpResponse:
        raise LookupError("no page for that")

    monkeypatch.setattr("tests.capture.sentry.site.handler500", refuse, raising=False)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *["django.middleware.common.CommonMiddleware"] * 3]

    with pytest.raises(LookupError):
        site.get("/boom/7/")

    first, second = site.records(Error)
    assert (first.type, second.type) == ("Refused", "LookupError")
    assert site.request.attributes["error.event_id"] == second.event_id


def test_an_error_that_its_server_logs_once_more_is_one(site: Observed) -> None:
    # As uvicorn and daphne do, in a task of their own: the SDK's way to know an error again does not reach there.
    def log() -> None:
        logging.getLogger("server").error("in the application", exc_info=error.value)

    with pytest.raises(Exception, match="in the stream") as error:
        site.get("/stream/")
    contextvars.Context().run(log)

    assert len(site.records(Error)) == 1


def test_one_object_that_is_raised_time_and_again_is_an_error_each_time(
    site: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    always = LookupError("the only one")

    def refuse(address: str) -> None:
        raise always

    monkeypatch.setitem(views.CLIENTS, "refuse", refuse)
    for _ in range(2):
        contextvars.Context().run(site.get, "/outgoing/refuse/?address=")

    assert [error.event_id for error in site.records(Error)] == [
        request.attributes["error.event_id"] for request in site.requests
    ]
    assert len(site.records(Error)) == 2
