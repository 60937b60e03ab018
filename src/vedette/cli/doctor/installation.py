"""Is each line of the installation there, and do the settings make sense?"""

from __future__ import annotations

import importlib.metadata
import logging
import platform
import sys
from collections.abc import Callable, Iterator

from django.core.checks import ERROR, CheckMessage

import vedette
from vedette import checks
from vedette.capture.checks import check_log_files, check_sentry
from vedette.cli.doctor.finding import Finding
from vedette.cli.site import Site
from vedette.issues.checks import check_grouping_rules

PACKAGES = ("Django", "duckdb", "msgspec", "sentry-sdk", "concurrent-log-handler", "python-ipware")
CHECKS: tuple[Callable[..., list[CheckMessage]], ...] = (
    checks.check_settings,
    checks.check_installation,
    check_log_files,
    check_sentry,
    check_grouping_rules,
)
"""All that `manage.py check` asks of us."""
_SUBJECTS = {"W001": "middleware", "W002": "logging", "W003": "pages"}


def find(site: Site) -> Iterator[Finding]:
    """Yield what the system checks say, and what this process itself shows."""
    versions = ", ".join(f"{name} {_version_of(name)}" for name in PACKAGES)
    yield Finding(
        "versions",
        "ok",
        f"Vedette {vedette.__version__}, Python {platform.python_version()} on {sys.platform}, {versions}",
    )
    messages = [message for check in CHECKS for message in check()]
    yield from (_of_message(message) for message in messages)
    said = {str(message.id).rpartition(".")[2] for message in messages}
    if not any(code.startswith("E") for code in said):
        yield Finding("settings", "ok", "VEDETTE is set, and every value makes sense")
    for code, subject in _SUBJECTS.items():
        if code not in said and (subject != "logging" or _has_handler()):
            yield Finding(subject, "ok", _WELL[subject])
    if "W002" not in said and not _has_handler():
        yield Finding(
            "logging",
            "error",
            "LOGGING names Vedette's handler, but no logger in this process has it",
            "Name the handler in LOGGING's 'root' or in a logger's 'handlers'.",
        )


_WELL = {
    "middleware": "vedette.middleware.Vedette is the first",
    "logging": "log records are stored",
    "pages": "the pages are in the URLs",
}


def _of_message(message: CheckMessage) -> Finding:
    code = str(message.id).rpartition(".")[2]
    state = "error" if message.level >= ERROR or code in _SUBJECTS else "warning"
    return Finding(_SUBJECTS.get(code, "settings"), state, str(message.msg), str(message.hint or ""))  # type: ignore[arg-type]


def _has_handler() -> bool:
    from vedette.capture.logging import JournalHandler

    loggers = [
        logging.getLogger(),
        *(each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)),
    ]
    return any(isinstance(handler, JournalHandler) for logger in loggers for handler in logger.handlers)


def _version_of(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"
