"""Vedette: the whole of observability for a Django site in one install.

What a site's code uses is named here; each name is imported when it is first used, so that a settings module may import
`vedette` before Django is set up.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vedette.capture.log_settings import logging_config
    from vedette.capture.sentry.options import sentry_options

__version__ = "0.1.0"
__all__ = ["__version__", "logging_config", "sentry_options"]

_HOMES = {
    "logging_config": "vedette.capture.log_settings",
    "sentry_options": "vedette.capture.sentry.options",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
