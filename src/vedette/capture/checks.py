"""System checks of what capture had to do without."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning

from vedette import conf
from vedette.capture import log_settings, sdk


def check_log_files(app_configs: object = None, **_: Any) -> list[CheckMessage]:
    """Report what `vedette.logging_config` could not set up."""
    return [
        Warning(problem, hint="Mend it and start the site anew.", id="vedette.W101")
        for problem in log_settings.problems
    ]


def check_sentry(app_configs: object = None, **_: Any) -> list[CheckMessage]:
    """Report an SDK that cannot be used, and a Sentry elsewhere that cannot be sent to."""
    settings, _problems = conf.load_site()
    if not (settings.SENTRY and settings.has_dir):
        return []
    if reason := sdk.why_unusable():
        return [
            Warning(
                f"Errors are not captured: sentry_sdk cannot be used ({reason}).",
                hint="Install sentry-sdk 2.20 or newer, or set VEDETTE['SENTRY'] to False.",
                id="vedette.W103",
            )
        ]
    from vedette.capture.sentry.options import dsn_in_use

    if dsn_in_use(settings) is not None:
        return []
    return [
        Warning(
            "SENTRY_DSN is no DSN: nothing is sent to a Sentry elsewhere.",
            hint="Write https://KEY@HOST/PROJECT, in VEDETTE or in the environment, or leave it out.",
            id="vedette.W102",
        )
    ]
