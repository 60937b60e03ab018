"""``LOGGING`` for a site: the console, rotating JSON files, the journal.

This is called in a settings module: it imports nothing of Django, and names handlers by dotted path alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MAX_BYTES = 10 * 1024 * 1024
BACKUPS = 5
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LEVEL_VARIABLES = ("VEDETTE_LOG_LEVEL", "LOG_LEVEL")

problems: list[str] = []
"""What `logging_config` had to do without; `vedette.capture.checks` reports it."""


def logging_config(
    directory: str | os.PathLike[str], *, level: str | None = None, apps: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the dict for ``LOGGING``: ``LOGGING = vedette.logging_config(BASE_DIR / "logs")``.

    Args:
        directory: where ``django.log`` (INFO and above, every request among it) and ``error.log`` (ERROR and above) go, as
            one JSON object per line, rotated at 10 MB five times; made where it is absent.
        level: the least level that is logged; by default the environment variable ``VEDETTE_LOG_LEVEL``, then
            ``LOG_LEVEL``, then INFO.
        apps: loggers that shall speak at *level* although a package has set a level of its own for them; every logger that
            has set none speaks through the root logger anyway.

    Where the directory cannot be written, the console and the journal remain and ``manage.py check`` says so.
    """
    problems.clear()
    chosen = _level(level)
    files = _file_handlers(Path(directory).expanduser().absolute())
    handlers = ["console", *files, "vedette"]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"require_debug_false": {"()": "django.utils.log.RequireDebugFalse"}},
        "formatters": {
            "verbose": {"()": "vedette.capture.formatters.ConsoleFormatter"},
            "json": {"()": "vedette.capture.formatters.JsonFormatter"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "verbose"},
            **files,
            "vedette": {"class": "vedette.capture.logging.JournalHandler"},
            # As in Django's own default: mail to ADMINS, where there are any.
            "mail_admins": {
                "level": "ERROR",
                "filters": ["require_debug_false"],
                "class": "django.utils.log.AdminEmailHandler",
            },
        },
        "loggers": {
            "django": {"handlers": ["mail_admins"], "level": chosen, "propagate": True},
            "django.request": {"level": chosen},
            # Below WARNING this is every single query with its parameters; slow ones are WARNING.
            "django.db.backends": {"level": "WARNING"},
            # The development server's line per request holds query strings, and with them what nobody wants in a file.
            "django.server": {"handlers": ["console"], "level": chosen, "propagate": False},
            # The line per request; runserver prints its own, and the journal has a row for it.
            "vedette.request": {
                "handlers": [name for name in files if name == "django_file"],
                "level": chosen,
                "propagate": False,
            },
            "vedette": {"level": chosen},
            **{app: {"level": chosen} for app in apps},
        },
        "root": {"handlers": handlers, "level": chosen},
    }


def _level(given: str | None) -> str:
    sources = [("level", given), *((name, os.environ.get(name)) for name in LEVEL_VARIABLES)]
    for name, value in sources:
        if not value:
            continue
        if value.upper() in LEVELS:
            return value.upper()
        problems.append(f"{name} = {value!r} is no log level; there are {', '.join(LEVELS)}.")
    return "INFO"


def _file_handlers(directory: Path) -> dict[str, dict[str, Any]]:
    try:
        # Log files may hold personal data, as the journal does.
        directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        # To append nothing is the surest way to learn whether something can be appended, and a lock taken beside it.
        for name in ("django.log", "error.log", ".__django.lock", ".__error.lock"):
            with (directory / name).open("a"):
                pass
    except OSError as error:
        problems.append(
            f"Log files cannot be written in {directory} ({error.strerror or error}); "
            "records go to the console and to the journal alone."
        )
        return {}
    return {
        "django_file": _file(directory / "django.log", "INFO"),
        "error_file": _file(directory / "error.log", "ERROR"),
    }


def _file(path: Path, level: str) -> dict[str, Any]:
    return {
        "class": "concurrent_log_handler.ConcurrentRotatingFileHandler",
        "filename": str(path),
        "maxBytes": MAX_BYTES,
        "backupCount": BACKUPS,
        "encoding": "utf-8",
        "formatter": "json",
        "level": level,
    }
