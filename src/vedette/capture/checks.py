"""System checks of what capture had to do without."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning

from vedette.capture import log_settings


def check_log_files(app_configs: object = None, **_: Any) -> list[CheckMessage]:
    """Report what `vedette.logging_config` could not set up."""
    return [
        Warning(problem, hint="Mend it and start the site anew.", id="vedette.W101")
        for problem in log_settings.problems
    ]
