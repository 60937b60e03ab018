"""The columns of each table, derived from the signals' structs."""

from __future__ import annotations

import datetime as dt
import functools
import types
import typing
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from vedette.record.signals import SIGNALS, Signal

Kind = Literal["time", "text", "integer", "float", "boolean", "map", "buckets", "json"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `default` is what a record that does not name it holds, None where that is unknown."""

    name: str
    kind: Kind
    default: str | int | float | bool | None


@functools.cache
def columns_of(table: str) -> tuple[Column, ...]:
    """Return the columns of *table*, the common ones first.

    Raises:
        KeyError: If there is no such table.
    """
    signal = SIGNALS[table]
    hints = typing.get_type_hints(signal)
    defaults = dict(
        zip(signal.__struct_fields__[-len(signal.__struct_defaults__) :], _defaults(signal), strict=True)
    )
    own = [name for name in signal.__struct_fields__ if name not in Signal.__struct_fields__]
    return tuple(_column(name, hints[name], defaults.get(name)) for name in (*Signal.__struct_fields__, *own))


def _defaults(signal: type[Signal]) -> list[Any]:
    # A mutable default is held as a factory; as a column's default it is an empty map.
    return [
        None if callable(getattr(value, "factory", None)) else value for value in signal.__struct_defaults__
    ]


def _column(name: str, hint: Any, default: Any) -> Column:
    kind = _kind(hint)
    return Column(name, kind, None if default is msgspec.NODEFAULT else default)


def _kind(hint: Any) -> Kind:
    arguments = [argument for argument in typing.get_args(hint) if argument is not types.NoneType]
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        return "json" if msgspec.Raw in arguments else _kind(arguments[0])
    if typing.get_origin(hint) is dict:
        return "buckets" if arguments[0] is int else "map"
    simple: dict[Any, Kind] = {
        dt.datetime: "time",
        str: "text",
        bool: "boolean",
        int: "integer",
        float: "float",
    }
    return simple[hint]
