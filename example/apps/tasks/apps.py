"""The tasks application's configuration."""

from __future__ import annotations

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Tasks, their tags and their order."""

    name = "apps.tasks"
