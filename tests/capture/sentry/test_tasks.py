"""Tasks of Celery with sentry_sdk's integration: its span is the root, and what Vedette sees lies below it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import sentry_sdk
from celery.app import trace
from celery.worker.consumer import consumer
from django.core.cache import cache
from django.db import connection
from sentry_sdk.integrations import setup_integrations
from sentry_sdk.integrations.celery import CeleryIntegration

import vedette
from tests.capture import queue
from tests.capture.observed import Observed
from tests.capture.sentry.conftest import Start
from vedette.capture import tasks
from vedette.record.context import current_request
from vedette.record.signals import Error, Span

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True, scope="module")
def _worker() -> Iterator[None]:
    # As in a worker's process, which loads the SDK with the site, and its own machinery after that.
    setup_integrations([CeleryIntegration()], with_defaults=False)
    plain, consumer.build_tracer = consumer.build_tracer, trace.build_tracer
    tasks.install()
    with queue.working():
        yield
    consumer.build_tracer = plain


@pytest.fixture
def traced(start: Start) -> Observed:
    """Give the site with each request and each job sampled, and the SDK begun."""
    cache.get("dust")
    connection.ensure_connection()
    site = start(TRACES_SAMPLE_RATE=1.0, PROFILES_SAMPLE_RATE=0.0)
    site.get("/missing/")
    return site


def _roots(site: Observed) -> list[Span]:
    return [span for span in site.spans if span.op == "queue.task.celery"]


def _root(site: Observed) -> Span:
    """Return the one root, which the SDK sends when the worker is done with the task."""
    until = time.monotonic() + 10
    while not _roots(site) and time.monotonic() < until:
        time.sleep(0.01)
    (root,) = _roots(site)
    return root


def test_a_task_has_one_root_and_its_queries_lie_below_it(traced: Observed, journal_handler: object) -> None:
    queue.run(queue.tidy)

    root = _root(traced)
    assert (root.name, root.kind, root.status) == ("tidy", "consumer", "ok")
    of_trace = {span.op: span for span in traced.spans if span.trace_id == root.trace_id}
    process = of_trace["queue.process"]
    assert process.parent_span_id == root.span_id
    assert of_trace["db"].parent_span_id == of_trace["cache.get"].parent_span_id == process.span_id
    (log,) = [log for log in traced.logs if log.logger == "tidy"]
    assert log.trace_id == root.trace_id


def test_a_task_that_fails_is_one_error_in_its_trace(traced: Observed, journal_handler: object) -> None:
    queue.run(queue.jam)

    root = _root(traced)
    (error,) = traced.records(Error)
    assert (error.type, error.value, error.trace_id) == ("Jammed", "too much paper", root.trace_id)
    assert root.status == "error"
    (log,) = [log for log in traced.logs if log.logger == "jam"]
    assert log.trace_id == root.trace_id


def test_a_task_is_in_the_trace_of_the_request_that_sent_it(traced: Observed) -> None:
    traced.get("/task/tidy/")

    root = _root(traced)
    request = traced.requests[-1]
    assert root.trace_id == request.trace_id
    assert request.query_count == 0
    queries = [span for span in traced.spans if span.op == "db" and span.trace_id == root.trace_id]
    assert len(queries) == 1


def test_a_task_that_is_called_where_it_is_lies_below_the_request(traced: Observed) -> None:
    with queue.eager():
        traced.get("/task/tidy/")

    (root,) = _roots(traced)
    request = traced.requests[-1]
    assert (root.trace_id, request.query_count) == (request.trace_id, 1)
    of_trace = {span.op: span for span in traced.spans if span.trace_id == root.trace_id}
    assert of_trace["db"].parent_span_id == of_trace["queue.process"].span_id
    assert of_trace["cache.get"].parent_span_id == of_trace["queue.process"].span_id
    assert len([span for span in traced.spans if span.op == "http.server"]) == 2


def test_a_task_that_is_not_sampled_has_no_spans_but_its_error_and_log_share_a_trace(
    start: Start, journal_handler: object
) -> None:
    site = start(TRACES_SAMPLE_RATE=0.0)
    site.get("/missing/")

    queue.run(queue.jam)

    (error,) = site.records(Error)
    (log,) = [log for log in site.logs if log.logger == "jam"]
    assert error.trace_id == log.trace_id != ""
    assert site.spans == []


def test_without_the_sdk_s_integration_a_task_has_a_root_of_vedette_s(traced: Observed) -> None:
    sentry_sdk.init(**vedette.sentry_options(auto_enabling_integrations=False))

    queue.run(queue.tidy)

    (root,) = _roots(traced)
    of_trace = {span.op: span for span in traced.spans if span.trace_id == root.trace_id}
    assert set(of_trace) == {"queue.task.celery", "db", "cache.get"}
    assert of_trace["db"].parent_span_id == of_trace["cache.get"].parent_span_id == root.span_id
    assert root.attributes["celery.state"] == "SUCCESS"


def test_no_task_is_left_in_hand(traced: Observed) -> None:
    with queue.eager():
        queue.tidy.delay()

    assert current_request.get() is None
