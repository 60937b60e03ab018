"""``manage.py check``: each line of the installation that is missing, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings as SiteSettings

import vedette
from vedette import checks, conf


@pytest.fixture(autouse=True)
def installed(
    settings: SiteSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SiteSettings]:
    """Let the site be installed as the documentation tells."""
    settings.VEDETTE = {"DIR": tmp_path / "vedette"}
    settings.MIDDLEWARE = ["vedette.middleware.Vedette", "django.middleware.common.CommonMiddleware"]
    set_logging(monkeypatch, vedette.logging_config(tmp_path / "logs"))
    settings.ROOT_URLCONF = "tests.urls_of_a_site"
    conf.reload()
    yield settings
    conf.reload()


def set_logging(monkeypatch: pytest.MonkeyPatch, logging: object) -> None:
    # Not through pytest-django: Django 6 would configure this process's logging with it.
    monkeypatch.setattr(site, "LOGGING", logging)


def found() -> list[CheckMessage]:
    conf.reload()
    return [*checks.check_settings(), *checks.check_installation()]


def ids() -> list[str | None]:
    return [message.id for message in found()]


def test_a_site_that_is_installed_as_documented_has_nothing_to_mend() -> None:
    assert found() == []


def test_django_runs_these_checks(installed: SiteSettings) -> None:
    installed.VEDETTE = {"DIRR": 1}
    conf.reload()
    assert {"vedette.E001", "vedette.E002"} <= {message.id for message in run_checks()}


def test_a_relative_directory_is_warned_of(
    installed: SiteSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    installed.VEDETTE = {"DIR": "vedette"}
    assert ids() == ["vedette.W004"]
    installed.VEDETTE = {"DIR": "~/vedette"}
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ids() == []


def test_a_missing_middleware_is_named_with_the_line_to_add(installed: SiteSettings) -> None:
    installed.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    [message] = found()
    assert message.id == "vedette.W001"
    assert '"vedette.middleware.Vedette" first in MIDDLEWARE' in str(message.hint)


def test_a_middleware_that_is_not_the_first_is_named(installed: SiteSettings) -> None:
    installed.MIDDLEWARE = list(reversed(installed.MIDDLEWARE))
    [message] = found()
    assert (message.id, "not the first" in message.msg) == ("vedette.W001", True)


@pytest.mark.parametrize("logging", [{}, {"version": 1}, {"version": 1, "handlers": {"console": {}}}, None])
def test_logging_that_stores_nothing_is_named_with_the_line_to_add(
    monkeypatch: pytest.MonkeyPatch, logging: object
) -> None:
    set_logging(monkeypatch, logging)
    [message] = found()
    assert message.id == "vedette.W002"
    assert "vedette.logging_config" in str(message.hint)


def test_a_site_s_own_logging_with_our_handler_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = {"mine": {"class": "vedette.capture.logging.JournalHandler"}}
    set_logging(monkeypatch, {"version": 1, "handlers": handlers})
    assert found() == []


def test_missing_addresses_are_named_with_the_line_to_add(installed: SiteSettings) -> None:
    installed.ROOT_URLCONF = "django.conf.urls.i18n"
    [message] = found()
    assert message.id == "vedette.W003"
    assert 'include("vedette.urls")' in str(message.hint)


def test_settings_that_are_not_there_are_named_with_the_line_to_add(installed: SiteSettings) -> None:
    del installed.VEDETTE
    [message] = found()
    assert message.id == "vedette.E001"
    assert "VEDETTE = {" in str(message.hint)


def test_each_problem_of_the_settings_is_an_error(installed: SiteSettings) -> None:
    installed.VEDETTE = {**installed.VEDETTE, "SERVISE": "x", "LOG_LEVEL": "LOUD"}
    assert ids() == ["vedette.E002", "vedette.E003"]
    assert "Did you mean 'SERVICE'?" in [message.hint for message in found()]


def test_a_file_in_the_directory_s_place_is_an_error(installed: SiteSettings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    installed.VEDETTE = {"DIR": tmp_path / "file" / "vedette"}
    [message] = found()
    assert (message.id, "not a directory" in message.msg) == ("vedette.E004", True)


def test_an_unwritable_directory_is_an_error(
    installed: SiteSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere: what the system answers to another user stands in.
    monkeypatch.setattr("vedette.checks.os.access", lambda *_: False)
    [message] = found()
    assert (message.id, "not writable" in message.msg) == ("vedette.E004", True)


def test_a_directory_that_is_still_to_be_made_is_none(installed: SiteSettings, tmp_path: Path) -> None:
    installed.VEDETTE = {"DIR": tmp_path / "not" / "yet" / "there"}
    assert found() == []
    assert not (tmp_path / "not").exists(), "checking makes nothing"
