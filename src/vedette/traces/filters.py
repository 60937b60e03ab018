"""Which spans a question is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from vedette.store.bindings import Bindings

MOST_ATTRIBUTES = 50
REPEATED = "db.repeated"
"""The operation of a span that stands for a statement issued again and again; what it sums up are spans as well."""
STATUSES = ("ok", "error", "unset")
Scope = Literal["roots", "all"]


class FilterError(ValueError):
    """A filter makes no sense; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that a span meets, all of them; ``""`` and None mean any.

    `name` is a part of the name, letters' case aside; `operation` is one, or with ``.*`` at its end those below it
    too.  `scope` is ``roots``, the spans with which a service's part of a trace begins, or ``all``.

    Raises:
        FilterError: If a value makes no sense.
    """

    service: str = ""
    environment: str = ""
    release: str = ""
    host: str = ""
    operation: str = ""
    name: str = ""
    exact_name: str = ""
    status: str = ""
    user_id: str = ""
    trace_id: str = ""
    min_duration_ms: float | None = None
    max_duration_ms: float | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    scope: Scope = "roots"

    def __post_init__(self) -> None:
        if self.status and self.status.lower() not in STATUSES:
            raise FilterError(f"status: {self.status[:30]!r} is none of 'ok', 'error' and 'unset'")
        if self.scope not in {"roots", "all"}:
            raise FilterError(f"spans: {self.scope[:30]!r} is neither 'roots' nor 'all'")
        least, most = self.min_duration_ms, self.max_duration_ms
        for bound in (least, most):
            if bound is not None and not 0 <= bound < float("inf"):
                raise FilterError("duration: must be a number that is not negative")
        if least is not None and most is not None and least > most:
            raise FilterError("duration: the least is greater than the greatest")
        if len(self.attributes) > MOST_ATTRIBUTES:
            raise FilterError(f"attributes: there are more than {MOST_ATTRIBUTES}")


NO_FILTERS = Filters()
_EQUAL = ("service", "environment", "release", "host", "user_id", "trace_id")


def conditions(filters: Filters, bindings: Bindings) -> Iterator[str]:
    """Yield the SQL conditions of *filters* over `spans`."""
    for column in _EQUAL:
        if value := getattr(filters, column):
            yield f"{column} = {bindings.bind(column, value)}"
    yield from _operation_conditions(filters.operation, bindings)
    if filters.name:
        yield bindings.dialect.contains("name", bindings.bind("name", filters.name))
    if filters.exact_name:
        yield f"name = {bindings.bind('exact_name', filters.exact_name)}"
    if filters.status:
        status = filters.status.lower()
        yield f"status = {bindings.bind('status', '' if status == 'unset' else status)}"
    if filters.min_duration_ms is not None:
        yield f"duration_ms >= {bindings.bind('min_duration_ms', float(filters.min_duration_ms))}"
    if filters.max_duration_ms is not None:
        yield f"duration_ms <= {bindings.bind('max_duration_ms', float(filters.max_duration_ms))}"
    for key, value in filters.attributes:
        found = bindings.dialect.map_get("attributes", bindings.bind("attribute", key))
        yield f"{found} = {bindings.bind('value', value)}"
    if filters.scope == "roots":
        yield is_root(bindings)


def is_root(bindings: Bindings) -> str:
    """Return the condition that a service's part of a trace begins with the span.

    Such a span has no parent, or one in another service: it serves a request, takes a message, or is said to be one.
    """
    said = bindings.dialect.map_get("attributes", bindings.bind("is_segment", "sentry.is_segment"))
    return f"trace_id <> '' AND (parent_span_id = '' OR kind IN ('server', 'consumer') OR {said} = 'true')"


def _operation_conditions(operation: str, bindings: Bindings) -> Iterator[str]:
    if operation != REPEATED:
        # It sums up spans that count by themselves.
        yield f"op <> '{REPEATED}'"
    if operation.endswith(".*"):
        family = operation.removesuffix(".*")
        below = bindings.bind("operations_below", f"{family}.")
        begins = f"substring(op, 1, {len(family) + 1}) = {below}"
        yield f"(op = {bindings.bind('operation', family)} OR {begins})"
    elif operation:
        yield f"op = {bindings.bind('operation', operation)}"
