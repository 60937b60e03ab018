"""Settings for a developer's machine: they need nothing from the environment."""

from __future__ import annotations

from todo_project import environment
from todo_project.settings.base import *  # noqa: F403

DEBUG = environment.switch("DEBUG", default=True)
SECRET_KEY = environment.text("SECRET_KEY", default="development-only-key-that-protects-nothing")
ENVIRONMENT = environment.text("ENVIRONMENT", default="development")
