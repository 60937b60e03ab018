"""Between a link and the filters of spans: names, units, and what a chip says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from vedette.store.paging import micros_of, time_of
from vedette.traces.queries import FilterError, Filters
from vedette.web import timerange
from vedette.web.page import Page
from vedette.web.selection import ATTRIBUTE, DURATIONS, Chip, duration_ms

# What a link calls a filter, what `Filters` calls it, and what a person reads.
FIELDS = (
    ("op", "operation", "Operation"),
    ("name", "name", "Name contains"),
    ("is", "exact_name", "Name"),
    ("service", "service", "Service"),
    ("status", "status", "Status"),
    ("release", "release", "Release"),
    ("environment", "environment", "Environment"),
    ("user", "user_id", "User"),
    ("host", "host", "Host"),
    ("trace", "trace_id", "Trace"),
)
PAIR = "attr"
"""The field into which a person types an attribute as ``key=value``."""
SCOPE = "spans"
ALL = "all"
_NAMES = {name: label for name, _, label in (*FIELDS, *DURATIONS)} | {PAIR: "Attribute"}
_YEARS = (2000, 2286)
_MS_DIGITS = 13
"""From 2001 until 2286."""


def filters_of(params: Mapping[str, str]) -> Filters:
    """Return the filters that a link's *params* name.

    Raises:
        vedette.traces.queries.FilterError, vedette.requests.queries.FilterError: If a value makes no sense.
    """
    equal = {field: params[name] for name, field, _ in FIELDS if params.get(name)}
    bounds = {field: duration_ms(params[name]) for name, field, _ in DURATIONS if params.get(name)}
    return Filters(
        **equal,
        min_duration_ms=bounds.get("min_duration_ms"),
        max_duration_ms=bounds.get("max_duration_ms"),
        attributes=tuple(_attributes(params)),
        scope="all" if params.get(SCOPE) == ALL else "roots",
        only_sampled=False,
    )


def _attributes(params: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if params.get(PAIR):
        key, equals, value = params[PAIR].partition("=")
        if not equals or not key.strip():
            raise FilterError(f"attribute: {params[PAIR][:30]!r} is not written as key=value")
        yield key.strip(), value.strip()
    for name, value in params.items():
        if name.startswith(ATTRIBUTE):
            yield name.removeprefix(ATTRIBUTE), value


def own(page: Page) -> dict[str, str]:
    """Return what the link says of the spans: its filters, without the view and the order."""
    return {
        name: value
        for name, value in page.filters.items()
        if name in _NAMES or name == SCOPE or name.startswith(ATTRIBUTE)
    }


def chips(page: Page) -> Iterator[Chip]:
    """Yield a chip for each filter in the link."""
    for name, value in own(page).items():
        if name == SCOPE:
            continue
        shown = f"{float(value):g} ms" if name in {"min_ms", "max_ms"} and _is_number(value) else value
        yield Chip(_NAMES.get(name, name), shown[:200], page.here(**{name: ""}))


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdecimal()


def hint_of(params: Mapping[str, str]) -> dt.datetime | None:
    """Return the time around which a link says its trace is; None where it does not say.

    It is Unix milliseconds, or a time as other pages' links write it.
    """
    text = params.get("at", "")
    if text.isascii() and text.isdecimal() and len(text) == _MS_DIGITS:
        return time_of(int(text) * 1000)
    try:
        at = timerange.time_of(text)
    except timerange.InvalidRange:
        return None
    # Past these years there is no hour before or after.
    return at if _YEARS[0] <= at.year <= _YEARS[1] else None


def hint(at: dt.datetime) -> str:
    """Return *at* as links carry it."""
    return str(micros_of(at) // 1000)
