"""Breadcrumbs: what happened before the error, each with its distance from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from vedette.web import figures
from vedette.web.event.texts import Pair, Text, pairs, text
from vedette.wire.sentry.event import level_of
from vedette.wire.times import time_of
from vedette.wire.values import Mapping, dict_of, list_of, text_of

HOUR_MS = 3_600_000
Kind = Literal["sql", "http", "navigation", "log", "ui", "error", "other"]
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("query", "sql"),
    ("db", "sql"),
    ("sql", "sql"),
    ("http", "http"),
    ("fetch", "http"),
    ("xhr", "http"),
    ("navigation", "navigation"),
    ("ui", "ui"),
    ("user", "ui"),
    ("touch", "ui"),
    ("error", "error"),
    ("exception", "error"),
    ("console", "log"),
    ("log", "log"),
)


@dataclass(frozen=True, slots=True)
class Crumb:
    """Something that happened; `before_ms` is how long before the error, None where one of the times is not known."""

    at: dt.datetime | None
    before_ms: float | None
    kind: Kind
    category: str
    level: str
    message: Text
    data: tuple[Pair, ...]

    @property
    def distance(self) -> str:
        """Return how far from the error it was, ``""`` where that is not known; the clocks of a browser and a server differ."""
        if self.before_ms is None:
            return ""
        length = abs(self.before_ms)
        words = figures.written(length, unit="ms") if length < HOUR_MS else figures.span(length / 1000)
        sign = "+" if self.before_ms < 0 else "\N{MINUS SIGN}"
        return f"{sign}{words}".replace(" ", "\N{NO-BREAK SPACE}")


def breadcrumbs_of(event: Mapping, *, at: dt.datetime | None) -> tuple[Crumb, ...]:
    """Return what happened before the error at *at*, the oldest first."""
    return tuple(
        _crumb(item, at) for item in list_of(event.get("breadcrumbs")) if isinstance(item, dict) and item
    )


def _crumb(item: Mapping, error_at: dt.datetime | None) -> Crumb:
    at = time_of(item.get("timestamp"))
    data = {name: value for name, value in dict_of(item.get("data")).items() if value is not None}
    category = text_of(item.get("category"))
    kind = _kind_of(text_of(item.get("type")), category)
    return Crumb(
        at=at,
        before_ms=None if at is None or error_at is None else (error_at - at).total_seconds() * 1000,
        kind=kind,
        category=category or text_of(item.get("type")) or "default",
        level=level_of(item["level"]) if item.get("level") else "info",
        message=text(text_of(item.get("message")) or _told(kind, data)),
        data=pairs(data),
    )


def _kind_of(type: str, category: str) -> Kind:
    for word in (type, category.partition(".")[0], category):
        for beginning, kind in _KINDS:
            if word.lower().startswith(beginning):
                return kind
    return "log" if "." in category else "other"


def _told(kind: Kind, data: Mapping) -> str:
    """Return what a breadcrumb without a message tells by its data."""
    if kind == "http":
        words = (data.get("method") or data.get("http.method"), data.get("url"), data.get("status_code"))
        return " ".join(text_of(word) for word in words if word not in (None, ""))
    if kind == "navigation":
        return f"{text_of(data.get('from')) or 'elsewhere'} → {text_of(data.get('to'))}"
    return ""
