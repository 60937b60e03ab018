"""System checks: what is missing or wrong in the site's set-up, and how to mend it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings as site
from django.core.checks import CheckMessage, Error, Warning
from django.urls import NoReverseMatch, resolve, reverse

from vedette import conf

MIDDLEWARE = "vedette.middleware.Vedette"
HANDLER = "vedette.capture.logging.JournalHandler"


def check_settings(**kwargs: object) -> list[CheckMessage]:
    """Report what is wrong with ``VEDETTE`` (vedette.E001 to E004, W004)."""
    settings, problems = conf.load_site()
    messages: list[CheckMessage] = [
        Error(problem.message, hint=problem.hint, id=problem.check_id) for problem in problems
    ]
    if settings.has_dir and (reason := _why_unwritable(settings.DIR)):
        messages.append(
            Error(
                f"Vedette cannot write to {settings.DIR}: {reason}.",
                hint="Make the directory, or let the site's user write to it, or name another in VEDETTE['DIR'].",
                id="vedette.E004",
            )
        )
    if settings.has_dir and not Path(str(site.VEDETTE["DIR"])).expanduser().is_absolute():
        messages.append(
            Warning(
                f"VEDETTE['DIR'] is relative: processes that are started elsewhere keep what they record elsewhere than in {settings.DIR}.",
                hint='Write BASE_DIR / "vedette", or another whole path.',
                id="vedette.W004",
            )
        )
    return messages


def check_installation(**kwargs: object) -> list[CheckMessage]:
    """Report each line of the installation that is missing (vedette.W001 to W003)."""
    return [*_check_middleware(site.MIDDLEWARE), *_check_logging(site.LOGGING), *_check_urls()]


def _check_middleware(middleware: Iterable[str]) -> list[CheckMessage]:
    names = list(middleware)
    if MIDDLEWARE not in names:
        message = "Vedette's middleware is not installed: requests are not recorded."
    elif names[0] != MIDDLEWARE:
        message = "Vedette's middleware is not the first: what comes before it is not measured."
    else:
        return []
    return [Warning(message, hint=f'Put "{MIDDLEWARE}" first in MIDDLEWARE.', id="vedette.W001")]


def _check_logging(logging_config: Any) -> list[CheckMessage]:
    handlers = logging_config.get("handlers", {}) if isinstance(logging_config, Mapping) else {}
    if any(isinstance(handler, Mapping) and handler.get("class") == HANDLER for handler in handlers.values()):
        return []
    return [
        Warning(
            "No log handler writes to Vedette: log records are not stored.",
            hint=f'Set LOGGING = vedette.logging_config(BASE_DIR / "logs"), or add a handler of class "{HANDLER}".',
            id="vedette.W002",
        )
    ]


def _check_urls() -> list[CheckMessage]:
    try:
        reverse("vedette:overview")
    except NoReverseMatch:
        return [
            Warning(
                "Vedette's pages are not in the URLs.",
                hint='Add path("vedette/", include("vedette.urls")) to the root URLconf.',
                id="vedette.W003",
            )
        ]
    except Exception:  # noqa: BLE001 - a URLconf that does not import is Django's own checks' to report
        return []
    return []


def is_sentry_cli_answered() -> bool:
    """Tell whether Vedette answers what `sentry-cli` calls, at the root of the site; no check asks: not every site needs it."""
    try:
        view = resolve("/api/0/").func
    except Exception:  # noqa: BLE001 - no such address, or a URLconf that does not import
        return False
    return view.__module__ == "vedette.api.access"


def _why_unwritable(directory: Path) -> str:
    """Return why nothing can be written to *directory*, or to where it would be made; '' where it can."""
    existing = directory
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        return f"{existing} is not a directory"
    return "" if os.access(existing, os.W_OK | os.X_OK) else f"{existing} is not writable by this user"
