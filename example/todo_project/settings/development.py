"""Settings for a developer's machine: they need nothing from the environment."""

from __future__ import annotations

from todo_project import environment
from todo_project.settings.base import *  # noqa: F403
from todo_project.settings.base import VEDETTE

DEBUG = environment.switch("DEBUG", default=True)
SECRET_KEY = environment.text("SECRET_KEY", default="development-only-key-that-protects-nothing")

# The demonstration's people come from this machine, as if through a proxy, each with an address of their own.
TRUSTED_PROXIES = environment.words("TRUSTED_PROXIES", default="127.0.0.1")
VEDETTE["TRUSTED_PROXIES"] = TRUSTED_PROXIES
