"""A site in a directory of its own, for commands that run as programs."""

from __future__ import annotations

import os
from pathlib import Path

import vedette

SECRET_KEY = "only for tests"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "vedette"]
BASE_DIR = Path(os.environ["VEDETTE_TEST_SITE"])
ROOT_URLCONF = os.environ.get("VEDETTE_TEST_ROOT_URLCONF", "tests.cli.site_urls")
MIDDLEWARE = ["vedette.middleware.Vedette"]
DATABASES: dict[str, dict[str, object]] = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "site.sqlite3"}
}
LOGGING = vedette.logging_config(BASE_DIR / "logs")
VEDETTE: dict[str, object] = {"DIR": BASE_DIR / "vedette", "HOST": "web-1"}
if os.environ.get("VEDETTE_TEST_WRONG"):
    VEDETTE["NOPE"] = "there is no such setting"
    VEDETTE["GROUPING_RULES"] = "colour:red -> red"
if os.environ.get("VEDETTE_TEST_UNSET"):
    VEDETTE = {}
