"""Methods of the framework that are observed where they are: wrapped once, however often it is asked."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

_MARK = "_is_observed_by_vedette"

Method = Callable[..., Any]


def wrap(owner: type, name: str, observed: Callable[[Method], Method]) -> None:
    """Put *observed* of the method *name* of *owner* in its place, unless it, or what it inherits, is there already."""
    original = getattr(owner, name)
    if hasattr(original, _MARK):
        return
    method = functools.wraps(original)(observed(original))
    setattr(method, _MARK, True)
    setattr(owner, name, method)
