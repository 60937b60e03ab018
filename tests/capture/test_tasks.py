"""Tasks of Celery are jobs, without sentry_sdk: each has a root span of its own, in the trace of whoever sent it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

from tests.capture import queue
from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from vedette.capture import tasks
from vedette.record.context import current_request, is_recording
from vedette.record.signals import Span

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True, scope="module")
def _worker() -> Iterator[None]:
    tasks.install()
    with queue.working():
        yield


@pytest.fixture
def sampled(configure: Configure) -> Observed:
    """Give the site with each job sampled."""
    cache.get("dust")
    connection.ensure_connection()
    return configure(TRACES_SAMPLE_RATE=1.0)


def _root(site: Observed) -> Span:
    (root,) = [span for span in site.spans if span.op == "queue.task.celery"]
    return root


def test_a_task_is_a_trace_of_what_it_does(sampled: Observed, journal_handler: object) -> None:
    result = queue.run(queue.tidy)
    assert result.get() == "tidy"

    root = _root(sampled)
    assert (root.name, root.kind, root.status, root.parent_span_id) == ("tidy", "consumer", "ok", "")
    assert root.attributes["messaging.message.id"] == result.id
    assert root.attributes["messaging.destination.name"] == "celery"
    assert root.attributes["celery.state"] == "SUCCESS"
    queries = [span for span in sampled.spans if span.op == "db" and span.name == "SELECT ?"]
    looked = [span for span in sampled.spans if span.op == "cache.get"]
    assert [span.parent_span_id for span in (*queries, *looked)] == [root.span_id] * 2
    (log,) = [log for log in sampled.logs if log.logger == "tidy"]
    assert (log.trace_id, log.span_id) == (root.trace_id, root.span_id)


def test_a_task_that_fails_says_why(sampled: Observed) -> None:
    with pytest.raises(queue.Jammed):
        queue.run(queue.jam).get()

    root = _root(sampled)
    assert (root.status, root.attributes["celery.state"]) == ("error", "FAILURE")
    assert root.attributes["exception.type"].endswith("queue.Jammed")


def test_each_try_of_a_task_is_a_span_in_one_trace(sampled: Observed) -> None:
    assert queue.run(queue.again).get() == "at last"

    first, second = [span for span in sampled.spans if span.op == "queue.task.celery"]
    assert (first.status, first.attributes["celery.state"]) == ("ok", "RETRY")
    assert second.attributes["messaging.message.retry.count"] == "1"
    assert second.trace_id == first.trace_id


def test_a_task_is_in_the_trace_of_the_request_that_sent_it(sampled: Observed) -> None:
    sampled.get("/task/")

    root = _root(sampled)
    request = sampled.request
    assert (root.trace_id, root.parent_span_id) == (request.trace_id, request.span_id)
    assert request.query_count == 0


def test_the_request_s_choice_to_sample_holds_for_its_tasks(site: Observed, journal_handler: object) -> None:
    site.get("/task/")

    assert site.spans == []
    (log,) = [log for log in site.logs if log.logger == "tidy"]
    assert log.trace_id == site.request.trace_id


def test_what_a_task_repeats_is_a_suspect(site: Observed) -> None:
    queue.run(queue.tidy, queries=7)

    (span,) = site.spans
    assert (span.op, span.attributes["count"]) == ("db.repeated", "7")
    assert span.trace_id


def test_a_task_that_is_called_where_it_is_is_part_of_the_request(sampled: Observed) -> None:
    with queue.eager():
        sampled.get("/task/")

    spans = {span.op: span for span in sampled.spans}
    assert "queue.task.celery" not in spans
    assert sampled.request.query_count == 1
    assert spans["db"].parent_span_id == sampled.request.span_id


def test_a_task_that_is_called_where_it_is_is_a_job_where_nothing_else_is(sampled: Observed) -> None:
    with queue.eager():
        queue.tidy.delay()

    assert _root(sampled).name == "tidy"
    assert current_request.get() is None


def test_one_task_after_another_has_a_trace_of_its_own(sampled: Observed) -> None:
    for _ in range(3):
        queue.run(queue.tidy)

    roots = [span for span in sampled.spans if span.op == "queue.task.celery"]
    assert len({root.trace_id for root in roots}) == 3


def test_a_task_whose_end_was_not_told_is_not_taken_for_the_next_one_s(
    sampled: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = queue.tidy
    task.push_request(id="lost", is_eager=False)
    tasks._begin(task_id="lost", task=task)
    task.push_request(id="next", is_eager=False)
    tasks._begin(task_id="next", task=task)
    tasks._finish(task_id="next", task=task, state="SUCCESS")
    task.pop_request()
    task.pop_request()

    assert _root(sampled).attributes["messaging.message.id"] == "next"
    assert current_request.get() is None


def test_a_task_runs_where_nothing_can_be_recorded(
    sampled: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(tasks, "_started", fail)
    assert queue.run(queue.tidy).get() == "tidy"

    assert [span for span in sampled.spans if span.op == "queue.task.celery"] == []
    assert current_request.get() is None


def test_nothing_is_recorded_while_vedette_works(sampled: Observed) -> None:
    token = is_recording.set(False)
    try:
        with queue.eager():
            queue.tidy.delay()
    finally:
        is_recording.reset(token)

    assert sampled.spans == []
