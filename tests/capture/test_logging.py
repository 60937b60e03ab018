"""Log records on their way into the journal."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.functional import SimpleLazyObject

from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from vedette.capture.logging import JournalHandler, severity_of
from vedette.pipeline.limits import TEXT_CHARS
from vedette.record.context import is_recording

logger = logging.getLogger("tests.site")


class Sulking:
    """Has no text."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


class Chatty:
    """Logs while its text is made."""

    def __str__(self) -> str:
        logger.info("while being printed")
        return "chatty"


@pytest.fixture(autouse=True)
def _into_the_journal(journal_handler: JournalHandler) -> None: ...


def test_a_record_is_kept_with_what_the_table_asks_for(site: Observed) -> None:
    site.get("/log/")
    (log,) = site.logs
    assert (log.message, log.template) == ("looked at it", "looked at %s")
    assert (log.severity, log.severity_text, log.logger) == (13, "WARNING", "tests.site")
    assert (log.module, log.attributes) == ("views", {"shelf": "3"})
    assert log.line > 0
    request = site.request
    assert (log.request_id, log.trace_id, log.span_id) == (
        request.request_id,
        request.trace_id,
        request.span_id,
    )


def test_a_record_outside_a_request_is_kept(site: Observed) -> None:
    logger.info("on its own")
    (log,) = site.logs
    assert (log.message, log.request_id) == ("on its own", "")


def test_an_exception_is_kept_with_its_traceback(site: Observed) -> None:
    try:
        raise ValueError("boom")
    except ValueError:
        logger.exception("failed")
    (log,) = site.logs
    assert log.exception.startswith("Traceback")
    assert log.exception.endswith("ValueError: boom")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/missing/", "/forbidden/", "/boom/"])
def test_djangos_own_records_carry_the_request_id(site: Observed, path: str) -> None:
    site.get(path)
    (log,) = [log for log in site.logs if log.logger == "django.request"]
    assert log.request_id == site.request.request_id
    assert log.attributes["status_code"] == str(site.request.status)
    assert "request" not in log.attributes


@pytest.mark.django_db
def test_djangos_own_records_carry_the_user_id(site: Observed) -> None:
    user = User.objects.create_user("ada", password="x")
    client = Client()
    client.force_login(user)
    client.get("/members/")
    (log,) = site.logs
    assert (log.logger, log.user_id) == ("django.request", str(user.pk))


def test_djangos_own_records_carry_the_request_id_under_asgi(site: Observed) -> None:
    asyncio.run(site.aget("/nowhere/"))
    (log,) = site.logs
    assert (log.logger, log.request_id) == ("django.request", site.request.request_id)


@pytest.mark.parametrize(
    ("level", "severity"), [(1, 1), (10, 5), (20, 9), (25, 9), (30, 13), (40, 17), (50, 21), (99, 21)]
)
def test_levels_become_opentelemetrys_severities(level: int, severity: int) -> None:
    assert severity_of(level) == severity


def test_records_below_the_setting_are_not_kept(configure: Configure) -> None:
    site = configure(LOG_LEVEL="ERROR")
    logger.warning("small")
    logger.error("large")
    assert [log.message for log in site.logs] == ["large"]


def test_records_of_vedettes_own_work_are_not_kept(site: Observed) -> None:
    token = is_recording.set(False)
    logger.error("from within")
    is_recording.reset(token)
    assert site.logs == []


def test_djangos_log_of_every_query_is_not_kept(configure: Configure) -> None:
    site = configure(LOG_LEVEL="DEBUG")
    logging.getLogger("django.db.backends").log(
        logging.INFO, "(0.001) SELECT 'private'", extra={"params": ("private",)}
    )
    assert site.logs == []


def test_secrets_in_extra_fields_are_taken_out(site: Observed) -> None:
    logger.info(
        "x", extra={"password": "hunter2", "form": {"api_key": "k", "name": "ada", "deep": [{"token": 1}]}}
    )
    attributes = site.logs[0].attributes
    assert attributes["password"] == "[Filtered]"
    assert attributes["form"] == '{"api_key":"[Filtered]","name":"ada","deep":[{"token":"[Filtered]"}]}'


def _cycle() -> dict[str, Any]:
    cycle: dict[str, Any] = {}
    cycle["again"] = cycle
    return cycle


