"""The settings: what each accepts, and what is said about what it does not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings as SiteSettings

from vedette import conf

HERE: dict[str, Any] = {"DIR": "/srv/vedette"}


def problems_of(**values: Any) -> list[conf.Problem]:
    return conf.load({**HERE, **values})[1]


def test_a_directory_is_all_that_is_required() -> None:
    settings, problems = conf.load(HERE)
    assert problems == []
    assert Path("/srv/vedette") == settings.DIR
    assert settings.journal_dir == Path("/srv/vedette/journal")


def test_every_setting_has_a_help_text_and_a_default_that_it_accepts_itself() -> None:
    settings, _ = conf.load(HERE)
    for item in dataclasses.fields(conf.Settings):
        assert item.metadata["help"].endswith("."), item.name
        value = getattr(settings, item.name)
        assert item.metadata["parse"](value) == value, item.name


def test_the_settings_cannot_be_changed() -> None:
    settings, _ = conf.load(HERE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.SERVICE = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("SERVICES", "SERVICE"), ("dir", "DIR"), ("RELEASES", "RELEASE"), ("TRACE_SAMPLE_RATE", "TRACES_SAMPLE_RATE"),
     ("PROXIES", "TRUSTED_PROXIES"), ("RETENTION", "RETENTION_DAYS"), ("SEND_PII", "SEND_DEFAULT_PII")],
)  # fmt: skip
def test_an_unknown_setting_is_answered_with_the_nearest(wrong: str, right: str) -> None:
    [problem] = problems_of(**{wrong: 1})
    assert problem.check_id == "vedette.E002"
    assert repr(wrong) in problem.message
    assert problem.hint == f"Did you mean {right!r}?"


def test_a_setting_that_resembles_none_is_answered_with_all() -> None:
    [problem] = problems_of(XYZZY=1)
    assert "SERVICE" in problem.hint
    assert "RETENTION_DAYS" in problem.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DIR", ""), ("DIR", 5), ("DIR", None), ("DIR", "~nobody-has-this-name/x"),
        ("SERVICE", 7), ("ENVIRONMENT", None), ("RELEASE", 1.5), ("HOST", b"h"),
        ("STORE", "postgres"), ("STORE", None), ("BACKGROUND", "yes"), ("BACKGROUND", True), ("BACKGROUND", []),
        ("LEASE_S", 0), ("LEASE_S", "10"), ("LEASE_S", math.nan), ("LEASE_S", 601), ("LEASE_S", True),
        ("DRAIN_INTERVAL_S", 0), ("DRAIN_INTERVAL_S", -1), ("DRAIN_INTERVAL_S", math.inf),
        ("SEND_DEFAULT_PII", "yes"), ("SEND_DEFAULT_PII", 1), ("REQUEST_LOG", None),
        ("TRUSTED_PROXIES", "10.0.0.0/8"), ("TRUSTED_PROXIES", ["proxy.example.com"]), ("TRUSTED_PROXIES", ["10.0.0.0/33"]),
        ("TRUSTED_PROXIES", None), ("TRUSTED_PROXIES", [None]), ("TRUSTED_PROXIES", [1]), ("SLOW_QUERY_MS", 10**400),
        ("SLOW_QUERY_MS", -1), ("SLOW_QUERY_MS", "fast"), ("REPEATED_QUERY_COUNT", 1), ("REPEATED_QUERY_COUNT", 2.5),
        ("TRACES_SAMPLE_RATE", 1.1), ("TRACES_SAMPLE_RATE", -0.1), ("TRACES_SAMPLE_RATE", 10), ("TRACES_SAMPLE_RATE", math.nan),
        ("LOG_LEVEL", "LOUD"), ("LOG_LEVEL", 20), ("LOG_LEVEL", None),
        ("JOURNAL_SEGMENT_BYTES", 10), ("JOURNAL_SEGMENT_BYTES", "4MB"), ("JOURNAL_MAX_BYTES", 0), ("JOURNAL_MAX_BYTES", 1e9),
        ("STORE_MAX_BYTES", -5), ("STORE_MAX_BYTES", None), ("QUERY_MEMORY_BYTES", 1), ("QUERY_THREADS", 0), ("QUERY_THREADS", "2"),
        ("QUERY_TIMEOUT_S", 0), ("QUERY_TIMEOUT_S", 4000), ("BACKGROUND_MEMORY_BYTES", 1),
        ("RETENTION_DAYS", 0), ("RETENTION_DAYS", -1), ("RETENTION_DAYS", True), ("RETENTION_DAYS", "30"), ("RETENTION_DAYS", {"requests": 0}),
        ("RETENTION_DAYS", {"request": 5}), ("RETENTION_DAYS", {"logs": None}), ("RETENTION_DAYS", {1: 2, "x": 3}),
    ],
)  # fmt: skip
def test_an_impossible_value_is_reported_and_its_default_used(name: str, value: Any) -> None:
    settings, problems = conf.load({**HERE, name: value})
    assert [problem.check_id for problem in problems] == ["vedette.E003"]
    assert f"VEDETTE[{name!r}]" in problems[0].message
    assert problems[0].hint == conf.FIELDS[name].metadata["help"]
    if name != "HOST":
        assert getattr(settings, name) == getattr(conf.Settings(), name)


@given(
    name=st.sampled_from(sorted(conf.FIELDS)),
    value=st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.lists(st.text() | st.integers(), max_size=3) | st.dictionaries(st.text() | st.integers(), st.integers(), max_size=3),
)  # fmt: skip
def test_no_value_whatsoever_raises(name: str, value: Any) -> None:
    settings, _ = conf.load({**HERE, name: value})
    assert isinstance(settings, conf.Settings)


@pytest.mark.parametrize("values", [None, "x", 5, [], [("DIR", "x")]])
def test_what_is_no_dict_is_reported(values: Any) -> None:
    [problem] = conf.load(values)[1]
    assert problem.check_id == "vedette.E001"
    assert 'BASE_DIR / "vedette"' in problem.hint


def test_a_missing_directory_is_reported_before_all_else() -> None:
    _, problems = conf.load({"SERVIC": 1})
    assert [problem.check_id for problem in problems] == ["vedette.E001", "vedette.E002"]


def test_a_value_that_is_wrong_is_not_shown_at_length() -> None:
    [problem] = problems_of(LOG_LEVEL="x" * 10_000)
    assert len(problem.message) < 300


def test_personal_data_is_not_kept_unless_asked_for() -> None:
    assert conf.Settings().SEND_DEFAULT_PII is False


def test_a_number_of_days_holds_for_every_table() -> None:
    settings, problems = conf.load({**HERE, "RETENTION_DAYS": 7})
    assert problems == []
    assert set(settings.RETENTION_DAYS.values()) == {7}


def test_for_good_is_as_long_as_the_calendar_reaches_back() -> None:
    settings, problems = conf.load({**HERE, "RETENTION_DAYS": 10**30})
    assert problems == []
    for days in settings.RETENTION_DAYS.values():
        assert dt.datetime(2026, 1, 1) - dt.timedelta(days=days) < dt.datetime(1930, 1, 1)


def test_days_of_one_table_leave_those_of_the_others() -> None:
    settings, _ = conf.load({**HERE, "RETENTION_DAYS": {"logs": 3}})
    assert settings.RETENTION_DAYS["logs"] == 3
    assert settings.RETENTION_DAYS["requests"] == conf.DEFAULT_RETENTION_DAYS["requests"]


def test_a_host_without_a_name_has_the_default_one() -> None:
    assert conf.load({**HERE, "HOST": ""})[0].HOST == conf.load(HERE)[0].HOST != ""


def test_levels_are_known_in_small_letters_too() -> None:
    assert conf.load({**HERE, "LOG_LEVEL": "warning"})[0].LOG_LEVEL == "WARNING"


def test_a_directory_is_made_absolute() -> None:
    assert Path.cwd() / "telemetry" == conf.load({"DIR": "telemetry"})[0].DIR
    assert Path.home() / "telemetry" == conf.load({"DIR": Path("~/telemetry")})[0].DIR


def test_without_a_directory_nothing_is_given_out(settings: SiteSettings) -> None:
    for values in (None, {}, {"SERVIC": 1}, {"DIR": 5}, {"SERVIC": 1, "DIR": 5}):
        settings.VEDETTE = values
        conf.reload()
        with pytest.raises(conf.SettingsError, match=r"DIR|VEDETTE is not set"):
            conf.get()
    conf.reload()


def test_service_environment_and_release_are_guessed_from_the_site(
    settings: SiteSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VEDETTE = HERE
    settings.ROOT_URLCONF = "shop.urls"
    settings.DEBUG = True
    monkeypatch.setenv("GIT_COMMIT_SHA", "abc123")
    conf.reload()
    found = conf.get()
    assert (found.SERVICE, found.ENVIRONMENT, found.RELEASE) == ("shop", "development", "abc123")
    settings.VEDETTE = {**HERE, "SERVICE": "till", "ENVIRONMENT": "staging", "RELEASE": "7"}
    conf.reload()
    found = conf.get()
    assert (found.SERVICE, found.ENVIRONMENT, found.RELEASE) == ("till", "staging", "7")
    conf.reload()
