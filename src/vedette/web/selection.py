"""Between a link and the filters of the store: names, units, and what a chip says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vedette.requests.queries import NO_ROUTE, FilterError, Filters
from vedette.web.page import Page

# What a link calls a filter, what `Filters` calls it, and what a person reads.
FIELDS = (
    ("route", "route", "Route"),
    ("method", "method", "Method"),
    ("status", "status", "Status"),
    ("user", "user_id", "User"),
    ("release", "release", "Release"),
    ("environment", "environment", "Environment"),
    ("service", "service", "Service"),
    ("host", "host", "Host"),
    ("path", "path", "Path contains"),
    ("trace", "trace_id", "Trace"),
    ("request", "request_id", "Request id"),
)
DURATIONS = (("min_ms", "min_duration_ms", "Took at least"), ("max_ms", "max_duration_ms", "Took at most"))
ATTRIBUTE = "attr."
_DURATION = re.compile(r"(\d{1,12}(?:\.\d{0,20})?)\s*(ms|s|m|min)?", re.ASCII)
_IN_MS = {None: 1.0, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "min": 60_000.0}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    name: str
    value: str
    without: str


def filters_of(params: Mapping[str, str]) -> Filters:
    """Return the filters that a link's *params* name.

    Raises:
        FilterError: If a value makes no sense.
    """
    equal = {field: params[name] for name, field, _ in FIELDS if params.get(name)}
    bounds = {field: duration_ms(params[name]) for name, field, _ in DURATIONS if params.get(name)}
    attributes = tuple(
        (name.removeprefix(ATTRIBUTE), value) for name, value in params.items() if name.startswith(ATTRIBUTE)
    )
    return Filters(
        **equal,
        min_duration_ms=bounds.get("min_duration_ms"),
        max_duration_ms=bounds.get("max_duration_ms"),
        attributes=attributes,
    )


def duration_ms(text: str) -> float:
    """Return the milliseconds that *text* says: ``250``, ``250ms``, ``1.5 s``, ``2m``.

    Raises:
        FilterError: If it is no duration.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise FilterError(f"duration: {text[:30]!r} is not a length of time such as 250ms or 1.5s")
    return float(match[1]) * _IN_MS[match[2]]


def chips(page: Page) -> Iterator[Chip]:
    """Yield a chip for each filter in the link."""
    names = {name: label for name, _, label in (*FIELDS, *DURATIONS)}
    for name, value in page.filters.items():
        if name in names or name.startswith(ATTRIBUTE):
            label = names.get(name, name)
            shown = "no route" if name == "route" and value == NO_ROUTE else value
            if name in {"min_ms", "max_ms"} and value.replace(".", "", 1).isdigit():
                shown = f"{float(value):g} ms"
            yield Chip(label, shown, page.here(**{name: ""}))
