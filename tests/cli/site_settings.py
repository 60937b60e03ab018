"""A site in a directory of its own, for commands that run as programs."""

from __future__ import annotations

import os
from pathlib import Path

import vedette
from tests.settings import *  # noqa: F403

BASE_DIR = Path(os.environ["VEDETTE_TEST_SITE"])
ROOT_URLCONF = "tests.cli.site_urls"
MIDDLEWARE = ["vedette.middleware.Vedette"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "site.sqlite3"}}
LOGGING = vedette.logging_config(BASE_DIR / "logs")
VEDETTE = {"DIR": BASE_DIR / "vedette", "HOST": "web-1"}
if os.environ.get("VEDETTE_TEST_WRONG"):
    VEDETTE["NOPE"] = "there is no such setting"
