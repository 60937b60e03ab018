"""The dict for `LOGGING`, as a real site uses it."""

from __future__ import annotations

import json
import logging
import logging.config
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import vedette
from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from vedette.capture import log_settings
from vedette.capture.checks import check_log_files
from vedette.capture.formatters import ConsoleFormatter


@pytest.fixture
def logs_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a directory for log files; put Django's logging back afterwards."""
    for name in log_settings.LEVEL_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield tmp_path / "logs"
    for handler in root.handlers:
        if handler not in before[0]:
            handler.close()
    for name in (
        "django",
        "django.request",
        "django.db.backends",
        "django.server",
        "vedette",
        "vedette.request",
        "site",
    ):
        logger = logging.getLogger(name)
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
            handler.close()
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    root.handlers[:], root.level = before
    log_settings.problems.clear()


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects in a JSON log file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_request_is_a_line_in_django_log(configure: Configure, logs_dir: Path) -> None:
    site = configure(REQUEST_LOG=True)
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    site.get("/tasks/7/?q=private")
    (line,) = lines(logs_dir / "django.log")
    assert (line["message"], line["level"], line["logger"]) == ("HTTP Request", "INFO", "vedette.request")
    assert (line["method"], line["path"], line["status_code"]) == ("GET", "/tasks/7/", 200)
    assert (line["user_id"], line["ip_address"]) == (None, "203.0.113.0")
    assert line["duration_ms"] == site.request.duration_ms
    assert (line["request_id"], line["trace_id"]) == (site.request.request_id, site.request.trace_id)
    assert site.logs == []


def test_the_line_of_a_stream_that_was_cut_short_has_its_ids(configure: Configure, logs_dir: Path) -> None:
    site = configure(REQUEST_LOG=True)
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    site.get("/stream/", read=1)
    (line,) = [line for line in lines(logs_dir / "django.log") if line["message"] == "HTTP Request"]
    assert line["request_id"] == site.request.request_id


def test_the_line_of_a_request_can_be_switched_off(configure: Configure, logs_dir: Path) -> None:
    site = configure(REQUEST_LOG=False)
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    site.get("/")
    assert lines(logs_dir / "django.log") == []


