"""The few functions on which the engines differ.

A query is plain SQL with these in the places where DuckDB and ClickHouse say the same thing in other words.
"""

from __future__ import annotations

from typing import Protocol


class Dialect(Protocol):
    """SQL fragments; arguments are SQL expressions unless they are named otherwise."""

    name: str

    def param(self, name: str, kind: str = "text") -> str:
        """Return the placeholder of the bound value *name*; *kind* is text, integer, float, boolean or time."""
        ...

    def step(self, time: str, seconds: int) -> str:
        """Return the start of the step of *seconds* that holds *time*, counted from 1970-01-01 UTC."""
        ...

    def log_bucket(self, value: str) -> str:
        """Return the bucket of `vedette.record.buckets` that holds *value*."""
        ...

    def map_get(self, mapping: str, key: str) -> str:
        """Return the text under *key*, ``''`` where there is none."""
        ...

    def each_key(self, mapping: str) -> str:
        """Return each key of *mapping*, one row each; it stands alone among the selected columns."""
        ...

    def contains(self, text: str, part: str) -> str:
        """Tell whether *text* contains *part*, letters' case aside."""
        ...

    def without_numbers(self, text: str) -> str:
        """Return *text* with ``#`` in place of each number and of each word of hex digits that holds one."""
        ...

    def count_if(self, condition: str) -> str:
        """Return the number of rows of which *condition* holds."""
        ...

    def sum_if(self, value: str, condition: str) -> str:
        """Return the sum of *value* over the rows of which *condition* holds; 0 where there is none."""
        ...

    def count_distinct(self, value: str) -> str:
        """Return the exact number of distinct values."""
        ...

    def any_value(self, value: str) -> str:
        """Return the value of some row of the group."""
        ...

    def texts(self, **columns: str) -> str:
        """Return a relation, in parentheses, of texts: each of *columns* is a JSON list of them, all of the same length."""
        ...

    def latest(self, value: str, time: str) -> str:
        """Return the value of the group's row whose *time* is the greatest."""
        ...

    def whole_number(self, text: str) -> str:
        """Return the whole number that *text* spells, 0 where it spells none."""
        ...