@pytest.mark.parametrize(
    "value",
    [
        Sulking(),
        {"deep": Sulking()},
        {Sulking(): 1},
        _cycle(),
        float("nan"),
        float("inf"),
        b"\xff\xfe",
        {"bytes": b"\xff"},
        "\ud800",
        {"\ud800": "\ud800"},
        10**400,
        {"n": 10**400},
        {1, 2},
        object(),
        range(10**9),
        "x" * 1_000_000,
        list(range(100_000)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_odd_extra_field_is_kept_somehow(site: Observed, value: object) -> None:
    logger.info("odd", extra={"value": value})
    (log,) = site.logs
    assert log.message == "odd"
    assert "value" in log.attributes
    assert len(log.attributes["value"]) <= 4096


@pytest.mark.parametrize(
    ("message", "args", "expected"),
    [
        ("%s and %s", ("one",), "%s and %s ('one',)"),
        ("%d", ("text",), "%d ('text',)"),
        ("nothing to fill", ("one",), "nothing to fill ('one',)"),
        ("%(a)s", ({"a": 1},), "1"),
        ("100%", (), "100%"),
        (ValueError("boom"), (), "boom"),
        (None, (), "None"),
        ({"a": 1}, (), "{'a': 1}"),
        (b"bytes", (), "bytes"),
        ("\ud800 lone", (), "? lone"),
    ],
)
def test_an_odd_message_is_kept_somehow(
    site: Observed, message: Any, args: tuple[Any, ...], expected: str
) -> None:
    for handler in _only_the_journal():
        logger.makeRecord("tests.site", 20, "file.py", 1, message, args, None)
        handler.handle(logging.LogRecord("tests.site", 20, "file.py", 1, message, args, None))
    assert site.logs[0].message == expected


def test_arguments_without_text_do_not_raise(site: Observed) -> None:
    for handler in _only_the_journal():
        handler.handle(logging.LogRecord("tests.site", 20, "file.py", 1, "%s", (Sulking(),), None))
    assert site.logs[0].message.startswith("%s ")


def test_a_record_that_was_made_by_hand_does_not_raise(site: Observed) -> None:
    for handler in _only_the_journal():
        handler.handle(logging.makeLogRecord({"msg": "made", "exc_info": "nonsense", "levelno": 20}))
    assert site.logs[0].message == "made"


def test_an_object_that_logs_while_it_is_printed_does_not_recurse(site: Observed) -> None:
    for handler in _only_the_journal():
        handler.handle(logging.LogRecord("tests.site", 20, "file.py", 1, "%s", (Chatty(),), None))
    assert [log.message for log in site.logs] == ["chatty"]
    (loss,) = site.metrics
    assert (loss.attributes, loss.sum) == ({"signal": "logs", "reason": "capture_failed"}, 1)


@pytest.mark.parametrize("args", [(), ("y" * 20_000_000,)], ids=["message", "argument"])
def test_a_message_of_20_mb_is_cut_before_anything_dear_is_done(
    site: Observed, args: tuple[str, ...]
) -> None:
    message = "x" * 20_000_000 if not args else "%s"
    (handler,) = _only_the_journal()
    record = logging.LogRecord("tests.site", 20, "file.py", 1, message, args, None)
    before = time.thread_time()
    handler.handle(record)
    spent = time.thread_time() - before
    assert len(site.logs[0].message) == TEXT_CHARS
    # Processor time of this thread, not time on the wall: to copy 20 MB once takes more.
    assert spent < 0.1


def test_what_was_cut_is_named(site: Observed) -> None:
    extra = {f"field_{number}": "x" for number in range(100)} | {"field_0": "x" * 10_000}
    logger.info("x" * 100_000, extra=extra)
    attributes = site.logs[0].attributes
    assert len(attributes) == 65
    assert attributes["vedette.truncated"] == "field_0,message,attributes"


def test_a_traceback_without_end_keeps_its_beginning_and_its_end(site: Observed) -> None:
    try:
        raise ValueError("x" * 1_000_000 + " the end")
    except ValueError:
        logger.exception("failed")
    exception = site.logs[0].exception
    assert len(exception) <= TEXT_CHARS + 3
    assert exception.startswith("Traceback")
    assert exception.endswith("the end")


@pytest.mark.django_db
def test_no_query_is_made_to_print_an_extra_field(site: Observed, django_assert_num_queries: Any) -> None:
    user = User.objects.create_user("ada")

    def fetch() -> User:
        return User.objects.get(pk=user.pk)

    with django_assert_num_queries(0):
        logger.info("x", extra={"who": SimpleLazyObject(fetch), "all": User.objects.all(), "user": user})
    assert site.logs[0].attributes == {
        "who": "<SimpleLazyObject>",
        "all": "<QuerySet>",
        "user": f"<auth.User {user.pk}>",
    }


def test_the_line_of_a_request_is_not_kept_a_second_time(configure: Configure) -> None:
    site = configure(REQUEST_LOG=True)
    site.get("/")
    assert site.logs == []


def test_a_record_from_a_settings_module_is_harmless() -> None:
    # In a process of its own: here, Django has its settings already.
    code = (
        "import logging\n"
        "from vedette.capture.logging import JournalHandler\n"
        "logging.getLogger().addHandler(JournalHandler())\n"
        "logging.error('early')\n"
        "print('alive')\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )
    assert done.stdout == "alive\n"


def _only_the_journal() -> Iterator[JournalHandler]:
    # Pytest's own handler raises where a message does not fit its arguments.
    return iter([handler for handler in logging.getLogger().handlers if isinstance(handler, JournalHandler)])


def test_the_access_lines_of_the_development_server_are_not_kept(site: Observed) -> None:
    logging.getLogger("django.server").info('"GET / HTTP/1.1" 200 1498')

    assert [log for log in site.logs if log.logger == "django.server"] == []