def test_a_record_goes_to_file_console_and_journal_with_its_fields(
    site: Observed, logs_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    site.get("/log/")
    (line,) = lines(logs_dir / "django.log")
    assert (line["message"], line["shelf"], line["logger"]) == ("looked at it", 3, "tests.site")
    assert line["request_id"] == site.request.request_id
    (log,) = site.logs
    assert log.message == "looked at it"
    console = capsys.readouterr().err
    assert "WARNING" in console
    assert f"[{site.request.request_id}] looked at it shelf=3" in console


def test_errors_have_a_file_of_their_own(site: Observed, logs_dir: Path) -> None:
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    site.get("/missing/")
    site.get("/boom/")
    assert [line["level"] for line in lines(logs_dir / "django.log")] == ["WARNING", "ERROR"]
    (error,) = lines(logs_dir / "error.log")
    assert error["exception"].endswith("ValueError: boom")
    assert error["status_code"] == 500
    assert error["request_id"] == site.requests[1].request_id


def test_odd_fields_make_valid_lines(site: Observed, logs_dir: Path) -> None:
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    extra = {
        "nan": float("nan"),
        "surrogate": "\ud800",
        "bytes": b"\xff",
        "password": "hunter2",
        "level": "mine",
        "deep": {"a": [1]},
        "huge": 10**400,
    }
    logging.getLogger("site").info("odd", extra=extra)
    (line,) = lines(logs_dir / "django.log")
    assert (line["level"], line["extra_level"], line["password"]) == ("INFO", "mine", "[Filtered]")


def test_a_message_of_20_mb_is_cut_in_the_files(site: Observed, logs_dir: Path) -> None:
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    logging.getLogger("site").info("x" * 20_000_000)
    assert (logs_dir / "django.log").stat().st_size < 100_000


def test_the_console_shows_a_traceback() -> None:
    try:
        raise ValueError("boom")
    except ValueError:
        record = logging.LogRecord("site", 40, "f.py", 1, "failed with \ud800", (), sys.exc_info())
    text = ConsoleFormatter().format(record)
    assert "failed with \\ud800" in text
    assert text.endswith("ValueError: boom")


def test_nothing_in_a_record_passes_for_another_or_moves_the_cursor() -> None:
    record = logging.LogRecord(
        "site", 30, "f.py", 1, "no\n2030-01-01 ERROR forged\r\x1b[2J\x9b1m\u202e", (), None
    )
    first, second = ConsoleFormatter().format(record).splitlines()
    assert first.endswith("no")
    assert second == "    2030-01-01 ERROR forged\\u000d\\u001b[2J\\u009b1m\\u202e"


def test_a_line_of_a_file_is_one_line_for_every_reader(site: Observed, logs_dir: Path) -> None:
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    message = "a\nb\x85c\u2028d\x9be\u202ef"
    logging.getLogger("site").info(message)
    text = (logs_dir / "django.log").read_text(encoding="utf-8")
    (line,) = text.splitlines()
    assert json.loads(line)["message"] == message
    assert text.isascii()


def test_the_development_servers_lines_are_in_no_file(site: Observed, logs_dir: Path) -> None:
    logging.config.dictConfig(vedette.logging_config(logs_dir))
    logging.getLogger("django.server").info('"GET /?password=hunter2 HTTP/1.1" 200 1498')
    assert (logs_dir / "django.log").read_text() == ""


def test_the_console_does_not_say_twice_what_the_message_says() -> None:
    statement = "SELECT something FROM somewhere"
    record = logging.LogRecord("site", 30, "f.py", 1, "Slow query: %s", (statement,), None)
    record.statement, record.alias = statement, "default"
    text = ConsoleFormatter().format(record)
    assert text.count(statement) == 1
    assert text.endswith("alias=default")


def test_files_are_rotated_at_ten_megabytes_five_times(logs_dir: Path) -> None:
    handlers = vedette.logging_config(logs_dir)["handlers"]
    for name in ("django_file", "error_file"):
        assert (handlers[name]["maxBytes"], handlers[name]["backupCount"]) == (10 * 1024 * 1024, 5)


@pytest.mark.parametrize(
    ("environ", "level", "expected"),
    [
        ({}, None, "INFO"),
        ({"LOG_LEVEL": "warning"}, None, "WARNING"),
        ({"LOG_LEVEL": "WARNING", "VEDETTE_LOG_LEVEL": "DEBUG"}, None, "DEBUG"),
        ({"LOG_LEVEL": "WARNING"}, "ERROR", "ERROR"),
        ({"LOG_LEVEL": "LOUD"}, None, "INFO"),
    ],
)
def test_the_level_comes_from_the_environment(
    logs_dir: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], level: str | None, expected: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert vedette.logging_config(logs_dir, level=level)["root"]["level"] == expected


def test_an_unknown_level_is_reported(logs_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    vedette.logging_config(logs_dir)
    assert "LOUD" in check_log_files()[0].msg


def test_an_unwritable_directory_leaves_the_console_and_the_journal(site: Observed, logs_dir: Path) -> None:
    logs_dir.parent.mkdir(exist_ok=True)
    logs_dir.write_text("a file, not a directory")
    config = vedette.logging_config(logs_dir)
    logging.config.dictConfig(config)
    assert config["root"]["handlers"] == ["console", "vedette"]
    (problem,) = check_log_files()
    assert str(logs_dir) in problem.msg
    assert site.get("/log/").status == 200
    assert len(site.logs) == 1


def test_a_log_directory_is_fine_where_nothing_is_wrong(logs_dir: Path) -> None:
    vedette.logging_config(logs_dir)
    assert check_log_files() == []


def test_the_settings_module_needs_no_django(tmp_path: Path) -> None:
    code = (
        "import sys, vedette\n"
        f"vedette.logging_config({str(tmp_path / 'logs')!r})\n"
        "print([name for name in ('django', 'duckdb', 'msgspec', 'sentry_sdk') if name in sys.modules])\n"
    )
    assert _run(code) == "[]\n"


def test_many_processes_write_whole_lines_and_rotate(tmp_path: Path) -> None:
    code = (
        "import logging, logging.config, os, vedette\n"
        "from vedette.capture import log_settings\n"
        "log_settings.MAX_BYTES = 60_000\n"
        f"config = vedette.logging_config({str(tmp_path)!r})\n"
        "for name in ('console', 'vedette'):\n"
        "    config['root']['handlers'].remove(name)\n"
        "del config['handlers']['mail_admins'], config['loggers']['django']['handlers'], config['filters']\n"
        "del config['handlers']['vedette']\n"
        "logging.config.dictConfig(config)\n"
        "children = [pid for pid in (os.fork() for _ in range(2)) if pid]\n"
        "for number in range(150):\n"
        "    logging.getLogger('site').info('line', extra={'number': number, 'pad': 'x' * 100})\n"
        "for pid in children:\n"
        "    os.waitpid(pid, 0)\n"
    )
    _run(code)
    written = [line for path in tmp_path.glob("django.log*") for line in lines(path)]
    assert len(list(tmp_path.glob("django.log*"))) > 1
    numbers = [(line["process"], line["number"]) for line in written]
    assert len(numbers) == len(set(numbers)) == 4 * 150


def _run(code: str) -> str:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )
    return done.stdout
