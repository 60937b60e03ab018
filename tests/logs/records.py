"""Random log records, and what the filters say of one of them in Python."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable

from vedette.logs.levels import LEVELS, level_of
from vedette.logs.queries import Filters
from vedette.record.signals import Log
from vedette.store.query import TimeRange

NOW = dt.datetime(2026, 3, 18, 14, 37, 21, 123456, tzinfo=dt.UTC)
RANGE = TimeRange(NOW - dt.timedelta(hours=6), NOW)
TRACEBACK = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n{type}: it broke'
_TEMPLATES = ("Saved task %s", "Slow query: %s ms", "Log-in failed for %s from 192.0.2.1", "Nothing to do")


def random_logs(count: int, *, seed: int) -> list[Log]:
    """Return records of the six hours and a little before them."""
    chance = random.Random(seed)
    return sorted((_log(chance) for _ in range(count)), key=lambda log: log.time)


def _log(chance: random.Random) -> Log:
    template = chance.choice(_TEMPLATES)
    value = chance.randrange(30)
    severity = chance.choice([5, 9, 9, 9, 13, 17, 21, 0])
    failed = chance.random() < 0.2
    return Log(
        time=NOW - dt.timedelta(seconds=chance.uniform(0, 7 * 3600)),
        service="todo",
        release=chance.choice(["1.0", "1.1"]),
        host=chance.choice(["web-1", "web-2"]),
        trace_id=f"{chance.randrange(40):032x}",
        request_id=f"request-{chance.randrange(40)}",
        user_id=chance.choice(["", "7", "8"]),
        severity=severity,
        severity_text=level_of(severity),
        logger=chance.choice(["django", "django.request", "djangoextra", "apps.tasks"]),
        message=template.replace("%s", str(value)),
        template=chance.choice([template, ""]),
        line=value,
        exception=TRACEBACK.format(type=chance.choice(["ValueError", "apps.tasks.Full"])) if failed else "",
        attributes={"plan": chance.choice(["free", "pro"]), "value": str(value)}
        if chance.random() < 0.7
        else {},
    )


def within(logs: Iterable[Log], range: TimeRange = RANGE) -> list[Log]:
    """Return the records of *range*."""
    return [log for log in logs if range.start <= log.time < range.end]


def matches(log: Log, filters: Filters) -> bool:
    """Tell whether *log* meets *filters*, said another way than the SQL does."""
    text = f"{log.message}\0{log.exception}".lower()
    names = ("template", "request_id", "trace_id", "user_id", "service", "environment", "release", "host")
    return (
        all(word.lower() in text for word in filters.words)
        and not any(word.lower() in text for word in filters.excluded_words)
        and all(getattr(filters, name) in {"", getattr(log, name)} for name in names)
        and (not filters.min_level or log.severity >= LEVELS[filters.min_level])
        and (not filters.levels or level_of(log.severity) in filters.levels)
        and (not filters.logger or _is_below(log.logger, filters.logger))
        and not any(_is_below(log.logger, logger) for logger in filters.excluded_loggers)
        and all(_has(log, *pair) for pair in filters.attributes)
        and not any(_has(log, *pair) for pair in filters.excluded_attributes)
    )


def _is_below(logger: str, name: str) -> bool:
    return f"{logger}.".startswith(f"{name}.")


def _has(log: Log, key: str, value: str) -> bool:
    return key in log.attributes if value == "*" else log.attributes.get(key) == value
