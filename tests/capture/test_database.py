"""SQL is counted, timed, and recorded where it is slow, repeated or sampled."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections

from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from vedette.capture import database

pytestmark = pytest.mark.django_db


def test_queries_are_counted_and_timed(site: Observed) -> None:
    site.get("/queries/3/")
    assert site.request.query_count == 3
    assert site.request.query_ms > 0
    assert (site.request.slow_query_count, site.request.repeated_query_count) == (0, 0)
    assert site.spans == []


def test_a_request_without_queries_has_none_of_another(site: Observed) -> None:
    site.get("/queries/3/")
    site.get("/")
    assert site.requests[1].query_count == 0


def test_the_observer_is_installed_once_and_before_all_others(site: Observed) -> None:
    database.install()
    database.install()
    connection.ensure_connection()
    assert connection.execute_wrappers[0] is database._timed
    assert connection.execute_wrappers.count(database._timed) == 1


def test_a_connection_that_is_opened_later_is_observed(site: Observed) -> None:
    site.get("/")
    other = connections["default"].copy()
    other.execute_wrappers.clear()
    other.connect()
    assert other.execute_wrappers == [database._timed]
    other.connection.close()  # what is in memory, Django's own `close` leaves open


def test_the_connection_of_vedette_itself_is_not_observed() -> None:
    other = connections["default"].copy(alias="vedette")
    other.execute_wrappers.clear()
    database._observe(other)
    assert other.execute_wrappers == []


def test_djangos_own_wrappers_still_work(site: Observed) -> None:
    seen: list[str] = []

    def spy(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(spy):
        site.get("/queries/1/")
    site.get("/queries/1/")
    assert len(seen) == 1
    assert [request.query_count for request in site.requests] == [1, 1]


def test_a_repeated_statement_is_a_suspect_with_the_line_that_issued_it(site: Observed) -> None:
    site.get("/queries/7/")
    assert site.request.repeated_query_count == 6
    (span,) = site.spans
    assert (span.op, span.name, span.kind) == ("db.repeated", "SELECT ?", "client")
    assert span.attributes["count"] == "7"
    assert span.attributes["code.filepath"] == "capture/site/views.py"
    assert span.attributes["code.function"] == "_query"
    assert int(span.attributes["code.lineno"]) > 0
    assert (span.trace_id, span.parent_span_id) == (site.request.trace_id, site.request.span_id)
    assert span.duration_ms > 0


def test_statements_that_differ_in_literals_alone_are_repeats(site: Observed) -> None:
    site.get("/queries/literals/")
    assert site.request.repeated_query_count == 5
    assert b"secret-" not in b"".join(path.read_bytes() for path in site.journal_dir.iterdir())


def test_fewer_repeats_than_the_setting_are_no_suspect(configure: Configure) -> None:
    site = configure(REPEATED_QUERY_COUNT=8)
    site.get("/queries/7/")
    assert (site.request.repeated_query_count, site.spans) == (0, [])


def test_a_slow_query_is_a_span_and_a_warning(configure: Configure, journal_handler: object) -> None:
    site = configure(SLOW_QUERY_MS=0)
    site.get("/queries/1/")
    assert site.request.slow_query_count == 1
    (span,) = site.spans
    assert (span.op, span.name, span.attributes["slow"]) == ("db", "SELECT ?", "true")
    assert (span.attributes["db.system"], span.attributes["db.alias"]) == ("sqlite", "default")
    (log,) = site.logs
    assert (log.logger, log.severity_text) == ("django.db.backends", "WARNING")
    assert log.request_id == site.request.request_id
    assert log.attributes["statement"] == "SELECT ?"
    assert log.attributes["alias"] == "default"
    assert float(log.attributes["duration_ms"]) > 0


@pytest.mark.parametrize(("rate", "said"), [(0, "false"), (1, None)])
def test_a_slow_query_tells_whether_it_was_sampled_or_kept_for_being_slow(
    configure: Configure, rate: int, said: str | None
) -> None:
    site = configure(SLOW_QUERY_MS=0, TRACES_SAMPLE_RATE=rate)
    site.get("/queries/1/")
    (span,) = (each for each in site.spans if each.op == "db")
    assert span.attributes.get("sampled") == said


def test_a_slow_query_outside_a_request_is_recorded(configure: Configure, journal_handler: object) -> None:
    site = configure(SLOW_QUERY_MS=0)
    User.objects.filter(username="private").exists()
    (span,) = site.spans
    assert (span.trace_id, span.parent_span_id) == ("", "")
    assert span.attributes["code.function"] == "test_a_slow_query_outside_a_request_is_recorded"
    assert len(site.logs) == 1


def test_what_a_query_asked_for_is_kept_only_where_personal_data_is_allowed(configure: Configure) -> None:
    site = configure(SLOW_QUERY_MS=0)
    User.objects.filter(username="private").exists()
    assert "private" not in str(site.spans)
    site = configure(SLOW_QUERY_MS=0, SEND_DEFAULT_PII=True)
    User.objects.filter(username="private").exists()
    (parameters,) = [found for span in site.spans if (found := span.attributes.get("db.query.parameters"))]
    assert "private" in parameters


def test_a_handler_that_queries_slowly_itself_does_not_go_round_in_circles(configure: Configure) -> None:
    site = configure(SLOW_QUERY_MS=0)
    records: list[logging.LogRecord] = []

    class IntoTheDatabase(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)
            User.objects.exists()

    handler = IntoTheDatabase()
    database.logger.addHandler(handler)
    try:
        User.objects.count()
    finally:
        database.logger.removeHandler(handler)
    assert len(records) == 1
    assert len(site.spans) == 2


def test_a_query_that_fails_reaches_the_site_and_is_counted(configure: Configure) -> None:
    site = configure(TRACES_SAMPLE_RATE=1)
    site.get("/queries/broken/")
    assert (site.request.status, site.request.query_count) == (500, 1)
    span = site.spans[0]
    assert (span.op, span.status) == ("db", "error")
    assert span.attributes["exception.type"] == "django.db.utils.OperationalError"


def test_an_error_outside_a_request_reaches_the_caller(site: Observed) -> None:
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


def test_a_sampled_request_is_a_trace_of_its_queries(configure: Configure) -> None:
    site = configure(TRACES_SAMPLE_RATE=1)
    site.get("/queries/2/")
    first, second, root = site.spans
    assert (root.op, root.name, root.kind, root.status) == (
        "http.server",
        "GET /queries/<int:number>/",
        "server",
        "ok",
    )
    assert (root.span_id, root.trace_id) == (site.request.span_id, site.request.trace_id)
    assert (first.parent_span_id, second.parent_span_id) == (root.span_id, root.span_id)
    assert first.span_id != second.span_id
    assert first.attributes["code.function"] == "_query"
    assert root.attributes["http.response.status_code"] == "200"


def test_a_request_that_is_not_sampled_leaves_no_trace(site: Observed) -> None:
    site.get("/queries/2/")
    assert site.spans == []


def test_the_callers_choice_to_sample_is_honoured(configure: Configure) -> None:
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"
    site = configure(TRACES_SAMPLE_RATE=1)
    site.get("/queries/1/", HTTP_TRACEPARENT=traceparent + "00")
    assert site.spans == []
    site = configure(TRACES_SAMPLE_RATE=0)
    site.get("/queries/1/", HTTP_TRACEPARENT=traceparent + "01")
    assert site.spans[-1].parent_span_id == "00f067aa0ba902b7"


def test_no_more_than_a_thousand_queries_of_a_request_are_kept(configure: Configure) -> None:
    site = configure(TRACES_SAMPLE_RATE=1)
    site.get("/queries/1003/")
    assert site.request.query_count == 1003
    assert len([span for span in site.spans if span.op == "db"]) == 1000
    assert site.spans[-1].attributes["queries_not_kept"] == "3"


def test_queries_of_vedettes_pages_are_not_recorded(configure: Configure, journal_handler: object) -> None:
    site = configure(SLOW_QUERY_MS=0, TRACES_SAMPLE_RATE=1)
    site.get("/watched/")
    assert (site.spans, site.logs) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_queries_from_asynchronous_code_are_counted(site: Observed) -> None:
    asyncio.run(site.aget("/async/queries/6/"))
    assert (site.request.query_count, site.request.repeated_query_count) == (6, 5)


def test_savepoints_are_no_suspects(site: Observed) -> None:
    from django.db import transaction
    from django.test import RequestFactory

    from vedette.capture.middleware import Vedette

    def view(request: Any) -> Any:
        from django.http import HttpResponse

        for _ in range(10):
            with transaction.atomic():
                pass
        return HttpResponse()

    Vedette(view)(RequestFactory().get("/"))
    assert (site.request.query_count, site.request.repeated_query_count) == (20, 0)
