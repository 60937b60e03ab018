"""Spans of sampled requests: the SDK's and Vedette's are one trace."""

from __future__ import annotations

from typing import Any

import pytest
import sentry_sdk
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

import vedette
from tests.capture.observed import Observed, environ_of
from tests.capture.sentry.conftest import Start
from vedette.capture.sentry import spans
from vedette.record.signals import Error, Profile, Span


@pytest.fixture
def traced(start: Start) -> Observed:
    """Give the site with each request sampled."""
    return start(TRACES_SAMPLE_RATE=1.0, PROFILES_SAMPLE_RATE=0.0)


def _by_op(site: Observed) -> dict[str, Span]:
    return {span.op: span for span in site.records(Span)}


@pytest.mark.django_db
def test_spans_of_the_site_and_queries_are_in_one_trace(traced: Observed) -> None:
    traced.get("/traced/")

    spans = _by_op(traced)
    assert set(spans) == {"http.server", "basket", "basket.item", "db"}
    root = spans["http.server"]
    assert spans["basket"].parent_span_id == root.span_id == traced.request.span_id
    assert spans["basket.item"].parent_span_id == spans["basket"].span_id
    assert {span.trace_id for span in spans.values()} == {traced.request.trace_id}
    assert {span.request_id for span in spans.values()} == {traced.request.request_id}


@pytest.mark.django_db
def test_a_request_has_one_span_of_its_own_with_what_the_site_has_added(traced: Observed) -> None:
    traced.get("/traced/")

    (root,) = [span for span in traced.spans if span.op == "http.server"]
    assert root.name == "GET /traced/"
    assert root.attributes["basket"] == "large"
    assert root.attributes["http.response.status_code"] == "200"


def test_a_request_that_is_not_sampled_has_no_spans(start: Start) -> None:
    site = start(TRACES_SAMPLE_RATE=0.0)
    connection.close()

    site.get("/boom/7/")

    assert site.spans == []


def test_a_caller_that_samples_decides_for_both(start: Start) -> None:
    site = start(TRACES_SAMPLE_RATE=0.0, PROFILES_SAMPLE_RATE=0.0)

    site.get("/who/me/", HTTP_TRACEPARENT=f"00-{'ab' * 16}-{'cd' * 8}-01")

    (root,) = site.spans
    assert (root.trace_id, root.parent_span_id) == ("ab" * 16, "cd" * 8)
    assert root.attributes["me"] == "here"


def test_an_error_of_a_sampled_request_is_in_its_span(traced: Observed) -> None:
    traced.get("/boom/7/")

    (error,) = traced.records(Error)
    (root,) = traced.spans
    assert (error.trace_id, error.span_id) == (root.trace_id, root.span_id)
    assert root.status == "error"
    assert error.culprit == "GET /boom/<int:pk>/"


def test_a_page_of_vedette_s_own_has_no_spans(traced: Observed) -> None:
    traced.get("/watched/")

    assert traced.spans == []


def test_a_transaction_outside_of_requests_is_stored_with_its_spans(traced: Observed) -> None:
    traced.get("/")
    with (
        sentry_sdk.start_transaction(op="task", name="tidy") as transaction,
        transaction.start_child(op="step"),
    ):
        pass

    spans = _by_op(traced)
    assert spans["step"].parent_span_id == spans["task"].span_id
    assert spans["task"].name == "tidy"


def test_a_request_is_profiled(start: Start) -> None:
    site = start(TRACES_SAMPLE_RATE=1.0, PROFILES_SAMPLE_RATE=1.0)

    site.get("/slow/")

    (profile,) = site.records(Profile)
    assert profile.payload


def test_streamed_spans_are_in_the_trace_of_the_request(start: Start) -> None:
    site = start(TRACES_SAMPLE_RATE=1.0, PROFILES_SAMPLE_RATE=0.0)
    site.get("/")
    sentry_sdk.init(**_streaming())

    site.get("/streamed/")
    sentry_sdk.flush()

    request = site.requests[-1]
    spans = {span.name: span for span in site.spans if span.trace_id == request.trace_id}
    assert set(spans) == {"GET /streamed/", "count"}
    assert spans["count"].parent_span_id == spans["GET /streamed/"].span_id == request.span_id
    assert spans["GET /streamed/"].attributes["basket"] == "large"


def _streaming() -> dict[str, Any]:
    return vedette.sentry_options(trace_lifecycle="stream")


def test_pages_of_vedette_are_not_even_traced_once_they_are_known(
    traced: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(spans, "opened", lambda work, scope: opened.append(work.request.path))
    handler: Any = WSGIHandler()
    for path in ("/watched/", "/watched/", "/who/ada/"):
        handler(environ_of(path), lambda *_: None).close()

    assert opened == ["/watched/", "/who/ada/"]
