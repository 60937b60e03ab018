"""The core application's configuration."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Accounts and the home page."""

    name = "apps.core"

    def ready(self) -> None:
        """Connect the signal receivers."""
        from apps.core import receivers  # noqa: F401 - connects on import
