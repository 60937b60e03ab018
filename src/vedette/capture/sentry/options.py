"""The options with which Vedette has sentry_sdk work: the usual ones of production, for each major version of the SDK."""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Mapping
from typing import Any

from sentry_sdk.consts import DEFAULT_OPTIONS
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.utils import Dsn

from vedette import conf
from vedette.capture.sentry.transport import JournalTransport

IGNORED_ERRORS = (
    "django.http.response.Http404",
    "django.core.exceptions.PermissionDenied",
    "rest_framework.exceptions.NotAuthenticated",
    "rest_framework.exceptions.NotFound",
    "rest_framework.exceptions.PermissionDenied",
)
"""Answers rather than errors: a page that is not there, and one that is not for this person."""


MAX_VALUE_CHARS = 8192
"""Of a text in an event, such as a local variable.  Some versions of the SDK keep all of it, however long it takes."""


def dsn_in_use(values: conf.Settings) -> str | None:
    """Return the DSN that the settings or the environment name, ``""`` where there is none; None where it is no DSN."""
    dsn = values.SENTRY_DSN or os.environ.get("SENTRY_DSN", "")
    try:
        if dsn:
            Dsn(dsn)
    except ValueError:  # `BadDsn` is one
        return None
    return dsn


def sentry_options(values: Mapping[str, Any] | None = None, /, **overrides: Any) -> dict[str, Any]:
    """Return the options for `sentry_sdk.init`: ``sentry_sdk.init(**vedette.sentry_options(VEDETTE))``.

    *values* is the site's ``VEDETTE``; without it the settings are read where Django has them by now, else their defaults
    hold.  *overrides* are options of the SDK that replace these; ``integrations`` and ``disabled_integrations`` are added.
    """
    options = _known(_options_of(_settings(values)))
    integrations = {item.identifier: item for item in options.pop("integrations", ())}
    integrations.update({item.identifier: item for item in overrides.pop("integrations", None) or ()})
    options["integrations"] = list(integrations.values())
    options["disabled_integrations"] = [
        *([] if "django" in integrations else _stock_django()),
        *(overrides.pop("disabled_integrations", None) or ()),
    ]
    options.update(overrides)
    if "transport" not in overrides:
        # The SDK makes a transport of a class only where there is a DSN, and then gives it what it needs to send.
        dsn = options.get("dsn")
        has_dsn = os.environ.get("SENTRY_DSN") if dsn is None else dsn
        options["transport"] = JournalTransport if has_dsn else JournalTransport()
    return options


def _settings(values: Mapping[str, Any] | None) -> conf.Settings:
    if values is None:
        from django.conf import settings as site

        if site.configured:
            return conf.load_site()[0]
        values = {}
    # Of a settings module that is being read, Django knows nothing yet.
    return conf.load(values, defaults={"RELEASE": conf.release_of_environment()})[0]


def _options_of(values: conf.Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "auto_session_tracking": False,  # requests are counted one by one
        "enable_backpressure_handling": False,  # it samples less where a Sentry elsewhere is slow
        "enable_logs": True,  # of `sentry_sdk.logger`; those of `logging` have their own handler
        "ignore_errors": list(IGNORED_ERRORS),
        "max_value_length": MAX_VALUE_CHARS,
        "integrations": [_logging_integration()],
        "server_name": values.HOST,
        "trace_propagation_targets": [],
        "traces_sample_rate": values.TRACES_SAMPLE_RATE,
    }
    if values.SEND_DEFAULT_PII:
        options["send_default_pii"] = True
    elif (
        "send_default_pii" not in DEFAULT_OPTIONS
    ):  # from 3.0 on, what is personal is kept unless it is switched off
        options["data_collection"] = {
            "user_info": False,
            "cookies": {"mode": "off"},
            "database_query_data": False,
        }
    if values.PROFILES_SAMPLE_RATE and "profiles_sample_rate" in DEFAULT_OPTIONS:
        options["profiles_sample_rate"] = values.PROFILES_SAMPLE_RATE
    elif values.PROFILES_SAMPLE_RATE:
        options |= {"profile_session_sample_rate": values.PROFILES_SAMPLE_RATE, "profile_lifecycle": "trace"}
    if dsn_in_use(values) is None:
        options["dsn"] = (
            ""  # the SDK would read the environment's, and fail; `vedette.capture.checks` reports it
        )
    elif values.SENTRY_DSN:
        options["dsn"] = values.SENTRY_DSN
    for name, value in (("environment", values.ENVIRONMENT), ("release", values.RELEASE)):
        if value:
            options[name] = value
    return options


def _known(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in DEFAULT_OPTIONS}


def _logging_integration() -> LoggingIntegration:
    """Return the integration that makes events of errors that are logged, and breadcrumbs of what is logged before."""
    parameters = inspect.signature(LoggingIntegration).parameters
    wanted: dict[str, Any] = {"event_level": logging.ERROR}
    if "breadcrumb_level" in parameters:
        wanted |= {"level": None, "breadcrumb_level": logging.INFO}
    else:
        wanted |= {"level": logging.INFO, "sentry_logs_level": None}
    return LoggingIntegration(**{name: value for name, value in wanted.items() if name in parameters})


def _stock_django() -> list[type]:
    try:
        from sentry_sdk.integrations.django import DjangoIntegration
    except Exception:  # noqa: BLE001 - a Django that the SDK does not know; it will not enable itself there
        return []
    return [DjangoIntegration]
