"""Between a link and the events of an issue that it names: by environment, release, user and tags."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from vedette.issues.queries import IssueFilters
from vedette.issues.search import TAG
from vedette.web import timerange
from vedette.web.page import Page
from vedette.web.selection import Chip

MOMENT = "at"
"""About when the event that a link names was: it is found more quickly."""
_NAMES = ("environment", "release", "user")


def filters_of(shown: Page) -> IssueFilters:
    """Return which of an issue's events a link names."""
    tags = tuple(
        (name.removeprefix(TAG), value)
        for name, value in shown.params.items()
        if name.startswith(TAG) and value
    )
    return IssueFilters(
        status="",
        environment=shown.params.get("environment", ""),
        release=shown.params.get("release", ""),
        user=shown.params.get("user", ""),
        attributes=tags,
    )


def chips_of(shown: Page) -> Iterator[Chip]:
    """Yield a chip for each filter of events in the link."""
    for name, value in shown.filters.items():
        if name in _NAMES or name.startswith(TAG):
            yield Chip(name.removeprefix(TAG), value, shown.here(**{name: ""}))


def door_to(shown: Page, name: str, value: str) -> str:
    """Return the address of the same page with the events alone whose tag *name* is *value*, or without that filter."""
    key = name if name in _NAMES else TAG + name
    return shown.here(**{key: "" if shown.params.get(key) == value else value})


def is_chosen(shown: Page, name: str, value: str) -> bool:
    """Tell whether the link names the events whose tag *name* is *value*."""
    return shown.params.get(name if name in _NAMES else TAG + name) == value


def time_in(shown: Page) -> dt.datetime | None:
    """Return about when the event was that a link names; None where it does not say."""
    try:
        return timerange.time_of(shown.params.get(MOMENT, ""))
    except timerange.InvalidRange:
        return None
