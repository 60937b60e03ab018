"""Which requests a question is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vedette.store.bindings import Bindings

MOST_ATTRIBUTES = 50


class FilterError(ValueError):
    """A filter makes no sense; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that a request meets, all of them; ``""`` and None mean any.

    `status` is a number (``404``), a class (``5xx``) or ``error`` (500 and above).  `path` is a part of the path,
    letters' case aside.  `route` may be given as ``-`` for requests that no route matched.

    Raises:
        FilterError: If a value makes no sense.
    """

    service: str = ""
    environment: str = ""
    release: str = ""
    host: str = ""
    route: str = ""
    method: str = ""
    status: str = ""
    user_id: str = ""
    min_duration_ms: float | None = None
    max_duration_ms: float | None = None
    path: str = ""
    trace_id: str = ""
    request_id: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.status and not _STATUS.fullmatch(self.status.lower()):
            raise FilterError(
                f"status: {self.status[:30]!r} is not a number such as 404, a class such as 5xx, or 'error'"
            )
        for bound in (self.min_duration_ms, self.max_duration_ms):
            if bound is not None and not 0 <= bound < float("inf"):
                raise FilterError("duration: must be a number that is not negative")
        if len(self.attributes) > MOST_ATTRIBUTES:
            raise FilterError(f"attributes: there are more than {MOST_ATTRIBUTES}")
        if None not in (self.min_duration_ms, self.max_duration_ms) and _is_reversed(self):
            raise FilterError("duration: the least is greater than the greatest")

    @property
    def needs_raw_rows(self) -> bool:
        """Tell whether hourly and daily sums cannot answer, since they lack a column that is filtered by."""
        return bool(
            self.host
            or (self.status[:1].isdigit() and not self.status.lower().endswith("xx"))
            or self.user_id
            or self.min_duration_ms is not None
            or self.max_duration_ms is not None
            or self.path
            or self.trace_id
            or self.request_id
            or self.attributes
        )

    @property
    def names_traffic(self) -> bool:
        """Tell whether there is a condition on the route, the method or the status."""
        return bool(self.route or self.method or self.status)


NO_FILTERS = Filters()
NO_ROUTE = "-"
"""How a filter names requests that no route matched."""
_STATUS = re.compile(r"[1-5]\d\d|[1-5]xx|error")
_EQUAL = ("service", "environment", "release", "host", "method", "user_id", "trace_id", "request_id")


def conditions(filters: Filters, bindings: Bindings, *, is_raw: bool = True) -> Iterable[str]:
    """Yield the SQL conditions of *filters* over `requests`, or over one of its rollups."""
    for name in _EQUAL:
        if value := getattr(filters, name):
            yield f"{name} = {bindings.bind(name, value.upper() if name == 'method' else value)}"
    if filters.route:
        yield f"route = {bindings.bind('route', '' if filters.route == NO_ROUTE else filters.route)}"
    if filters.status:
        yield _status_condition(filters.status.lower(), bindings, is_raw=is_raw)
    if filters.min_duration_ms is not None:
        yield f"duration_ms >= {bindings.bind('min_duration_ms', float(filters.min_duration_ms))}"
    if filters.max_duration_ms is not None:
        yield f"duration_ms <= {bindings.bind('max_duration_ms', float(filters.max_duration_ms))}"
    if filters.path:
        yield bindings.dialect.contains("path", bindings.bind("path", filters.path))
    for key, value in filters.attributes:
        found = bindings.dialect.map_get("attributes", bindings.bind("attribute", key))
        yield f"{found} = {bindings.bind('value', value)}"


def _status_condition(status: str, bindings: Bindings, *, is_raw: bool) -> str:
    if status == "error":
        return "status >= 500" if is_raw else "status_class >= 5"
    if status.endswith("xx"):
        hundreds = int(status[0])
        if is_raw:
            return f"status >= {hundreds}00 AND status < {hundreds + 1}00"
        return f"status_class = {bindings.bind('status_class', hundreds)}"
    return f"status = {bindings.bind('status', int(status))}"


def _is_reversed(filters: Filters) -> bool:
    assert filters.min_duration_ms is not None
    assert filters.max_duration_ms is not None
    return filters.min_duration_ms > filters.max_duration_ms
