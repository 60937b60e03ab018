"""Which spans a question is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from vedette.store.bindings import Bindings
from vedette.store.rollups import is_root, is_sampled

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
    too.  `scope` is ``roots``, the spans with which a service's part of a trace begins, or ``all``.  Where it is
    `only_sampled`, those are left out that were kept for being slow, while their trace was not.

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
    only_sampled: bool = False

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

    @property
    def needs_raw_rows(self) -> bool:
        """Tell whether hourly and daily sums cannot answer, since they lack a column that is filtered by."""
        return bool(
            self.host
            or self.user_id
            or self.trace_id
            or self.min_duration_ms is not None
            or self.max_duration_ms is not None
            or self.attributes
        )


NO_FILTERS = Filters()
_EQUAL = ("service", "environment", "release", "host", "user_id", "trace_id")


def conditions(filters: Filters, bindings: Bindings, *, is_raw: bool = True) -> Iterator[str]:
    """Yield the SQL conditions of *filters* over `spans`, or over one of its rollups."""
    for column in _EQUAL:
        if value := getattr(filters, column):
            yield f"{column} = {bindings.bind(column, value)}"
    yield from _operation_conditions(filters.operation, bindings)
    # Sums of the rest have the names of none: what is asked for may be among them.
    rest = "" if is_raw else " OR is_rest = 1"
    if filters.name:
        contained = bindings.dialect.contains("name", bindings.bind("name", filters.name))
        yield f"({contained}{rest})"
    if filters.exact_name:
        yield f"(name = {bindings.bind('exact_name', filters.exact_name)}{rest})"
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
    if filters.only_sampled:
        yield is_sampled(bindings.dialect) if is_raw else "is_sampled = 1"
    if filters.scope == "roots":
        yield is_root(bindings.dialect) if is_raw else "is_root = 1"


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
