"""Values on their way into a query, each under a name that says what it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from vedette.store.dialect import Dialect
from vedette.store.query import Scalar, TimeRange


@dataclass(slots=True)
class Bindings:
    """The parameters of one statement, collected while its text is put together."""

    dialect: Dialect
    values: dict[str, Scalar] = field(default_factory=dict)

    def bind(self, name: str, value: Scalar) -> str:
        """Return the placeholder of *value*, under *name* or, where that holds another value, a numbered one."""
        for number in range(1, len(self.values) + 2):
            numbered = name if number == 1 else f"{name}_{number}"
            if numbered not in self.values or _is_same(self.values[numbered], value):
                self.values[numbered] = value
                return self.dialect.param(numbered, _kind_of(value))
        raise AssertionError("unreachable: one of the names is free")

    def within(self, range: TimeRange, *, column: str = "time") -> str:
        """Return the condition that *column* lies in *range*."""
        start = self.bind("start", range.start)
        return f"{column} >= {start} AND {column} < {self.bind('end', range.end)}"


def _is_same(one: Scalar, other: Scalar) -> bool:
    return type(one) is type(other) and one == other


def _kind_of(value: Scalar) -> str:
    kinds: dict[type, str] = {bool: "boolean", int: "integer", float: "float", dt.datetime: "time"}
    return kinds.get(type(value), "text")
