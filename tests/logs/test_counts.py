"""Histogram, facets, counts, patterns: each figure equals the one counted row by row."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.logs.conftest import LOGS
from tests.logs.records import NOW, RANGE, matches, within
from tests.requests.kept import Kept
from vedette.logs.facets import exception_type
from vedette.logs.queries import (
    count_by,
    get_histogram,
    level_of,
    list_facets,
    list_failed_logins,
    list_patterns,
    parse,
)
from vedette.record.signals import Log
from vedette.store import steps

TEXTS = ("", "level:warning", "saved -logger:apps", "plan:pro", "nobody-says-this")


def wanted(text: str) -> list[Log]:
    """Return the records that match."""
    return [log for log in within(LOGS) if matches(log, parse(text))]


@pytest.mark.parametrize("text", TEXTS)
def test_bars_count_by_step_and_level(kept: Kept, text: str) -> None:
    histogram = get_histogram(kept.store, range=RANGE, filters=parse(text))

    counts = Counter(
        (steps.floor(log.time, histogram.step_s), level_of(log.severity)) for log in wanted(text)
    )
    assert {
        (bar.time, level): count for bar in histogram.bars for level, count in bar.counts.items()
    } == counts
    assert [bar.time for bar in histogram.bars] == steps.starts(RANGE, histogram.step_s)
    assert histogram.total == len(wanted(text))


@pytest.mark.parametrize("text", TEXTS)
def test_facets_count_levels_loggers_and_attributes(kept: Kept, text: str) -> None:
    facets = list_facets(kept.store, range=RANGE, filters=parse(text))

    logs = wanted(text)
    assert facets.logs == facets.attributes_over == len(logs)
    assert {value.value: value.logs for value in facets.levels} == Counter(
        level_of(log.severity) for log in logs
    )
    assert {value.value: value.logs for value in facets.loggers} == Counter(log.logger for log in logs)
    assert {each.key: each.logs for each in facets.attributes} == Counter(
        key for log in logs for key in log.attributes
    )
    for each in facets.attributes:
        counts = Counter(log.attributes[each.key] for log in logs if each.key in log.attributes)
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        assert [(value.value, value.logs) for value in each.values] == ranked[:8]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "field", ["level", "logger", "type", "template", "user_id", "plan", "attributes.value", "nothing"]
)
def test_any_field_is_counted(kept: Kept, text: str, field: str) -> None:
    counted = count_by(kept.store, field=field, range=RANGE, filters=parse(text), limit=1000)

    counts = Counter(_value(log, field) for log in wanted(text))
    del counts[""]
    assert {value.value: value.logs for value in counted.values} == counts
    assert counted.logs == len(wanted(text))


def test_only_values_that_begin_as_typed_are_counted(kept: Kept) -> None:
    counted = count_by(kept.store, field="logger", range=RANGE, prefix="DJANGO.")

    assert [value.value for value in counted.values] == ["django.request"]


def _value(log: Log, field: str) -> str:
    if field == "level":
        return level_of(log.severity)
    if field == "type":
        match = re.search(r"^([\w.]+): it broke", log.exception, re.MULTILINE)
        return match[1] if match else ""
    if field in {"logger", "template", "user_id"}:
        return str(getattr(log, field))
    return log.attributes.get(field.removeprefix("attributes."), "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (
            'Traceback (most recent call last):\n  File "a.py"\n    raise X\napp.Broken: no: really\nsecond line',
            "app.Broken",
        ),
        (
            "Traceback (most recent call last):\n  x\nKeyError: 1\n\nDuring handling:\n\nTraceback (most recent call last):\n  y\nValueError",
            "ValueError",
        ),
        ("ValueError: without a traceback", "ValueError"),
        ("just words", ""),
    ],
)
def test_the_type_of_an_exception_is_read_off_its_traceback(text: str, expected: str) -> None:
    assert exception_type(text) == expected


def test_patterns_count_what_differs_only_in_numbers(kept: Kept) -> None:
    found = list_patterns(kept.store, range=RANGE, limit=1000).patterns

    def key(log: Log) -> tuple[str, str, str]:
        text = re.sub(r"\b[0-9a-fA-F]*[0-9][0-9a-fA-F]*\b|[0-9]+", "#", log.template or log.message)
        return text, log.logger, level_of(log.severity)

    now, before = Counter(map(key, within(LOGS))), Counter(map(key, within(LOGS, RANGE.previous())))
    assert {(each.text, each.logger, each.level): each.logs for each in found} == now
    for each in found:
        own = [log for log in within(LOGS) if key(log) == (each.text, each.logger, each.level)]
        assert each.previous == before[each.text, each.logger, each.level]
        assert (each.first_at, each.last_at) == (own[0].time, own[-1].time)
        assert sum(each.sparkline) == each.logs
        assert each.example in {log.message for log in own if log.time == each.last_at}
        assert all(each.words in log.template or each.words in log.message for log in own)


def test_attributes_of_very_many_records_are_counted_over_the_newest(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.logs.facets.ATTRIBUTES_OVER", 200)

    facets = list_facets(kept.store, range=RANGE)

    newest = within(LOGS)[-facets.attributes_over :]
    assert facets.logs == len(within(LOGS))
    assert 200 <= facets.attributes_over < 300
    assert {each.key: each.logs for each in facets.attributes} == Counter(
        key for log in newest for key in log.attributes
    )


def test_a_failed_log_in_is_known_by_its_words_and_who_tried_or_by_its_event(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    at = NOW - dt.timedelta(minutes=1)
    failed = [
        Log(
            time=at,
            message="Log-in failed for ada",
            template="Log-in failed for %s",
            attributes={"username": "ada"},
        ),
        Log(time=at, message="Invalid credentials", attributes={"ip": "192.0.2.1"}),
        Log(time=NOW - dt.timedelta(minutes=2), message="LOGIN FAILED", attributes={"username": "ada"}),
        Log(
            time=at,
            message="no such login",
            attributes={"event": "user_login_failed", "client_ip": "192.0.2.2"},
        ),
    ]
    others = [
        Log(time=at, message="Log-in failed"),
        Log(time=at, message="Welcome after your login", attributes={"username": "ada"}),
        Log(time=at, message="Export failed", attributes={"username": "ada"}),
        Log(time=at, message="the login failed", template="%s", attributes={"username": "ada"}),
    ]
    kept.record([*failed, *others])

    found = list_failed_logins(kept.store, range=RANGE).logins

    assert [(each.user, each.address, each.count) for each in found] == [
        ("ada", "", 2),
        ("", "192.0.2.1", 1),
        ("", "192.0.2.2", 1),
    ]
    assert (found[0].first_at, found[0].last_at) == (NOW - dt.timedelta(minutes=2), at)


@pytest.mark.parametrize(
    ("template", "label"),
    [
        ("%s: %s", "Not Found: /x/"),
        ("%(method)s %5.1f {0}", "Not Found: /x/"),
        ("Not Found: %s", "Not Found: %s"),
    ],
)
def test_a_template_that_says_nothing_is_labelled_by_an_example(
    tmp_path: Path, template: str, label: str
) -> None:
    kept = Kept(tmp_path, now=NOW)
    kept.record([Log(time=NOW - dt.timedelta(minutes=1), template=template, message="Not Found: /x/")])

    (pattern,) = list_patterns(kept.store, range=RANGE).patterns

    assert pattern.label == label
