"""Vedette's one Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class VedetteConfig(AppConfig):
    """Registers the state database and the checks; starts capture, sentry_sdk, and runserver's background thread."""

    name = "vedette"
    verbose_name = "Vedette"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Wire Vedette into the site; where it is not set up, `manage.py check` says so and the site runs without it."""
        from vedette import checks, conf
        from vedette.capture.checks import check_log_files, check_sentry
        from vedette.catalogue import database
        from vedette.issues.checks import check_grouping_rules

        for check in (
            checks.check_settings,
            checks.check_installation,
            check_log_files,
            check_sentry,
            check_grouping_rules,
        ):
            register(check)
        settings, _ = conf.load_site()
        if not settings.has_dir:
            return
        database.register(settings.state_path)
        from vedette import wiring
        from vedette.capture import caches, commands, fingerprints, sdk, tasks, templates
        from vedette.capture import database as sql

        for observer in (sql, templates, caches, commands):
            observer.install()
        fingerprints.install(wiring.fingerprint_of)
        sdk.start()
        # After the SDK, which loads Celery where it is installed.
        tasks.install()
        wiring.start_thread_where_wanted()
