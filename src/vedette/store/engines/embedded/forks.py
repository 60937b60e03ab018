"""DuckDB across a fork: its threads stay behind with the parent, so that a child may neither use nor close what it inherits."""

from __future__ import annotations

import ctypes
import os
import weakref
from typing import Protocol


class Inheritor(Protocol):
    """What holds a DuckDB instance."""

    def after_fork(self) -> None:
        """Give up the parent's instance."""
        ...


_inheritors: weakref.WeakSet[Inheritor] = weakref.WeakSet()


def watch(inheritor: Inheritor) -> None:
    """Have `after_fork` called in each process that is forked from this one."""
    _inheritors.add(inheritor)


def abandon(database: object) -> None:
    """Keep *database* for ever: taking it down waits for threads that do not exist here, or crashes."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(database))


def _after_fork_in_child() -> None:
    for inheritor in list(_inheritors):
        inheritor.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
