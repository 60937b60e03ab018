"""A site with everything on, in the directory that the environment names; with ``VEDETTE_SECRETS_PII`` it keeps personal data."""

from __future__ import annotations

import os
from pathlib import Path

import vedette

DIRECTORY = Path(os.environ["VEDETTE_INGEST_DIR"])
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "vedette"]
MIDDLEWARE = ["vedette.middleware.Vedette"]
ROOT_URLCONF = "tests.flows.secrets.site"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DIRECTORY / "site.sqlite3"}}
USE_TZ = True
LOGGING = vedette.logging_config(DIRECTORY / "logs")
VEDETTE = {
    "DIR": DIRECTORY / "vedette",
    "BACKGROUND": "off",
    "INGEST_PER_MINUTE": 0,
    "LOG_LEVEL": "DEBUG",
    "PROFILES_SAMPLE_RATE": 1.0,
    "SENTRY": True,
    "SEND_DEFAULT_PII": os.environ.get("VEDETTE_SECRETS_PII") == "1",
    "SLOW_QUERY_MS": 0,
    "TRACES_SAMPLE_RATE": 1.0,
}
