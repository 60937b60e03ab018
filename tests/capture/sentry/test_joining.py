"""Work that only sentry_sdk knows of: a job of a queue's integration, a transaction of the site's own, a thread of a request."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
import sentry_sdk
from django.core.cache import cache
from django.db import connection

from tests.capture.observed import Observed
from tests.capture.sentry import site as views
from tests.capture.sentry.conftest import Start
from vedette.capture.sentry import client
from vedette.record.signals import Error, Span

pytestmark = pytest.mark.django_db


@pytest.fixture
def traced(start: Start) -> Observed:
    """Give the site, with the SDK begun and a connection opened; requests are not sampled, what the site begins is."""
    cache.get("first")
    connection.ensure_connection()
    site = start(TRACES_SAMPLE_RATE=0.0, PROFILES_SAMPLE_RATE=0.0)
    site.get("/")
    return site


def _work(times: int = 1) -> None:
    with connection.cursor() as cursor:
        for _ in range(times):
            cursor.execute("SELECT 1")
    cache.get("dust")
    logging.getLogger("job").info("at work")


def _transaction(*, sampled: bool = True) -> Any:
    return sentry_sdk.start_transaction(op="queue.task.rq", name="tidy", sampled=sampled)


def _one(site: Observed, op: str) -> Span:
    (span,) = [span for span in site.spans if span.op == op]
    return span


def test_what_a_job_does_is_in_its_trace(traced: Observed, journal_handler: object) -> None:
    with _transaction():
        _work()

    root = _one(traced, "queue.task.rq")
    for op in ("db", "cache.get"):
        span = _one(traced, op)
        assert (span.trace_id, span.parent_span_id) == (root.trace_id, root.span_id)
    (log,) = [log for log in traced.logs if log.logger == "job"]
    assert (log.trace_id, log.span_id) == (root.trace_id, root.span_id)


def test_a_query_lies_below_the_span_in_which_it_is_made(traced: Observed) -> None:
    with _transaction(), sentry_sdk.start_span(op="dust", name="wipe"):
        _work()

    wipe = _one(traced, "dust")
    assert _one(traced, "db").parent_span_id == _one(traced, "cache.get").parent_span_id == wipe.span_id


def test_a_job_that_repeats_a_statement_says_so_once_it_has_ended(traced: Observed) -> None:
    with _transaction():
        _work(times=6)
        assert "db.repeated" not in {span.op for span in traced.spans}

    root, repeated = _one(traced, "queue.task.rq"), _one(traced, "db.repeated")
    assert (repeated.trace_id, repeated.parent_span_id) == (root.trace_id, root.span_id)
    assert repeated.attributes["count"] == "6"


def test_two_jobs_that_follow_each_other_are_told_apart(traced: Observed) -> None:
    for _ in range(2):
        with _transaction():
            _work(times=3)

    roots = [span for span in traced.spans if span.op == "queue.task.rq"]
    queries = [span for span in traced.spans if span.op == "db"]
    assert [span.trace_id for span in queries] == [root.trace_id for root in roots for _ in range(3)]
    assert "db.repeated" not in {span.op for span in traced.spans}


def test_after_a_job_nothing_is_in_its_trace(traced: Observed, journal_handler: object) -> None:
    with _transaction():
        _work()
    _work()

    (_, later) = [log for log in traced.logs if log.logger == "job"]
    assert (later.trace_id, len([span for span in traced.spans if span.op == "db"])) == ("", 1)


def test_a_job_that_is_not_sampled_has_no_spans_but_its_logs_and_errors_share_a_trace(
    traced: Observed, journal_handler: object
) -> None:
    with _transaction(sampled=False):
        _work(times=6)
        sentry_sdk.capture_message("dusty")

    assert traced.spans == []
    (log,) = [log for log in traced.logs if log.logger == "job"]
    (error,) = traced.records(Error)
    assert log.trace_id == error.trace_id != ""


def test_a_transaction_of_the_site_s_own_within_a_request_keeps_what_is_done_in_it(
    traced: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def price(address: str) -> None:
        with _transaction():
            _work()

    monkeypatch.setitem(views.CLIENTS, "price", price)
    traced.get("/outgoing/price/?address=")

    root = _one(traced, "queue.task.rq")
    assert _one(traced, "db").parent_span_id == _one(traced, "cache.get").parent_span_id == root.span_id
    assert _one(traced, "db").trace_id == root.trace_id != traced.requests[-1].trace_id
    assert traced.requests[-1].query_count == 1


def test_a_thread_that_a_traced_request_starts_is_in_its_trace(
    start: Start, monkeypatch: pytest.MonkeyPatch, journal_handler: object
) -> None:
    def look() -> None:
        cache.get("dust")
        logging.getLogger("job").info("at work")

    def work(address: str) -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    site = start(TRACES_SAMPLE_RATE=1.0, PROFILES_SAMPLE_RATE=0.0)
    cache.get("first")
    monkeypatch.setitem(views.CLIENTS, "thread", work)
    site.get("/outgoing/thread/?address=")

    (log,) = [log for log in site.logs if log.logger == "job"]
    looked = _one(site, "cache.get")
    basket = _one(site, "basket")
    assert looked.parent_span_id == basket.span_id
    assert looked.trace_id == log.trace_id == site.request.trace_id


def test_where_the_sdk_s_own_django_integration_is_on_nothing_is_kept_twice(
    traced: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_is_ours", False)
    with _transaction():
        _work()

    assert [span.op for span in traced.spans] == ["queue.task.rq"]
